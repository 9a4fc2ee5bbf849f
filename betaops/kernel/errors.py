"""What a service may refuse, as exceptions with a code for programs and a sentence for people.

The edge decides the form: a page, `application/problem+json`, or a line on the terminal.
"""

from datetime import datetime
from typing import Any


class DomainError(Exception):
    """A refusal that is nobody's crash.

    `code` is stable and meant for programs (`seats_taken`); `message` is a translated sentence;
    `values` are plain and may be shown.
    """

    status = 409
    code = "refused"

    def __init__(self, code: str | None = None, message: Any = "", **values: Any) -> None:
        super().__init__(str(message) or code or self.code)
        self.code = code or self.code
        self.message = message
        self.values = values


class NotFound(DomainError):
    """There is no such thing, or not for you: the two are never told apart."""

    status = 404
    code = "not_found"


class Refused(DomainError):
    """The rules say no; nothing was changed."""


class Invalid(DomainError):
    """A value of the right form that the rules cannot take; `field` in `values` names it where one is to blame.

    Answered with 409 like every refusal: 422 is for what does not have the form that is described.
    """

    code = "invalid"


class Stale(DomainError):
    """Someone saved a newer version of the row while this one was being edited."""

    code = "stale"

    def __init__(self, message: Any = "", *, who: str = "", when: datetime | None = None) -> None:
        super().__init__("stale", message, who=who, when=when)


class Forbidden(DomainError):
    """Known, but not allowed."""

    status = 403
    code = "forbidden"


class TooMany(DomainError):
    """Too often; `retry_after_seconds` says when to come back."""

    status = 429
    code = "too_many"

    def __init__(self, message: Any = "", *, retry_after_seconds: int = 60) -> None:
        super().__init__("too_many", message, retry_after_seconds=retry_after_seconds)


class Unavailable(DomainError):
    """Something this needs is away for the moment (database, disk, mail server)."""

    status = 503
    code = "unavailable"
