"""What every measure is: a way from a program's data to one score for each tester."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.figures import Unit
from betaops.readiness.scope import Scope
from betaops.readiness.verdict import Direction


class Parameters(BaseModel):
    """What a measure needs to know, as stored with the expectation; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Sample:
    """Scores as counts for each level of [0, 1], and who is not among them."""

    levels: tuple[float, ...]
    counts: tuple[int, ...]
    #: How many could have a score; those without one are silent.
    asked: int
    excluded: dict[str, int] = field(default_factory=dict)
    #: A counted fact instead of scores.
    value: int | None = None
    #: Where it is a matter of days: (days since they came, to how many it happened then, how many were watched no longer).
    waits: tuple[tuple[int, int, int], ...] = ()
    #: Anonymous answers, one of each person: counts are all there is, and nothing can be said of anybody's or without them.
    is_anonymous: bool = False
    #: By tester, and whose answers are all doubtful. Not kept: a reading has counts only.
    scores: Mapping[UUID, float] = field(default_factory=dict, compare=False, repr=False)
    doubtful: frozenset[UUID] = field(default=frozenset(), compare=False, repr=False)
    #: When each first answered, where that is known.
    moments: Mapping[UUID, datetime] = field(default_factory=dict, compare=False, repr=False)

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def waiting(self) -> int:
        return max(0, self.asked - self.n)

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Sample":
        """What `to_json` gave."""
        return cls(
            levels=tuple(told["levels"]),
            counts=tuple(told["counts"]),
            asked=told["asked"],
            excluded=dict(told["excluded"]),
            value=told["value"],
            waits=tuple((day, had, lost) for day, had, lost in told.get("waits", ())),
            is_anonymous=told.get("is_anonymous", False),
        )

    def to_json(self) -> dict[str, Any]:
        told = {
            "levels": list(self.levels),
            "counts": list(self.counts),
            "asked": self.asked,
            "excluded": self.excluded,
            "value": self.value,
        }
        told |= {"waits": [list(each) for each in self.waits]} if self.waits else {}
        return told | ({"is_anonymous": True} if self.is_anonymous else {})


@dataclass(frozen=True)
class Evidence:
    """Where the people and answers behind a number are listed: an endpoint, its values, the link's words."""

    endpoint: str
    values: dict[str, Any]
    label: str


class Group(StrEnum):
    """Where a measure's data comes from: the headings under which measures are offered."""

    ANSWERS = "answers"
    USE = "use"
    TASKS = "tasks"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class Offer:
    """Something that could be measured here: `key` names it in addresses, `parameters` are a first guess."""

    key: str
    label: str
    note: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


class Measure(ABC):
    """One way to measure. A new one is a class in a file of its own and a line in the registry."""

    kind: ClassVar[str]
    label: ClassVar[Any]
    hint: ClassVar[Any] = ""
    group: ClassVar[Group]
    unit: ClassVar[Unit] = Unit.SHARE
    direction: ClassVar[Direction] = Direction.AT_LEAST
    #: A sensible line to begin with, in the measure's unit.
    threshold: ClassVar[float] = 0.7
    #: How one tester is scored, as a sentence.
    scoring: ClassVar[Any] = _l("Each tester counts as yes or as no.")
    #: Whether it is about one event that the product sends, named by whoever writes the expectation.
    names_event: ClassVar[bool] = False
    #: Whether it can be read of one wave of a survey, and of one build of the product.
    takes_wave: ClassVar[bool] = False
    takes_build: ClassVar[bool] = False
    #: The title of its course day by day, and whether that falls from everybody or rises from nobody; None: it has none.
    course: ClassVar[Any] = None
    falls: ClassVar[bool] = False
    #: What is imagined besides the answers, see `statistics.bounded`: 0.5 for scales made of several questions.
    imagined: ClassVar[float] = 1.0
    parameters: ClassVar[type[Parameters]] = Parameters

    @property
    def is_counted(self) -> bool:
        return self.unit is Unit.COUNT

    def read(self, parameters: Mapping[str, Any]) -> Any:
        """Stored parameters as an object; `Invalid` for what this measure cannot use."""
        try:
            return self.parameters.model_validate(parameters)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise Invalid(
                "parameters",
                _("%(measure)s: %(name)s is missing or wrong.", measure=self.label, name=name),
                field=name,
            ) from error

    def to_score(self, value: float, parameters: Any) -> float:
        """From the measure's unit to [0, 1]."""
        return value

    def from_score(self, score: float, parameters: Any) -> float:
        """From [0, 1] to the measure's unit."""
        return score

    def span(self, parameters: Any) -> tuple[float, float]:
        """Smallest and greatest value in the unit: the axis of the drawing."""
        return self.from_score(0.0, parameters), self.from_score(1.0, parameters)

    def offers(self, session: Session, program: Program) -> list[Offer]:
        """What it could be applied to in this program; measures without parameters offer themselves."""
        return [Offer("", str(self.label), str(self.hint))]

    def offer(self, session: Session, program: Program, key: str) -> Offer | None:
        """The offer of that key; None where there is none."""
        return next((each for each in self.offers(session, program) if each.key == key), None)

    @abstractmethod
    def title(self, parameters: Any) -> str:
        """What is measured, in words that end a sentence: "share who answer 4 or more to “…”"."""

    @abstractmethod
    def sample(self, session: Session, scope: Scope, parameters: Any) -> Sample:
        """The scores as they stand."""

    @abstractmethod
    def evidence(self, parameters: Any) -> Evidence:
        """Where the data is listed. Values leave out the program's `slug`."""

    def told(self, value: int) -> str:
        """A counted value in words; only counted measures are asked."""
        raise NotImplementedError


def shares(yes: Iterable[UUID], everybody: frozenset[UUID], excluded: dict[str, int]) -> Sample:
    """A sample of yes and no: of `everybody`, those in `yes` have 1."""
    scores = dict.fromkeys(everybody, 0.0) | {tester: 1.0 for tester in yes if tester in everybody}
    return scored(scores, len(everybody), excluded)


def elapsed(scope: Scope, window: timedelta, did: Callable[[UUID, date], bool]) -> Sample:
    """A sample of yes and no, asked with the day each came: only of those whose window is over."""
    over = {tester: came for tester, came in scope.came_on.items() if came + window <= scope.today}
    yes = [tester for tester, came in over.items() if did(tester, came)]
    return shares(
        yes, frozenset(over), {"removed": scope.removed, "not_elapsed": len(scope.came_on) - len(over)}
    )


def scored(
    scores: Mapping[UUID, float],
    asked: int,
    excluded: dict[str, int],
    *,
    always: Sequence[float] = (0.0, 1.0),
    doubtful: frozenset[UUID] = frozenset(),
    moments: Mapping[UUID, datetime] | None = None,
) -> Sample:
    """A sample of one score a tester; the levels in `always` are there even when nobody is."""
    rounded = {tester: round(score, 9) for tester, score in scores.items()}
    counted = Counter(rounded.values())
    levels = sorted({*counted, *always})
    return Sample(
        levels=tuple(levels),
        counts=tuple(counted[level] for level in levels),
        asked=max(asked, len(rounded)),
        excluded=excluded,
        scores=rounded,
        doubtful=doubtful,
        moments=moments or {},
    )
