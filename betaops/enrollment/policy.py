"""Who may do what with testers."""

from betaops.accounts.permissions import Permission
from betaops.enrollment.models import INSIDE, Enrollment, State

READ = Permission.TESTERS_READ
WRITE = Permission.TESTERS_WRITE
DECIDE = Permission.TESTERS_DECIDE
#: Bringing people in: invitations and files.
IMPORT = Permission.TESTERS_IMPORT
EXPORT = Permission.EXPORT_READ


def may_enter(enrollment: Enrollment) -> bool:
    """Whether the portal shows the program itself, with its real name; the agreement is asked for inside."""
    return enrollment.state in INSIDE or enrollment.state is State.COMPLETED


def may_withdraw(enrollment: Enrollment) -> bool:
    return enrollment.may_become(State.WITHDRAWN)
