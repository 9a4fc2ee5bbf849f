"""Adding, changing, ordering and removing expectations."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from betaops.cohorts.models import Cohort
from betaops.kernel import versions
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import measures, queries
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.events import ExpectationAdded, ExpectationChanged, ExpectationRemoved
from betaops.readiness.measures import Measure
from betaops.readiness.models import Expectation, Reading
from betaops.readiness.service import amending
from betaops.readiness.service.reading import take_readings
from betaops.readiness.verdict import Direction
from betaops.usage.builds import LONGEST_VERSION

MOST_ANSWERS = 1_000_000
MOST_WAVES = 10_000
#: One-sided. Nobody can wait for more: evidence would have to be divided by next to nothing.
SUREST = 0.9999


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an expectation is to say; checked against its measure before it is kept."""

    need: str
    measure: str
    threshold: float
    direction: Direction
    parameters: dict[str, Any]
    source: str = ""
    weight: Weight = Weight.MUST
    cohort_id: UUID | None = None
    wave: int | None = None
    build: str | None = None
    confidence: float = 0.95
    closes_on: date | None = None
    closes_at: int | None = None
    least_answered: float = 0.0


def add(work: Work, program: Program, draft: Draft, *, reason: str = "") -> Expectation:
    """At the end of the list, with its first reading. `Invalid` names the field that cannot be.

    `reason` is why, where criteria are sealed already.
    """
    row = write(work, program, draft)
    amending.added(work, row, reason)
    take_readings(work, program)
    return row


def write(work: Work, program: Program, draft: Draft) -> Expectation:
    """At the end of the list, not judged yet."""
    values = _checked(work, program, draft)
    amending.hold(work, program)
    last = work.session.scalar(
        select(func.max(Expectation.position)).where(Expectation.program_id == program.id)
    )
    row = Expectation(
        program_id=program.id, position=0 if last is None else last + 1, created_at=work.now, **values
    )
    versions.stamp(work, row)
    work.add(row)
    work.record(ExpectationAdded(expectation_id=row.id, program_id=program.id, need=row.need))
    return row


def change(
    work: Work,
    program: Program,
    expectation_id: UUID,
    draft: Draft,
    *,
    version: int | None,
    reason: str = "",
) -> Expectation:
    """Save it anew and judge it anew; `Stale` when somebody saved in between. `reason` as in `add`."""
    row = _locked(work, program, expectation_id)
    values = _checked(work, program, draft)
    before = {name: getattr(row, name) for name in values}
    changed = versions.edit(work, row, version, **values)
    if changed:
        amending.changed(work, row, {name: before[name] for name in changed}, reason)
        work.session.flush()
        work.record(
            ExpectationChanged(
                expectation_id=row.id,
                program_id=program.id,
                need=row.need,
                changes=[f"{name}: {_plain(before[name])} → {_plain(values[name])}" for name in changed],
            )
        )
        take_readings(work, program)
    return row


def move(work: Work, program: Program, expectation_id: UUID, *, up: bool) -> None:
    """One place up or down among those of the same weight; at the end nothing happens."""
    rows = list(queries.expectations(work.session, program.id, locked=True))
    row = next((each for each in rows if each.id == expectation_id), None)
    if row is None:
        queries.expectation(work.session, program.id, expectation_id)
        return
    group = [each for each in rows if each.weight is row.weight]
    here = group.index(row)
    there = here - 1 if up else here + 1
    if 0 <= there < len(group):
        group[here], group[there] = group[there], group[here]
    others = [each for each in rows if each.weight is not row.weight]
    for position, each in enumerate([*group, *others]):
        each.position = position


def remove(work: Work, program: Program, expectation_id: UUID, *, reason: str = "") -> None:
    """Gone with its readings. What was decided on it keeps its own copy. `reason` as in `add`."""
    row = _locked(work, program, expectation_id)
    amending.removed(work, row, reason)
    reading = queries.latest_readings(work.session, program.id).get(row.id)
    work.record(
        ExpectationRemoved(
            expectation_id=row.id,
            program_id=program.id,
            need=row.need,
            verdict=reading.verdict.value if reading else "",
        )
    )
    work.session.execute(delete(Reading).where(Reading.expectation_id == row.id))
    work.delete(row)
    work.session.flush()
    take_readings(work, program)


