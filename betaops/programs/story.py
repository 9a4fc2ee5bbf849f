"""What a stranger reads before applying, and what a team settles before the first day. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Story:
    """The signup page: a title, at most five lines, and what is asked and given."""

    title: str = ""
    lines: tuple[str, ...] = ()
    #: Who it is for.
    audience: str = ""
    #: What testers do, in a sentence or two.
    asked: str = ""
    minutes_per_week: int = 0
    #: What testers get.
    reward: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Story":
        known = {key: stored[key] for key in cls.__dataclass_fields__ if key in stored}
        return cls(**{**known, "lines": tuple(known.get("lines", ()))})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "lines": list(self.lines)}

    @property
    def is_told(self) -> bool:
        """Enough for a stranger to decide on."""
        return bool(self.title and self.lines and self.audience and self.minutes_per_week)


@dataclass(frozen=True, kw_only=True)
class Charter:
    """What is agreed before day one, so that the end can be recognised."""

    #: "X for segment Y gives Z in W weeks."
    hypothesis: str = ""
    baseline: str = ""
    threshold: str = ""
    decider: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Charter":
        return cls(**{key: stored[key] for key in cls.__dataclass_fields__ if key in stored})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_whole(self) -> bool:
        return all(asdict(self).values())
