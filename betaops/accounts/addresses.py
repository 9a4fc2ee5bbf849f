"""Mail addresses, as typed and as compared. Pure."""

from email_validator import EmailNotValidError, validate_email

LONGEST = 254


def readable(text: str) -> str | None:
    """The address as it should be written to, or None where it cannot be one. A trailing dot is a slip of the thumb."""
    text = text.strip().rstrip(".").removeprefix("mailto:")
    if len(text) > LONGEST:
        return None
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def comparable(address: str) -> str:
    """The form in which two spellings of one mailbox are the same: trimmed, lower case, no trailing dot."""
    return address.strip().rstrip(".").casefold()
