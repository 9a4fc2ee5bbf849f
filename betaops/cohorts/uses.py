"""What rooms above do with a cohort, asked before it goes. `wiring` hands the functions in."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort

#: Names of what needs this cohort, as people know them ("the flag new-editor").
Users = Callable[[Session, Cohort], Sequence[str]]

_users: list[Users] = []


def register(users: Users) -> None:
    """Saying the same twice changes nothing."""
    if users not in _users:
        _users.append(users)


def of(session: Session, cohort: Cohort) -> list[str]:
    return [name for users in _users for name in users(session, cohort)]
