"""Which responses a number is made from: filters as they stand in an address. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

#: Letters of one value in an address, and answers that may be asked for together.
LONGEST, MOST_ANSWERS = 400, 4


class CameBy(StrEnum):
    """The door that a response came in by."""

    PERSONAL = "personal"
    PUBLIC = "public"
    EMBEDDED = "embedded"
    PRODUCT = "product"
    PORTAL = "portal"
    API = "api"
    TEST = "test"
    #: A link that is not there any more.
    GONE = "gone"
    #: Of an anonymous survey it is not kept.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Given:
    """One question (or row of a matrix) was answered so; no codes: it was answered at all."""

    question_id: UUID
    row: str | None = None
    codes: tuple[str, ...] = ()

    def written(self) -> str:
        """As it stands in an address: in letters and digits, whatever people made of their answers."""
        written = orjson.dumps([str(self.question_id), self.row, *self.codes])
        return urlsafe_b64encode(written).decode().rstrip("=")


@dataclass(frozen=True)
class Narrowing:
    """Only responses for which all of this holds. Cohorts and traits are those that people have now."""

    cohort: str = ""
    #: (name, value)
    trait: tuple[str, Any] | None = None
    wave: int | None = None
    version: int | None = None
    came_by: CameBy | None = None
    arm: str = ""
    #: Days in UTC, both included.
    since: date | None = None
    until: date | None = None
    answers: tuple[Given, ...] = ()
    #: Without those that something is to be doubted in; see `quality`.
    without_doubtful: bool = False
    #: Names in the address whose values cannot be: they narrow nothing, and the page says so.
    unread: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_open(self) -> bool:
        """Nothing is narrowed."""
        return self == Narrowing()

    def query(self) -> dict[str, str | list[str]]:
        """The values for an address; nothing for what is not narrowed."""
        found: dict[str, str | list[str]] = {
            "cohort": self.cohort,
            "trait": written_trait(*self.trait) if self.trait else "",
            "wave": "" if self.wave is None else str(self.wave),
            "version": "" if self.version is None else str(self.version),
            "door": self.came_by or "",
            "arm": self.arm,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "doubtful": "without" if self.without_doubtful else "",
            "answer": [each.written() for each in self.answers],
        }
        return {name: value for name, value in found.items() if value}

    def where(self, *given: Given) -> "Narrowing":
        """The same people, who also answered so."""
        return replace(self, answers=(*self.answers, *given))


def written_trait(name: str, value: Any) -> str:
    return f"{name}={orjson.dumps(value).decode()}"


def read(values: Mapping[str, Sequence[str]]) -> Narrowing:
    """From the values of an address, by name."""
    found: dict[str, Any] = {}
    unread: list[str] = []
    for name, reader in _READERS.items():
        texts = [text for text in values.get(name, ()) if text][:MOST_ANSWERS]
        if not texts:
            continue
        value = None
        if all(len(text) <= LONGEST and "\0" not in text for text in texts):
            with suppress(ValueError, TypeError, OverflowError):
                value = reader(texts)
        if value is None:
            unread.append(name)
        else:
            found[_FIELDS.get(name, name)] = value
    return Narrowing(**found, unread=tuple(unread))


def _trait(texts: list[str]) -> tuple[str, Any] | None:
    name, sign, value = texts[0].partition("=")
    read_value = orjson.loads(value) if sign else None
    return (name, read_value) if isinstance(read_value, str | int | float | bool) else None


def _whole(texts: list[str]) -> int | None:
    number = int(texts[0])
    return number if 0 <= number < 2**31 else None


def _given(texts: list[str]) -> tuple[Given, ...]:
    return tuple(_one_given(orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))) for text in texts)


def _one_given(parts: Any) -> Given:
    question, row, *codes = parts
    if not (row is None or isinstance(row, str)) or not all(isinstance(code, str) for code in codes):
        raise ValueError("rows and codes are text")
    return Given(UUID(question), row, tuple(codes))


def _without(texts: list[str]) -> bool:
    if texts[0] != "without":
        raise ValueError(texts[0])
    return True


#: What is called otherwise in an address.
_FIELDS = {"door": "came_by", "answer": "answers", "doubtful": "without_doubtful"}
_READERS: dict[str, Any] = {
    "cohort": lambda texts: texts[0],
    "trait": _trait,
    "wave": _whole,
    "version": _whole,
    "door": lambda texts: CameBy(texts[0]),
    "arm": lambda texts: texts[0],
    "since": lambda texts: date.fromisoformat(texts[0]),
    "until": lambda texts: date.fromisoformat(texts[0]),
    "answer": _given,
    "doubtful": _without,
}
