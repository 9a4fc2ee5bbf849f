"""Whom an announcement is for, as plain values that a form, an API and a row can hold. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

LONGEST_SILENCE_DAYS = 365


class Who(StrEnum):
    #: Everybody who takes part now.
    ACTIVE = "active"
    #: Those of them who are in one cohort.
    COHORT = "cohort"
    #: Those of them of whom nothing was heard for some days.
    SILENT = "silent"
    #: Applied, and neither in nor out yet.
    WAITING = "waiting"


@dataclass(frozen=True)
class Audience:
    """`cohort_id` only with `cohort`, `days` (1 … 365) only with `silent`."""

    who: Who = Who.ACTIVE
    cohort_id: UUID | None = None
    days: int = 7

    def __post_init__(self) -> None:
        if (self.who is Who.COHORT) != (self.cohort_id is not None):
            raise ValueError("a cohort is named exactly where the audience is one")
        if not 1 <= self.days <= LONGEST_SILENCE_DAYS:
            raise ValueError(f"silence of {self.days} days")

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"who": self.who.value}
        if self.cohort_id is not None:
            said["cohort_id"] = str(self.cohort_id)
        if self.who is Who.SILENT:
            said["days"] = self.days
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """`ValueError` for what `to_json` cannot have written."""
        cohort = said.get("cohort_id")
        return cls(Who(said.get("who", "active")), UUID(cohort) if cohort else None, int(said.get("days", 7)))
