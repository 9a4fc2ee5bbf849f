"""Mail addresses: which are usable, and which are the same person. Pure."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from betaops.kernel.i18n import gettext as _

LONGEST = 254
#: Addresses that need no closer look, which is nearly all of them (a file may hold 100,000).
_PLAIN = re.compile(
    r"[a-z0-9_](?:[a-z0-9_%+'-]|\.(?=[^.@]))*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)


class BadAddress(ValueError):
    """Not a mail address; the text is a sentence for whoever typed it."""


def clean(typed: str) -> str:
    """The address as it is kept and written to: spaces, `mailto:`, `<…>` and a trailing dot gone.

    Raises `BadAddress`.
    """
    text = unicodedata.normalize("NFC", typed).strip().removeprefix("mailto:").strip("<> \t\r\n")
    text = text.rstrip(".")
    if len(text) > LONGEST:
        raise BadAddress(_("A mail address has at most %(longest)s characters.", longest=LONGEST))
    if _PLAIN.fullmatch(text.lower()) and len(text.partition("@")[0]) <= 64:
        local, _at, domain = text.partition("@")
        return f"{local}@{domain.lower()}"
    try:
        return validate_email(text, check_deliverability=False, test_environment=True, strict=True).normalized
    except EmailNotValidError as error:
        raise BadAddress(_("Write a mail address like name@example.com.")) from error


def mail_key(address: str) -> str:
    """Equal for spellings that reach the same person: case and a trailing dot do not matter.

    What follows a plus does: whether `ana+beta@…` is `ana@…` is known to her mail server alone
    (RFC 5321 §2.3.11), and taking two people for one would lose one of them.
    """
    text = unicodedata.normalize("NFC", address).strip().rstrip(".")
    return text.lower()
