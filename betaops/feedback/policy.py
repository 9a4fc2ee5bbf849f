"""Who may do what with reports, and what their texts may hold."""

from sqlalchemy import ColumnElement

from betaops.accounts.permissions import Permission
from betaops.enrollment.models import INSIDE, Enrollment
from betaops.enrollment.models import State as EnrollmentState
from betaops.feedback.models import Kind, Report, State
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Phase, Program

SEE = Permission.FEEDBACK_READ
TRIAGE = Permission.FEEDBACK_TRIAGE

#: Kinds that others can have too; praise and questions are between the person and the team.
VOTABLE = (Kind.BUG, Kind.IDEA)


def takes_reports(program: Program) -> bool:
    """Until the program is closed; in its draft too, so that the team can try it."""
    return program.phase not in (Phase.CLOSED, Phase.ARCHIVED)


def may_report(enrollment: Enrollment) -> bool:
    """Whoever takes part, and whoever finished (they may still tell what they know)."""
    return enrollment.state in INSIDE or enrollment.state is EnrollmentState.COMPLETED


def is_on_board(report: Report) -> bool:
    """Whether other testers of the program may see that there is this report."""
    return report.kind in VOTABLE and not report.is_private and report.state is not State.DUPLICATE


def on_board() -> tuple[ColumnElement[bool], ...]:
    """`is_on_board` as conditions for a query."""
    return Report.kind.in_(VOTABLE), Report.is_private.is_(False), Report.state != State.DUPLICATE


def may_vote(report: Report, enrollment: Enrollment, *, board_is_open: bool) -> bool:
    """While it is open, by somebody inside the same program."""
    return (
        board_is_open
        and report.program_id == enrollment.program_id
        and enrollment.state in INSIDE
        and is_on_board(report)
        and report.is_open
    )


def text(typed: str) -> str:
    """Several lines as they are kept: one kind of line break, no NUL (PostgreSQL keeps none), no edges."""
    return typed.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def line(typed: str) -> str:
    """One line: every run of spaces and control characters is one space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())


def title(typed: str) -> str:
    """One line that says something; `Invalid` where nothing is left of what was typed."""
    said = line(typed)
    if not said:
        raise Invalid("no_title", _("Say in one line what it is about."), field="title")
    return said
