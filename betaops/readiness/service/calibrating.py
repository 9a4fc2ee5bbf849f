"""Holding predictions against reality: when it was launched, and what came true 30 and 90 days later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import measures, queries
from betaops.readiness.deciding.realities import Found, Known, Refusal, read
from betaops.readiness.events import ProductLaunched, RealityNoted
from betaops.readiness.figures import is_possible
from betaops.readiness.models import Decision, Horizon, Launch, Reality, Source
from betaops.readiness.queries import Launched, Outturn

#: So far ahead a launch is planned at the most; what lies beyond is a slip of the hand, and calendars end.
FARTHEST = timedelta(days=3650)


@dataclass(frozen=True)
class Value:
    """What one expectation (`exp_…`) came to be, in its measure's unit."""

    key: str
    value: float
    note: str = ""


def launch(work: Work, program: Program, launched_on: date) -> Launch:
    """The day on which it reached customers, where that is not the day on which the decision came into force."""
    work.lock(Decision, _launched(work, program).decision.id)
    found = _launched(work, program)
    decided_on = found.decision.in_force_at.date() if found.decision.in_force_at else work.now.date()
    if launched_on < decided_on:
        raise Invalid("launched_on", _("It is launched after it was decided."), field="launched_on")
    if launched_on > work.now.date() + FARTHEST:
        raise Invalid("launched_on", _("Choose a day within ten years."), field="launched_on")
    row = found.launch or Launch(decision_id=found.decision.id)
    row.launched_on, row.said_at, row.said_by = launched_on, work.now, work.actor.name
    work.add(row)
    work.record(
        ProductLaunched(
            decision_id=found.decision.id, program_id=program.id, launched_on=launched_on.isoformat()
        )
    )
    return row


def note_reality(
    work: Work, program: Program, days: int, values: Sequence[Value], *, source: Source = Source.BY_HAND
) -> int:
    """What came true after so many days; said anew, it replaces what was said, and so does the last of several in
    `values`. Returns how many are new or others."""
    found = _launched(work, program)
    if days not in list(Horizon):
        raise Invalid("days", _("Days are 30 or 90."), field="days")
    _has_come(work, found, days)
    work.lock(Decision, found.decision.id)
    units = {
        item["id"]: measures.named(item["measure"]).unit for item in found.decision.snapshot["expectations"]
    }
    there = {
        row.expectation_id: row
        for row in work.session.scalars(
            select(Reality).where(Reality.decision_id == found.decision.id, Reality.days == days)
        )
    }
    changed = 0
    for each in {value.key: value for value in values}.values():
        if each.key not in units:
            raise NotFound
        if not is_possible(each.value, units[each.key]):
            raise Invalid(
                "values",
                _("A share lies from 0 to 1, points from −100 to 100, and a count is a whole number."),
                field="values",
            )
        changed += _note(work, found, days, each, source, there.get(ids.decode("exp", each.key)))
    if changed:
        work.record(
            RealityNoted(
                decision_id=found.decision.id,
                program_id=program.id,
                days=days,
                count=changed,
                source=source.value,
            )
        )
    return changed


def import_realities(work: Work, program: Program, text: str) -> tuple[int, list[Refusal]]:
    """What a CSV file says: how many values were taken, and the rows that were not, with the reason."""
    found = _launched(work, program)
    known = _known(queries.outturns(work.session, found.decision))
    taken: dict[int, dict[str, Value]] = {}
    refused = []
    for row in read(text, known):
        if isinstance(row, Refusal):
            refused.append(row)
        elif found.due_on(row.days) > work.now.date():
            refused.append(Refusal(row.row, row.key, _("These days are not over yet.")))
        else:
            taken.setdefault(row.days, {})[row.key] = _value(row)
    for days, values in taken.items():
        note_reality(work, program, days, list(values.values()), source=Source.FILE)
    return sum(map(len, taken.values())), refused


def take_from_usage(work: Work, program: Program, days: int) -> int:
    """What the product's own events say of those expectations that are measured by them. Returns how many were taken."""
    found = _launched(work, program)
    _has_come(work, found, days)
    values = []
    for outturn in queries.outturns(work.session, found.decision):
        if outturn.row.measure.kind != "usage_share":
            continue
        doing = outturn.row.parameters
        share = queries.share_doing(
            work.session,
            program.product_id,
            doing.event,
            doing.times,
            found.launched_on,
            queries.last_day(found.launched_on, days),
        )
        if share is not None:
            values.append(Value(outturn.key, round(share, 9)))
    note_reality(work, program, days, values, source=Source.USAGE)
    return len(values)


def _launched(work: Work, program: Program) -> Launched:
    found = queries.launched(work.session, program.id)
    if found is None:
        raise Refused("not_launched", _("There is no GO in force whose predictions could come true."))
    return found


def _known(outturns: Sequence[Outturn]) -> dict[str, Known | None]:
    """By what a file may call them; None for a need that several state."""
    by_key: dict[str, Known | None] = {}
    by_need: dict[str, Known | None] = {}
    for outturn in outturns:
        one = Known(outturn.key, outturn.row.expectation.need, outturn.row.measure.unit)
        need = one.need.casefold()
        by_key[one.key], by_need[need] = one, None if need in by_need else one
    return by_need | by_key


def _has_come(work: Work, found: Launched, days: int) -> None:
    if found.due_on(days) > work.now.date():
        raise Refused("not_due", _("These days are not over yet."))


def _note(work: Work, found: Launched, days: int, value: Value, source: Source, row: Reality | None) -> bool:
    if row is not None and (row.value, row.note) == (value.value, value.note.strip()):
        return False
    row = row or Reality(
        decision_id=found.decision.id, expectation_id=ids.decode("exp", value.key), days=days
    )
    row.value, row.note, row.source = value.value, value.note.strip(), source
    row.said_at, row.said_by = work.now, work.actor.name
    work.add(row)
    return True


def _value(row: Found) -> Value:
    return Value(row.key, row.value, row.note)
