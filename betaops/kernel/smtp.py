"""One mail over SMTP (RFC 5321), step by step, so that the caller can commit just before the final dot.

`smtplib.SMTP.sendmail` sends text and dot at once; here they are apart, because what happens to a mail
when its sender dies depends on which side of the dot it died.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class Refused(Exception):
    """The server will never take this mail (5xx)."""


class NotNow(Exception):
    """The server is away, hangs, or says to come back (4xx); it does not have the mail."""


class NoAnswer(Exception):
    """The final dot was sent and no answer came: the server may have the mail."""


@dataclass(frozen=True)
class Outgoing:
    """Envelope and message."""

    sender: str
    recipient: str
    message: bytes


@dataclass(frozen=True)
class Relay:
    """A mail server to hand mails to.

    `smtp://` speaks in clear (a relay on one's own machine), `smtp+starttls://` insists on STARTTLS,
    `smtps://` is TLS from the first byte; certificates are verified. User and password are sent through
    TLS or to this very machine, never in clear over a network.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """From an SMTP_URL; `ValueError` with a sentence where it is not one."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(
                "SMTP_URL looks like smtp://user:password@host:port (or smtp+starttls://, smtps://)."
            )
        relay = cls(
            parts.scheme,
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )
        if relay.user and relay.scheme == "smtp" and not _is_this_machine(relay.host):
            raise ValueError("SMTP_URL would send its password in clear: use smtp+starttls:// or smtps://.")
        return relay

    def connect(self, timeout_seconds: float) -> smtplib.SMTP:
        """Greeted, encrypted and signed in as far as the URL says."""
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=timeout_seconds, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=timeout_seconds)
        try:
            if self.scheme == "smtp+starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def deliver(
    relay: Relay,
    mail: Outgoing,
    *,
    before_handing_over: Callable[[], None],
    timeout_seconds: float | None = None,
) -> None:
    """Hand `mail` to `relay`.

    `before_handing_over` runs when only the final dot is missing; if it raises, no dot is sent.
    Raises `Refused`, `NotNow` or `NoAnswer`; after the first two the server does not have the mail.
    `timeout_seconds` is for each answer (TIMEOUT_SECONDS).
    """
    try:
        server = relay.connect(timeout_seconds or TIMEOUT_SECONDS)
    except smtplib.SMTPResponseException as error:
        # Wrong credentials are a setting to mend, not a mail to give up.
        raise NotNow(_words(error.smtp_code, error.smtp_error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotNow(f"No connection to {relay.host}:{relay.port}: {error}") from error
    try:
        _write(server, mail)
        before_handing_over()
        _dot(server)
    finally:
        server.close()


def _write(server: smtplib.SMTP, mail: Outgoing) -> None:
    """Everything but the final dot."""
    try:
        server.ehlo_or_helo_if_needed()
        is_ascii = mail.recipient.isascii() and mail.sender.isascii()
        if not is_ascii and not server.has_extn("smtputf8"):
            raise Refused("The mail server does not take addresses with letters beyond ASCII.")
        options = [] if is_ascii else ["SMTPUTF8", "BODY=8BITMIME"]
        _expect(server.mail(mail.sender, options), 250)
        _expect(server.rcpt(mail.recipient), 250, 251)
        _expect(server.docmd("DATA"), 354)
        server.send(_stuffed(mail.message))
    except (OSError, smtplib.SMTPException) as error:
        raise NotNow(f"The mail server stopped answering: {error}") from error


def _stuffed(message: bytes) -> bytes:
    """Lines end in CRLF, those that begin with a dot begin with two (RFC 5321 §4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    doubled = re.sub(rb"(?m)^\.", b"..", lines)
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _dot(server: smtplib.SMTP) -> None:
    try:
        server.send(b".\r\n")
        answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise NoAnswer(f"The mail server did not say whether it took the mail: {error}") from error
    _expect(answer, 250)
    try:
        server.docmd("QUIT")
    except (OSError, smtplib.SMTPException):
        return  # it has the mail; how it says goodbye does not matter


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    code, text = answer
    if code in codes:
        return
    raise (Refused if 500 <= code < 600 else NotNow)(_words(code, text))


def _words(code: int, text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(plain.split())}"[:500]


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
