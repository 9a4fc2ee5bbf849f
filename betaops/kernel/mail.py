"""Mails as durable rows: queued in the transaction that wants them, sent by a job, never twice by accident.

What is promised, and what no sender can promise. The phases of a mail are committed around the one
moment that matters, the final dot after which the server has the message:

* killed before `handing_over` is committed: the server has nothing; the mail is sent when the lease ends;
* killed after `sent` is committed: it is done;
* killed between the two (a server's answer to one dot): whether the server took it cannot be known. The
  mail becomes `uncertain`, is never sent again by itself, and waits for a person and *Send again*.

Without an SMTP_URL a mail is `kept`, for the console's Outbox page.
"""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel import jobs, smtp
from betaops.kernel.db import Base, Identified, one_of
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.vault import Vault

if TYPE_CHECKING:
    from betaops.kernel.work import Work

#: The job that hands one mail over.
SEND = "kernel.send_mail"
#: With `_pause` the last attempt is about a day after the first: greylisting and outages pass in that time.
MOST_ATTEMPTS = 14
KEEP_TEXTS = timedelta(days=30)


@dataclass(frozen=True)
class Letter:
    """What is to be said to whom. `kind` names the occasion (`enrollment.welcome`): what people can turn off."""

    to: str
    subject: str
    text: str
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "transactional"
    person_id: uuid.UUID | None = None


_HEADING = re.compile(r"[A-Za-z0-9-]+")


class MailState(StrEnum):
    QUEUED = "queued"
    #: No mail server is set (embedded default): kept for the Outbox page.
    KEPT = "kept"
    SENDING = "sending"
    #: The next thing the server hears is the final dot.
    HANDING_OVER = "handing_over"
    SENT = "sent"
    #: The server refused it for good, or was away for a day.
    FAILED = "failed"
    #: May have been sent or not; only a person sends it again.
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
    #: Empty once forgotten (`forget_texts`).
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

    @property
    def may_be_sent_again(self) -> bool:
        return self.text_sealed != "" and self.state in _MAY_BE_SENT_AGAIN

    def letter(self, vault: Vault) -> Letter | None:
        """What was written; None once it is forgotten."""
        if not self.text_sealed:
            return None
        return Letter(
            to=self.recipient,
            subject=self.subject,
            text=vault.open(self.text_sealed).decode(),
            html=vault.open(self.html_sealed).decode() if self.html_sealed else None,
            headers=self.headers,
            kind=self.kind,
            person_id=self.person_id,
        )


_MAY_BE_SENT_AGAIN = (MailState.FAILED, MailState.UNCERTAIN, MailState.KEPT)


def queue(work: "Work", letter: Letter, *, key: str, is_suppressed: bool = False) -> Mail:
    """Have `letter` sent after this work is committed; the mail of an earlier call with the same `key`, if any.

    `is_suppressed`: its recipient does not want such mails, so it is only written down.
    Raises `Invalid` for an address or header that would not survive the way (line breaks, two addresses).
    """
    earlier = work.session.scalar(select(Mail).where(Mail.key == key))
    if earlier is not None:
        return earlier
    sender = work.settings.mail_from
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
        state=_first_state(work, is_suppressed),
        queued_at=work.now,
    )
    mail.message_id = f"<{mail.id.hex}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"
    compose(letter, sender=sender, message_id=mail.message_id, at=work.now)
    work.add(mail)
    if mail.state is MailState.QUEUED:
        _enqueue(work, mail, work.now)
    return mail


def send_again(work: "Work", mail: Mail) -> None:
    """What a person asks for: whatever became of the earlier tries, send it now."""
    mail = work.lock(Mail, mail.id)
    if mail.may_be_sent_again:
        _set(mail, _first_state(work, is_suppressed=False), work.now)
        mail.attempts = 0
        if mail.state is MailState.QUEUED:
            _enqueue(work, mail, work.now)


class _Lines(EmailPolicy):
    """Two headers are written otherwise than Python would.

    List-Unsubscribe stays whole (RFC 5322 §2.1.1 allows 998 letters a line): an address longer than a line would
    be hidden in an encoded word, which no mail program reads as one. A long subject beyond ASCII is encoded by
    `email.header`, because the newer code loses and doubles spaces where it folds.
    """

    def fold(self, name: str, value: Any) -> str:
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n"
        if name == "Subject" and not self.utf8 and not value.isascii():
            return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=self.linesep)}\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name in ("List-Unsubscribe", "Subject"):
            return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii")
        return super().fold_binary(name, value)


_LINES = _Lines(linesep=SMTP.linesep)


