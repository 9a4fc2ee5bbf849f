"""A report changes state, and that it did is kept: what flowed in and out in a week is counted from it."""

from betaops.feedback.models import Report, ReportTransition, State
from betaops.kernel.work import Work


def move(work: Work, report: Report, state: State) -> State:
    """To `state`, whether it may is asked before; gives the former one."""
    former = report.state
    report.become(state, work.now)
    note_move(work, report, former)
    return former


def note_move(work: Work, report: Report, former: State | None) -> None:
    work.add(
        ReportTransition(
            program_id=report.program_id,
            report_id=report.id,
            former=former,
            state=report.state,
            at=work.now,
        )
    )
