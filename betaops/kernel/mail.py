"""Mails as rows: written in the transaction that wants them sent, handed to the mail server by a job.

How often a mail leaves. SMTP cannot promise *exactly once*: between the server's “250 accepted” and our
commit of it there is a moment in which a killed worker leaves nobody knowing. What is promised here:

- nothing is lost: the row stands before any server is asked;
- a mail that the server has accepted is never handed over again by itself. Before the final dot of DATA the
  row is committed as `handing_over`, after the 250 as `sent`. A worker killed before the hand-over repeats it
  (the server saw no complete mail); one killed inside that moment leaves the mail `uncertain`, shown with a
  *Send again* button, for a person to decide.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Identified, one_of
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

#: The job that hands one mail over.
SEND = "mail.send"


class MailState(StrEnum):
    QUEUED = "queued"
    #: No mail server is set (embedded default): kept for the Outbox page.
    KEPT = "kept"
    SENDING = "sending"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    #: The server refused it for good.
    FAILED = "failed"
    #: The worker was killed in the very moment of handing over.
    UNCERTAIN = "uncertain"
    #: The person asked not to get this kind.
    SUPPRESSED = "suppressed"


class Mail(Identified, Base):
    """One mail to one person. Text and HTML are sealed: they carry links that sign people in."""

    __table_args__ = (Index(None, "workspace_id", "id"), Index(None, "person_id"))

    workspace_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(80))
    #: The tester or user it is for; no foreign key, the kernel knows neither.
    person_id: Mapped[uuid.UUID | None]
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    text_sealed: Mapped[str] = mapped_column(Text)
    html_sealed: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any]]
    #: Stable over attempts, so that a receiver can tell a repetition.
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[MailState] = mapped_column(one_of(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(1000))
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Letter:
    """What is to be said to whom. `kind` names the occasion (`enrollment.welcome`) and is what people can turn off."""

    to: str
    subject: str
    text: str
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "transactional"
    person_id: uuid.UUID | None = None


def queue(work: Work, letter: Letter, *, key: str) -> Mail:
    """The mail as a row and the job that sends it; the row that is there already where `key` was used before.

    `Invalid` when a header holds a line break.
    """
    known = work.session.scalar(select(Mail).where(Mail.key == key))
    if known is not None:
        return known
    _check_headers(letter)
    sends = work.settings.smtp_url is not None
    mail = Mail(
        workspace_id=work.session.info.get("workspace_id"),
        key=key,
        kind=letter.kind,
        person_id=letter.person_id,
        recipient=letter.to,
        subject=letter.subject[:500],
        text_sealed=work.vault.seal(letter.text),
        html_sealed=work.vault.seal(letter.html) if letter.html is not None else None,
        headers=dict(letter.headers),
        message_id=make_msgid(domain="betaops.invalid"),
        state=MailState.QUEUED if sends else MailState.KEPT,
        queued_at=work.now,
    )
    work.add(mail)
    if sends:
        work.enqueue(SEND, {"mail_id": str(mail.id)})
    return mail


def _check_headers(letter: Letter) -> None:
    message = EmailMessage()
    try:
        message["To"], message["Subject"] = letter.to, letter.subject
        for name, value in letter.headers.items():
            message[name] = value
    except ValueError as error:
        raise Invalid("bad_header", _("A mail's address and subject are one line each."), field="to") from error
