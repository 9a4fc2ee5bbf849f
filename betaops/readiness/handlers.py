"""What readiness does when evidence came in or went (it has the program read anew, soon and once), and when a decision no
longer stands as it was signed (those who sign hear of it)."""

from betaops.enrollment.events import EnrollmentChanged, TesterErased, TestersImported
from betaops.feedback.events import (
    FixChecked,
    ReportAmended,
    ReportMerged,
    ReportReceived,
    ReportStateChanged,
    ReportVoted,
    VoteWithdrawn,
)
from betaops.kernel.work import Work
from betaops.programs.events import PhaseChanged
from betaops.readiness import queries, service, telling
from betaops.readiness.events import DecisionLapsed, DecisionShaken, ProgramSuspended
from betaops.surveys.events import AnonymousAnswersTold, ResponseWithdrawn, SurveyAnswered

#: Events that name the program whose evidence they change.
Told = (
    SurveyAnswered
    | AnonymousAnswersTold
    | ResponseWithdrawn
    | EnrollmentChanged
    | TestersImported
    | ReportReceived
    | ReportAmended
    | ReportStateChanged
    | ReportMerged
    | ReportVoted
    | VoteWithdrawn
    | FixChecked
    | PhaseChanged
)


def read_soon(work: Work, event: Told) -> None:
    """Something was answered, reported, decided about a person, or the program's phase changed."""
    service.soon(work, event.program_id)


def read_all_soon(work: Work, event: TesterErased) -> None:
    """A person is gone, and with them what they said, in whatever program."""
    for _workspace_id, program_id in queries.measured_programs(work.session, work.workspace_id):
        service.soon(work, program_id)


def recheck_soon(work: Work, event: TesterErased) -> None:
    """A person is gone: also from what was decided in programs that are over and not read any more."""
    for program_id in queries.decided_programs(work.session):
        work.enqueue(
            "readiness.recheck", {"program_id": str(program_id)}, unique=f"readiness.recheck:{program_id}"
        )


def tell_lapsed(work: Work, event: DecisionLapsed) -> None:
    telling.lapsed(work, event)


def tell_shaken(work: Work, event: DecisionShaken) -> None:
    telling.shaken(work, event)


def tell_suspended(work: Work, event: ProgramSuspended) -> None:
    telling.suspended(work, event)