def _locked(work: Work, program: Program, expectation_id: UUID) -> Expectation:
    """All are held, in the order in which readings hold them: two who held one each would wait for each other."""
    rows = queries.expectations(work.session, program.id, locked=True)
    return next((row for row in rows if row.id == expectation_id), None) or queries.expectation(
        work.session, program.id, expectation_id
    )


def _checked(work: Work, program: Program, draft: Draft) -> dict[str, Any]:
    """The columns of a draft that can be kept."""
    if not draft.need.strip():
        raise Invalid("need", _("Say what customers need, in their words."), field="need")
    if draft.measure not in measures.KINDS:
        raise Invalid("measure", _("There is no such measure."), field="measure")
    measure = measures.named(draft.measure)
    parameters = measure.read(draft.parameters)
    _check_line(draft, measure, parameters)
    _check_whom(work, program, draft, measure)
    if not 0.5 < draft.confidence <= SUREST:
        raise Invalid("confidence", _("Confidence lies above 50% and is at most 99.99%."), field="confidence")
    if draft.closes_at is not None and not 1 <= draft.closes_at <= MOST_ANSWERS:
        raise Invalid("closes_at", _("Write a whole number from 1 to 1,000,000."), field="closes_at")
    if not 0 <= draft.least_answered <= 1:
        raise Invalid("least_answered", _("A share lies between 0% and 100%."), field="least_answered")
    return {
        "need": draft.need.strip(),
        "source": draft.source.strip(),
        "weight": draft.weight,
        "measure": measure.kind,
        "parameters": parameters.model_dump(mode="json"),
        "threshold": float(draft.threshold),
        "direction": draft.direction,
        "cohort_id": draft.cohort_id,
        "wave": draft.wave,
        "build": draft.build or None,
        "confidence": draft.confidence,
        # A count is read as it stands; there is nothing to wait for.
        "closes_on": None if measure.is_counted else draft.closes_on,
        "closes_at": None if measure.is_counted else draft.closes_at,
        "least_answered": 0.0 if measure.is_counted else float(draft.least_answered),
    }


def _check_line(draft: Draft, measure: Measure, parameters: Any) -> None:
    low, high = measure.span(parameters)
    if measure.is_counted:
        if draft.threshold < 0 or draft.threshold != int(draft.threshold):
            raise Invalid("threshold", _("A count is a whole number from 0 up."), field="threshold")
    elif not low < draft.threshold < high:
        raise Invalid(
            "threshold",
            _(
                "The line must lie between %(low)s and %(high)s, both left out: no sample can prove all or nothing.",
                low=f"{low:g}",
                high=f"{high:g}",
            ),
            field="threshold",
        )


def _check_whom(work: Work, program: Program, draft: Draft, measure: Measure) -> None:
    _check_anonymous(work, draft)
    if measure.is_counted and draft.cohort_id is not None:
        raise Invalid("cohort", _("This is counted for the whole program, not for a cohort."), field="cohort")
    if draft.cohort_id is not None and not _has_cohort(work, program, draft.cohort_id):
        raise Invalid("cohort", _("This program has no such cohort."), field="cohort")
    if draft.wave is not None and not (measure.takes_wave and 0 <= draft.wave <= MOST_WAVES):
        raise Invalid("wave", _("This cannot be read of one wave."), field="wave")
    if draft.build and not (measure.takes_build and len(draft.build) <= LONGEST_VERSION):
        raise Invalid("build", _("This cannot be read of one build."), field="build")


def _check_anonymous(work: Work, draft: Draft) -> None:
    """Whose an anonymous answer is nobody knows, so it is of no cohort, wave or build."""
    named = {
        "cohort": draft.cohort_id is not None,
        "wave": draft.wave is not None,
        "build": bool(draft.build),
    }
    narrowed = next((name for name, is_named in named.items() if is_named), None)
    if narrowed and measures.is_anonymous(work.session, draft.parameters):
        raise Invalid(
            narrowed,
            _(
                "This survey is anonymous: its answers count for everybody, not for a cohort, a wave or a build."
            ),
            field=narrowed,
        )


def _has_cohort(work: Work, program: Program, cohort_id: UUID) -> bool:
    return (
        work.session.scalar(select(Cohort.id).where(Cohort.id == cohort_id, Cohort.program_id == program.id))
        is not None
    )


def _plain(value: Any) -> str:
    return getattr(value, "value", None) or str(value)
