"""Sealing what is expected, and how it is judged, when a program starts, and writing down what is changed afterwards."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import CriteriaSealed, CriterionAmended
from betaops.readiness.judging import criteria
from betaops.readiness.models import Amendment, AmendmentKind, CriteriaSeal, Expectation, GroundRules
from betaops.readiness.verdict import Mode

LONGEST_REASON = 2000


def seal(work: Work, program: Program) -> CriteriaSeal | None:
    """Fix what is expected, once: the hash goes into the audit log. None where it was done before."""
    hold(work, program)
    if queries.seal(work.session, program.id) is not None:
        return None
    fixed = [criteria.criterion(row) for row in queries.expectations(work.session, program.id, locked=True)]
    rules = criteria.ground_rules(queries.ground_rules(work.session, program.id))
    digest = criteria.digest_of(fixed, rules)
    row = CriteriaSeal(
        program_id=program.id, sealed_at=work.now, criteria=fixed, ground_rules=rules, digest=digest
    )
    work.add(row)
    work.session.flush()
    work.record(CriteriaSealed(program_id=program.id, count=len(fixed), digest=digest))
    return row


def hold(work: Work, program: Program) -> None:
    """Nothing is added while criteria are sealed, nor they while something is: what neither sees would be in no seal.

    Rows that point to the program are written all the same.
    """
    work.session.execute(select(Program.id).where(Program.id == program.id).with_for_update(key_share=True))


def added(work: Work, row: Expectation, reason: str) -> None:
    """One that was not there when the criteria were sealed: what is known by now may have led to it."""
    if _is_sealed(work, row.program_id):
        row.amended_at = work.now
        _write(work, row, AmendmentKind.ADDED, [], reason)


def changed(work: Work, row: Expectation, before: Mapping[str, Any], reason: str) -> None:
    """`before` has the former values of what was changed; words of need and source are no criterion.

    What was read at the close already is not read so again, sealed or not.
    """
    names = [name for name in criteria.FIXED if name in before]
    if not names:
        return
    last = queries.latest_readings(work.session, row.program_id).get(row.id)
    is_sealed = _is_sealed(work, row.program_id)
    if is_sealed or (last is not None and last.outcome["mode"] == Mode.CLOSE):
        row.amended_at = work.now
    if is_sealed:
        told = {name: criteria.plain(name, before[name]) for name in names}
        _write(work, row, AmendmentKind.CHANGED, _changes(told, criteria.criterion(row)), reason)


def removed(work: Work, row: Expectation, reason: str) -> None:
    """One that is no longer expected."""
    if _is_sealed(work, row.program_id):
        _write(work, row, AmendmentKind.REMOVED, [], reason)


def ruled(work: Work, row: GroundRules, before: Mapping[str, Any], reason: str) -> None:
    """Another way to judge all of them; `before` is as `criteria.ground_rules` had it."""
    changes = _changes(before, criteria.ground_rules(row))
    if not changes or not _is_sealed(work, row.program_id):
        return
    work.add(
        Amendment(
            program_id=row.program_id,
            kind=AmendmentKind.CHANGED,
            need="",
            changes=changes,
            reason=_given(reason),
            by=work.actor.name,
            at=work.now,
        )
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"what": name, "before": value, "after": after[name]}
        for name, value in before.items()
        if value != after[name]
    ]


def _given(reason: str) -> str:
    if not reason.strip():
        raise Invalid(
            "reason",
            _("What is expected was sealed when the program started. Say why it changes now."),
            field="reason",
        )
    return reason.strip()[:LONGEST_REASON]


def _is_sealed(work: Work, program_id: UUID) -> bool:
    return queries.seal(work.session, program_id) is not None


def _write(
    work: Work, row: Expectation, kind: AmendmentKind, changes: list[dict[str, Any]], reason: str
) -> None:
    given = _given(reason)
    reading = queries.latest_readings(work.session, row.program_id).get(row.id)
    work.add(
        Amendment(
            program_id=row.program_id,
            expectation_id=row.id,
            kind=kind,
            need=row.need,
            changes=changes,
            reason=given,
            by=work.actor.name,
            at=work.now,
            verdict=reading.verdict if reading is not None else None,
        )
    )
    work.record(
        CriterionAmended(
            program_id=row.program_id,
            expectation_id=row.id,
            how=kind.value,
            need=row.need,
            reason=given,
        )
    )
