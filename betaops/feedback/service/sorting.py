"""Triage: what a report is, who cares for it, where it stands, and which others say the same."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from betaops.feedback import policy, triage
from betaops.feedback.events import OutcomeTold, ReportAmended, ReportMerged, ReportStateChanged
from betaops.feedback.models import OUTCOMES, Kind, Report, Severity, State, Turn, Vote
from betaops.feedback.service.counting import recount, weigh
from betaops.feedback.service.moving import move
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit, stamp
from betaops.kernel.work import Work

#: What `amend` may change; anything else is a programmer's error.
AMENDABLE = frozenset({"kind", "title", "severity", "app_version", "owner_id", "is_private"})


def amend(work: Work, report: Report, version: int | None = None, **values: Any) -> Report:
    """Correct what kind of report it is, its severity, title, version, owner or privacy."""
    if unknown := values.keys() - AMENDABLE:
        raise TypeError(f"a report's {sorted(unknown)} cannot be amended")
    report = work.lock(Report, report.id)
    if "title" in values:
        values["title"] = policy.title(values["title"])
    kind = values.get("kind", report.kind)
    if kind is not Kind.BUG:
        values["severity"] = None
    elif values.get("severity", report.severity) is None:
        values["severity"] = Severity.MINOR
    former = {name: getattr(report, name) for name in values}
    changed = edit(work, report, version, **values)
    if changed:
        report.touched_at = work.now
        report.fingerprint = triage.fingerprint(report.title, report.body)
        weigh(report)
        changes = [
            f"{name}: {former[name]} → {values[name]}" if name != "title" else "title" for name in changed
        ]
        work.record(ReportAmended(report_id=report.id, program_id=report.program_id, changes=changes))
    return report


def change_state(
    work: Work, report: Report, state: State, *, note: str = "", tell: bool = True, version: int | None = None
) -> Report:
    """Move it on. An outcome is told to the people behind it, with `note`, unless `tell` is false."""
    report = work.lock(Report, report.id)
    edit(work, report, version)
    if report.state is state:
        return report
    if not report.may_become(state):
        raise Refused(
            "no_such_transition",
            _("Report #%(number)d cannot go there from where it stands.", number=report.number),
            state=report.state,
            wanted=state,
        )
    former = move(work, report, state)
    report.touched_at = work.now
    report.version += 1
    stamp(work, report)
    if state in OUTCOMES:
        report.outcome_note, report.turn = note, Turn.NOBODY
        report.told_at = work.now if tell and report.people else None
    work.record(
        ReportStateChanged(
            report_id=report.id,
            program_id=report.program_id,
            former=former,
            state=state,
            note=note,
            is_silent=not tell,
        )
    )
    return report


def tell_outcome(work: Work, report: Report, *, note: str = "") -> Report:
    """Tell the people behind a settled report what became of it, who were not told then; once told, nothing happens.

    Without a `note` they read the one that stands there.
    """
    report = work.lock(Report, report.id)
    if report.state not in OUTCOMES:
        raise Refused("not_settled", _("Report #%(number)d is open. Settle it first.", number=report.number))
    if not report.people:
        raise Refused("nobody_behind", _("Nobody stands behind this report, so nobody is told."))
    if report.told_at is not None:
        return report
    report.outcome_note = note or report.outcome_note
    report.told_at = report.touched_at = work.now
    report.version += 1
    stamp(work, report)
    work.record(
        OutcomeTold(
            report_id=report.id,
            program_id=report.program_id,
            state=report.state,
            note=report.outcome_note,
        )
    )
    return report


def change_states(
    work: Work,
    program_id: UUID,
    report_ids: Sequence[UUID],
    state: State,
    *,
    note: str = "",
    tell: bool = True,
) -> tuple[int, list[Report]]:
    """Move many on: how many moved, and which could not. One id that is not of the program refuses all."""
    wanted = set(report_ids)
    reports = work.session.scalars(
        select(Report).where(Report.program_id == program_id, Report.id.in_(wanted)).order_by(Report.number)
    ).all()
    if len(reports) != len(wanted):
        raise NotFound
    stuck = [report for report in reports if not report.may_become(state) and report.state is not state]
    moved = [report for report in reports if report.may_become(state)]
    for report in moved:
        change_state(work, report, state, note=note, tell=tell)
    return len(moved), stuck


def merge(work: Work, report: Report, into: Report) -> Report:
    """Declare `report` a duplicate; everybody behind it stands behind `into` (or what that went into) from now on."""
    if into.merged_into_id is not None:
        into = work.lock(Report, into.merged_into_id)
    if report.program_id != into.program_id:
        raise NotFound
    if report.id == into.id:
        raise Refused("merged_into_itself", _("A report cannot be a duplicate of itself."))
    locked = {row_id: work.lock(Report, row_id) for row_id in sorted((report.id, into.id))}
    report, into = locked[report.id], locked[into.id]
    if report.state is State.DUPLICATE:
        raise Refused("already_merged", _("Report #%(number)d is a duplicate already.", number=report.number))
    move(work, report, State.DUPLICATE)
    report.merged_into_id, report.turn = into.id, Turn.NOBODY
    work.session.flush()
    work.session.execute(
        update(Report)
        .where(Report.merged_into_id == report.id)
        .values(merged_into_id=into.id, touched_at=work.now)
    )
    for row in (report, into):
        _gather(work, row)
        row.touched_at = work.now
        row.version += 1
        stamp(work, row)
    work.record(ReportMerged(report_id=report.id, into_id=into.id, program_id=report.program_id))
    return into


def unmerge(work: Work, report: Report) -> Report:
    """Undo a merge: the report stands for itself again, and its people leave the other one."""
    report = work.lock(Report, report.id)
    if report.state is not State.DUPLICATE:
        raise Refused("not_merged", _("Report #%(number)d is not a duplicate.", number=report.number))
    into = work.lock(Report, report.merged_into_id) if report.merged_into_id else None
    report.merged_into_id = None
    move(work, report, State.TRIAGED)
    work.session.flush()
    for row in (report, into):
        if row is not None:
            _gather(work, row)
            row.touched_at = work.now
            row.version += 1
            stamp(work, row)
    work.record(
        ReportStateChanged(
            report_id=report.id,
            program_id=report.program_id,
            former=State.DUPLICATE,
            state=State.TRIAGED,
            is_silent=True,
        )
    )
    return report


def _gather(work: Work, report: Report) -> None:
    """Have exactly those people behind `report` who stand there themselves or behind one of its duplicates."""
    standing = work.session.scalars(select(Vote).where(Vote.report_id == report.id)).all()
    own = {vote.enrollment_id for vote in standing if vote.via_id is None}
    brought = work.session.execute(
        select(Vote.enrollment_id, Vote.report_id, Vote.at)
        .join(Report, Report.id == Vote.report_id)
        .where(Report.merged_into_id == report.id, Vote.via_id.is_(None))
        .order_by(Vote.at)
    ).all()
    wanted = {row.enrollment_id: row for row in reversed(brought) if row.enrollment_id not in own}
    for vote in standing:
        if vote.via_id is None:
            continue
        if vote.enrollment_id in wanted:
            vote.via_id = wanted.pop(vote.enrollment_id).report_id
        else:
            work.delete(vote)
    for row in wanted.values():
        work.add(Vote(report_id=report.id, enrollment_id=row.enrollment_id, via_id=row.report_id, at=row.at))
    recount(work, report)