def compose(letter: Letter, *, sender: str, message_id: str, at: datetime) -> EmailMessage:
    """The message as it goes over the wire; `Invalid` where a header could be read as two."""
    message = EmailMessage(policy=_LINES.clone(utf8=not letter.to.isascii()))
    if any(mark in letter.to for mark in "\r\n\0,;<>") or "@" not in letter.to:
        raise Invalid("bad_address", _("This is not a mail address."), field="to")
    try:
        message["From"] = sender
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id
        for name, value in letter.headers.items():
            # EmailMessage looks for line breaks in values only.
            if not _HEADING.fullmatch(name):
                raise ValueError(name)
            message[name] = value
    except (ValueError, IndexError) as error:
        raise Invalid(
            "bad_header", _("A mail's address and subject are one line each."), field="to"
        ) from error
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


def send_mail(run: jobs.Run, *, mail_id: str) -> None:
    """The job: one try to send, in the phases that the module's docstring describes."""
    outgoing = _begin(run, uuid.UUID(mail_id))
    if outgoing is None:
        return
    try:
        smtp.deliver(
            smtp.Relay.parse(run.platform.settings.smtp_url or ""),
            outgoing,
            before_handing_over=lambda: _commit_hand_over(run, uuid.UUID(mail_id)),
        )
    except smtp.Refused as error:
        _end(run, mail_id, MailState.FAILED, str(error))
    except smtp.NotNow as error:
        _end(run, mail_id, MailState.QUEUED, str(error))
    except smtp.NoAnswer as error:
        _end(run, mail_id, MailState.UNCERTAIN, str(error))
    else:
        _end(run, mail_id, MailState.SENT, None)


def forget_texts(work: "Work") -> None:
    """Empty mails older than `KEEP_TEXTS`; that they were sent stays known."""
    work.session.execute(
        update(Mail)
        .where(Mail.queued_at < work.now - KEEP_TEXTS, Mail.text_sealed != "")
        .values(text_sealed="", html_sealed=None)
        .execution_options(synchronize_session=False)
    )


_STOPPED = "The worker stopped while the mail server was answering."


def _begin(run: jobs.Run, mail_id: uuid.UUID) -> smtp.Outgoing | None:
    """Mark as being sent and return what to send; None where there is nothing to send any more."""
    with run.work() as work:
        mail = work.session.get(Mail, mail_id, with_for_update=True, populate_existing=True)
        if mail is None:
            return None
        if mail.state is MailState.HANDING_OVER:
            _set(mail, MailState.UNCERTAIN, work.now, _STOPPED)
            return None
        if mail.state not in (MailState.QUEUED, MailState.SENDING):
            return None
        letter = mail.letter(work.vault)
        if letter is None:
            _set(mail, MailState.FAILED, work.now, "Its text was forgotten before it could be sent.")
            return None
        _set(mail, MailState.SENDING, work.now)
        mail.attempts += 1
        sender = work.settings.mail_from
        message = compose(letter, sender=sender, message_id=mail.message_id, at=mail.queued_at)
        return smtp.Outgoing(parseaddr(sender)[1], mail.recipient, message.as_bytes())


def _commit_hand_over(run: jobs.Run, mail_id: uuid.UUID) -> None:
    """Raises `jobs.Lost` where another worker has the mail by now: the dot is then not sent."""
    with run.work() as work:
        if not jobs.prolong(work.session, run.claimed, work.now):
            raise jobs.Lost
        _set(work.lock(Mail, mail_id), MailState.HANDING_OVER, work.now)


def _end(run: jobs.Run, mail_id: str, state: MailState, error: str | None) -> None:
    with run.work() as work:
        mail = work.lock(Mail, uuid.UUID(mail_id))
        if state is MailState.QUEUED and mail.attempts >= MOST_ATTEMPTS:
            state = MailState.FAILED
        _set(mail, state, work.now, error)
        if state is MailState.QUEUED:
            _enqueue(work, mail, work.now + _pause(mail.attempts))


def _pause(attempts: int) -> timedelta:
    """1, 2, 4 … minutes, at most 4 hours."""
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(hours=4))


def _first_state(work: "Work", is_suppressed: bool) -> MailState:
    if is_suppressed:
        return MailState.SUPPRESSED
    return MailState.QUEUED if work.settings.smtp_url else MailState.KEPT


def _enqueue(work: "Work", mail: Mail, at: datetime) -> None:
    work.enqueue(SEND, {"mail_id": str(mail.id)}, at=at, unique=f"mail:{mail.id}")


def _set(mail: Mail, state: MailState, now: datetime, error: str | None = None) -> None:
    mail.state, mail.error = state, error
    if state is MailState.SENT:
        mail.sent_at = now
