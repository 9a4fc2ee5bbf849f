"""What happened to builds and tasks, and what became of tasks with testers."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class BuildAdded(Event):
    said = _l("added the build %(name)s")

    build_id: UUID
    product_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class BuildChanged(Event):
    """`changed` names the columns."""

    said = _l("changed the build %(name)s: %(changed)s")

    build_id: UUID
    product_id: UUID
    name: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class BuildReleased(Event):
    """Testers see it from now on; the one released last is the current one."""

    said = _l("released the build %(name)s to testers")

    build_id: UUID
    product_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class BuildRetired(Event):
    """Testers do not see it any more."""

    said = _l("retired the build %(name)s")

    build_id: UUID
    product_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class BuildDeleted(Event):
    """Only one that was never released."""

    said = _l("deleted the build %(name)s")

    build_id: UUID
    product_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class TaskAdded(Event):
    said = _l("added the task “%(title)s” to %(program)s")

    task_id: UUID
    program_id: UUID
    title: str


@dataclass(frozen=True, kw_only=True)
class TaskChanged(Event):
    """`changed` names the columns."""

    said = _l("changed the task “%(title)s” in %(program)s: %(changed)s")

    task_id: UUID
    program_id: UUID
    title: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class TaskDeleted(Event):
    """Only a draft."""

    said = _l("deleted the task “%(title)s” in %(program)s")

    task_id: UUID
    program_id: UUID
    title: str


@dataclass(frozen=True, kw_only=True)
class TaskPublished(Event):
    """Testers are asked from now on; also when a closed task is asked again."""

    said = _l("asked testers of %(program)s to do “%(title)s”")

    task_id: UUID
    program_id: UUID
    title: str


@dataclass(frozen=True, kw_only=True)
class TaskClosed(Event):
    """Nobody is asked any more; what became of it stays."""

    said = _l("closed the task “%(title)s” in %(program)s")

    task_id: UUID
    program_id: UUID
    title: str


@dataclass(frozen=True, kw_only=True)
class TaskMovedOn(Event):
    """The task is about another build. `is_retest`: a new round, everybody is asked again; else who is done stays so."""

    said = _l("moved the task “%(title)s” in %(program)s to another build or round")

    task_id: UUID
    program_id: UUID
    title: str
    build_id: UUID | None
    round: int
    is_retest: bool


@dataclass(frozen=True, kw_only=True)
class OutcomeRecorded(Event):
    """What became of a task with somebody, or what they say of it now. `former` is empty the first time."""

    said = _l("said what became of a task in %(program)s: %(state)s")

    outcome_id: UUID
    task_id: UUID
    program_id: UUID
    enrollment_id: UUID
    round: int
    former: str
    state: str
    source: str
    ease: int | None = None
