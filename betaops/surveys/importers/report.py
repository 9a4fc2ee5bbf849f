"""What became of a file: taken as it is, approximated, or dropped (kept in the JSON, asked of nobody)."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Report:
    """Sentences and names for people and programs; `title` is what the survey calls itself."""

    title: str = ""
    taken: list[str] = field(default_factory=list)
    approximated: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    #: What keeps it from being published.
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
