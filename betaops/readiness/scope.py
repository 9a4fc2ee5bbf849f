"""Of whom an expectation speaks, and which of what they did counts for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class Span(NamedTuple):
    """From when to before when; without an end it goes on."""

    since: datetime
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)

    def holds_day(self, day: date) -> bool:
        """A day on which the build changed belongs to the later one."""
        return self.since.date() <= day and (self.until is None or day < self.until.date())


@dataclass(frozen=True)
class Scope:
    """The testers an expectation speaks of."""

    program_id: UUID
    product_id: UUID
    #: Ever accepted and not removed; within the cohort where there is one.
    testers: frozenset[UUID]
    #: Those of them who began.
    started: frozenset[UUID]
    #: Those of them who left before the end.
    left: frozenset[UUID] = frozenset()
    #: Removed from the program and left out for that.
    removed: int = 0
    #: The day (UTC) as of which it is looked.
    today: date = date.max
    #: The day on which each could begin: when they became active, else when they were let in.
    came_on: Mapping[UUID, date] = field(default_factory=dict)
    #: Not everybody's, or not everything of theirs: a cohort, a wave or a build is named.
    is_narrowed: bool = False
    #: Only answers of that wave of a survey.
    wave: int | None = None
    #: Only what came while they used one build: when each did; None: no build is named.
    spans: Mapping[UUID, Span] | None = None

    def covers(self, tester_id: UUID | None, moment: datetime | None) -> bool:
        """Whether it came while the tester used the build; always where none is named."""
        if self.spans is None or tester_id is None or moment is None:
            return self.spans is None
        return tester_id in self.spans and self.spans[tester_id].holds(moment)

    def covers_day(self, tester_id: UUID, day: date) -> bool:
        """The same for what is known by day (UTC)."""
        return self.spans is None or (tester_id in self.spans and self.spans[tester_id].holds_day(day))
