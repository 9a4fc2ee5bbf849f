"""What rooms above found out about a task: reports that came from it. `wiring` hands the functions in."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from betaops.tasks.models import Task


class Finding(NamedTuple):
    """One thing that came of a task; `note` says what it is and how it stands."""

    title: str
    url: str
    note: str = ""


class Findings(NamedTuple):
    """How many there are, and the newest of them."""

    number: int = 0
    newest: Sequence[Finding] = ()


#: (session, task, its program's name in addresses).
Finder = Callable[[Session, Task, str], Findings]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Saying the same twice changes nothing."""
    if finder not in _finders:
        _finders.append(finder)


def of(session: Session, task: Task, slug: str) -> Findings:
    found = [finder(session, task, slug) for finder in _finders]
    return Findings(sum(each.number for each in found), [one for each in found for one in each.newest])
