"""The tree of a document. Pure, and plain JSON when it is kept: what was sent can be shown again, and hashed.

Whatever stands in it is text. Nothing is markup until one of the ways to show it makes some, so that no way has to trust
what people typed.
"""

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

#: Characters that turn the order of what follows, and are not seen themselves.
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_SPACE = re.compile(r"\s+")

#: How something is coloured: a word says the same.
Role = Literal["good", "danger", "waiting", "contradicted", "neutral"]


def line(text: str) -> str:
    """One line without what cannot be seen: control characters, turned order, half a surrogate pair."""
    seen = "".join(
        sign
        for sign in _SPACE.sub(" ", text)
        if sign not in _TURNING and unicodedata.category(sign) not in ("Cc", "Cs")
    )
    return seen.strip()


def piece(text: str) -> str:
    """The same for a part of a line: its spaces at either end stay."""
    start, end = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
    return f"{start}{line(text)}{end}" if line(text) else start


Line = Annotated[str, AfterValidator(line)]
Piece = Annotated[str, AfterValidator(piece)]


class Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Node):
    """Some words in one look."""

    text: Piece
    is_strong: bool = False
    is_code: bool = False


Words = tuple[Span, ...]


def words(*parts: "str | Span") -> Words:
    """Text, and spans as they are."""
    return tuple(each if isinstance(each, Span) else Span(text=each) for each in parts)


def strong(text: str) -> Span:
    return Span(text=text, is_strong=True)


class Heading(Node):
    """Below the title, which is level 1."""

    kind: Literal["heading"] = "heading"
    level: Literal[2, 3] = 2
    text: Line


class Paragraph(Node):
    kind: Literal["paragraph"] = "paragraph"
    words: Words
    #: Said in passing: where from, as of when.
    is_muted: bool = False


class Bullets(Node):
    kind: Literal["bullets"] = "bullets"
    items: tuple[Words, ...]


class Facts(Node):
    """A few (label, value)."""

    kind: Literal["facts"] = "facts"
    pairs: tuple[tuple[Line, Words], ...]


class Table(Node):
    """Cells are one line each; `numeric` names the columns, from 0, that are set to the end."""

    kind: Literal["table"] = "table"
    title: Line
    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: tuple[int, ...] = ()


class Banner(Node):
    """The answer, before everything else."""

    kind: Literal["banner"] = "banner"
    role: Role
    label: Line
    word: Line
    said: Line = ""


class Range(Node):
    """A drawing: the estimate (dot), what it could be (bar), the line it has to cross (tick). In the measure's unit."""

    low_end: float
    high_end: float
    estimate: float | None
    low: float | None
    high: float | None
    threshold: float
    is_at_most: bool
    #: Its ends and the line in words, and the whole of it for who does not see it.
    low_end_words: Line
    high_end_words: Line
    threshold_words: Line
    alt: Line

    def place(self, name: Literal["estimate", "low", "high", "threshold"]) -> float | None:
        """Where that value stands between the ends, from 0 to 1."""
        value: float | None = getattr(self, name)
        span = (self.high_end - self.low_end) or 1.0
        return None if value is None else min(1.0, max(0.0, (value - self.low_end) / span))

    def percent(self, name: Literal["estimate", "low", "high", "threshold"]) -> float | None:
        """The same in percent, as pages draw it."""
        place = self.place(name)
        return None if place is None else round(place * 100, 2)


class Finding(Node):
    """One need with its verdict, the one plain sentence, and the drawing where there is one."""

    kind: Literal["finding"] = "finding"
    need: Line
    role: Role
    word: Line
    sentence: Line
    #: What else a reader must know before believing it.
    notes: tuple[Line, ...] = ()
    drawing: Range | None = None


class Signed(Node):
    name: Line
    #: In which role, and when.
    note: Line
    role: Role
    word: Line
    reason: Words = ()


class Signatures(Node):
    kind: Literal["signatures"] = "signatures"
    signed: tuple[Signed, ...]


class Said(Node):
    """A passage in somebody's own words, and who said it, as far as they allow."""

    text: Line
    by: Line


class Quotes(Node):
    """What people said, as references: words and names stand in it only while it is shown (`quoting.resolved`), never in
    what is kept. With nothing left to say it is not shown at all."""

    kind: Literal["quotes"] = "quotes"
    #: Level and words of the heading above them; without words there is none.
    level: Literal[2, 3] = 3
    title: Line = ""
    #: Public ids, in their order.
    ids: tuple[Line, ...]
    #: How somebody is called who is quoted without a name, in the document's language.
    nameless: Line
    said: tuple[Said, ...] = ()


Part = Annotated[
    Heading | Paragraph | Bullets | Facts | Table | Banner | Finding | Signatures, Field(discriminator="kind")
]


class Appendix(Node):
    """What only those read who want to know more: folded on a page, at the end on paper. Its title is a heading."""

    kind: Literal["appendix"] = "appendix"
    title: Line
    parts: tuple[Part, ...]


Block = Annotated[
    Heading | Paragraph | Bullets | Facts | Table | Banner | Finding | Signatures | Quotes | Appendix,
    Field(discriminator="kind"),
]


class Document(Node):
    """`language` is a code of ours, `at` the moment as of which it was written, in words."""

    title: Line
    language: str
    direction: Literal["ltr", "rtl"] = "ltr"
    at: Line
    blocks: tuple[Block, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, told: Any) -> "Document":
        return cls.model_validate(told)


def is_rightward(text: str) -> bool:
    """Whether the first letter that has a direction is written from right to left."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
