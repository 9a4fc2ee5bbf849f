"""One mail to one person."""

from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.models import Tester
from betaops.kernel import mail as kernel_mail
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.mail import Letter, Mail
from betaops.kernel.work import Work
from betaops.messaging import queries
from betaops.messaging.events import MailSentAgain
from betaops.messaging.models import Topic


def post(
    work: Work,
    letter: Letter,
    tester: Tester,
    topic: Topic | None,
    *,
    key: str,
    is_wanted: bool | None = None,
) -> Mail:
    """Queue `letter` unless its receiver does not want `topic`; then it is only written down.

    `is_wanted` where the caller knows already.
    """
    if is_wanted is None:
        is_wanted = queries.is_wanted(work.session, tester, topic)
    return kernel_mail.queue(work, letter, key=key, is_suppressed=not is_wanted)


def send_again(work: Work, mail_id: UUID) -> Mail:
    """Hand one mail over once more: what failed, or of which nobody knows whether it arrived."""
    mail = queries.mail(work.session, work.workspace_id, mail_id)
    if not mail.may_be_sent_again:
        raise Refused(
            "not_again", _("This mail cannot be sent again: it was sent, or its text is no longer kept.")
        )
    kernel_mail.send_again(work, mail)
    work.record(MailSentAgain(mail_id=mail.id))
    return mail


def forget_person(work: Work, tester_id: UUID) -> int:
    """After a person was erased: drop every mail to them, texts and addresses (what is queued is not sent)."""
    mails = work.session.scalars(select(Mail).where(Mail.person_id == tester_id)).all()
    for mail in mails:
        work.delete(mail)
    return len(mails)
