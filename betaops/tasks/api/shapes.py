"""What builds, tasks and outcomes look like over the REST API."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from betaops.kernel import ids
from betaops.tasks import policy
from betaops.tasks.models import Build, BuildState, Outcome, OutcomeState, Source, Task, TaskState
from betaops.tasks.queries import Progress
from betaops.usage.builds import LONGEST_VERSION
from betaops.web.api import PROBLEMS, Body, Bool, Int, Moment, Paging, Shown, Text, path_id
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "tasks_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "tasks", "description": "Builds, tasks, and what became of them with testers."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

_VERSION: Any = Field(None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest")


class OfProduct(Shown):
    product_id: path_id("prd") = Field(description="`prd_…`")  # type: ignore[valid-type]  # a type made by a function


class InProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfBuild(Shown):
    build_id: path_id("bld") = Field(description="`bld_…`")  # type: ignore[valid-type]  # a type made by a function


class OfTask(Shown):
    task_id: path_id("tsk") = Field(description="`tsk_…`")  # type: ignore[valid-type]  # a type made by a function


class OutcomeQuery(Paging):
    state: OutcomeState | None = Field(None, description="Only this state; without it every state.")
    round: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Only this round; without it every round."
    )


class NewBuild(Body):
    name: Text = Field(min_length=1, max_length=policy.LONGEST_NAME, pattern=r"\S")
    app_version: Text = Field(
        "", max_length=LONGEST_VERSION, description="`$app_version` of its events, where that is not the name"
    )
    notes: Text = Field("", max_length=policy.LONGEST_TEXT, description="What is new, Markdown, for testers")
    to_try: Text = Field("", max_length=policy.LONGEST_TEXT, description="What to try, Markdown, for testers")
    url: Text = Field("", max_length=policy.LONGEST_URL, description="Where testers get or open it")
    release: Bool = Field(default=False, description="Release it to testers at once")


class BuildChange(Body):
    """What is to be different; what is left out stays."""

    name: Text | None = Field(None, min_length=1, max_length=policy.LONGEST_NAME, pattern=r"\S")
    app_version: Text | None = Field(None, max_length=LONGEST_VERSION)
    notes: Text | None = Field(None, max_length=policy.LONGEST_TEXT)
    to_try: Text | None = Field(None, max_length=policy.LONGEST_TEXT)
    url: Text | None = Field(None, max_length=policy.LONGEST_URL)
    version: Int | None = _VERSION


class NewTask(Body):
    title: Text = Field(min_length=1, max_length=policy.LONGEST_TITLE, pattern=r"\S")
    instructions: Text = Field("", max_length=policy.LONGEST_TEXT, description="Markdown")
    why: Text = Field("", max_length=policy.LONGEST_TEXT, description="Why it matters")
    url: Text = Field(
        "", max_length=policy.LONGEST_URL, description="Opens the product where the task begins"
    )
    target_seconds: Int | None = Field(None, ge=1, le=policy.LONGEST_TARGET)
    due_on: date | None = None
    cohort: Text | None = Field(None, description="`coh_…`: only these people are asked")
    build: Text | None = Field(None, description="`bld_…`: what the task is about")
    survey: Text | None = Field(None, description="`svy_…`: asked of whoever completes it")
    publish: Bool = Field(default=False, description="Ask testers at once")


class TaskChange(Body):
    """What is to be different; what is left out stays, and null empties."""

    title: Text | None = Field(None, min_length=1, max_length=policy.LONGEST_TITLE, pattern=r"\S")
    instructions: Text | None = Field(None, max_length=policy.LONGEST_TEXT)
    why: Text | None = Field(None, max_length=policy.LONGEST_TEXT)
    url: Text | None = Field(None, max_length=policy.LONGEST_URL)
    target_seconds: Int | None = Field(None, ge=1, le=policy.LONGEST_TARGET)
    due_on: date | None = None
    cohort: Text | None = Field(None, description="`coh_…`")
    build: Text | None = Field(None, description="`bld_…`; only of a draft, see rounds")
    survey: Text | None = Field(None, description="`svy_…`")
    position: Int | None = Field(
        None, ge=1, le=100_000, description="Its place in the list, the first being 1"
    )
    version: Int | None = _VERSION


class NewRound(Body):
    """Another build for a task that testers were asked to do."""

    build: Text | None = Field(None, description="`bld_…`; null: whatever people have")
    retest: Bool = Field(
        description="Everybody is asked again, and former outcomes are kept. Else who is done stays done."
    )
    round: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="The round you saw: refused (409) when it is over"
    )


class NewOutcome(Body):
    """What became of a task with a tester: `enrollment` or `distinct_id` says whom. Saying it again changes nothing."""

    enrollment: Text | None = Field(None, description="`enr_…` of the program")
    distinct_id: Text | None = Field(
        None, min_length=1, max_length=400, description="Under which the product knows the tester"
    )
    state: OutcomeState = Field(description="`started`, `completed`, `blocked` or `opted_out`")
    note: Text = Field("", max_length=policy.LONGEST_NOTE, description="What stopped them, or why not")
    ease: Int | None = Field(None, ge=1, le=7, description="1 very difficult … 7 very easy; only `completed`")
    started_at: Moment | None = Field(None, description="Where the product measured it")
    ended_at: Moment | None = None
    round: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="The round you mean: refused (409) when it is over"
    )


class ShownBuild(Shown):
    id: str
    product: str
    name: str
    app_version: str = Field(description="What its events call it where that is not the name")
    notes: str
    to_try: str
    url: str
    state: BuildState
    is_current: bool
    created_at: datetime
    released_at: datetime | None
    retired_at: datetime | None
    version: int


class SeenBuild(Shown):
    """A version that events told of and that is no build."""

    version: str
    people: int = Field(description="Known people who used it")
    first_at: datetime
    last_on: date


class SeenBuildList(Shown):
    items: list[SeenBuild]
    next: None = Field(None, description="All are in one list")


class BuildList(Shown):
    items: list[ShownBuild]
    next: str | None


class ShownProgress(Shown):
    """People in the present round."""

    asked: int
    completed: int
    blocked: int
    opted_out: int
    silent: int


class ShownTask(Shown):
    id: str
    program: str
    title: str
    instructions: str
    why: str
    url: str
    target_seconds: int | None
    due_on: date | None
    cohort: str | None
    build: str | None
    survey: str | None
    state: TaskState
    is_asked: bool = Field(description="Published, and testers have its build.")
    round: int
    progress: ShownProgress | None = Field(description="null for a draft")
    published_at: datetime | None
    closed_at: datetime | None
    version: int


class TaskList(Shown):
    items: list[ShownTask]
    next: str | None


class ShownOutcome(Shown):
    id: str
    task: str
    enrollment: str
    tester: str
    round: int
    build: str | None
    state: OutcomeState
    source: Source
    note: str
    ease: int | None
    viewed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None = Field(description="Time on task; null where either end is not known.")


class OutcomeList(Shown):
    items: list[ShownOutcome]
    next: str | None


def _id(prefix: str, row_id: UUID | None) -> str | None:
    return ids.encode(prefix, row_id) if row_id is not None else None


def shown_build(build: Build, current: Build | None) -> ShownBuild:
    """An allowlist: nothing of a row goes out that is not named here."""
    return ShownBuild(
        id=ids.encode("bld", build.id),
        product=ids.encode("prd", build.product_id),
        name=build.name,
        app_version=build.app_version,
        notes=build.notes,
        to_try=build.to_try,
        url=build.url,
        state=build.state,
        is_current=current is not None and current.id == build.id,
        created_at=build.created_at,
        released_at=build.released_at,
        retired_at=build.retired_at,
        version=build.version,
    )


def shown_task(task: Task, progress: Progress | None) -> ShownTask:
    """The same of a task."""
    return ShownTask(
        id=ids.encode("tsk", task.id),
        program=ids.encode("prg", task.program_id),
        title=task.title,
        instructions=task.instructions,
        why=task.why,
        url=task.url,
        target_seconds=task.target_seconds,
        due_on=task.due_on,
        cohort=_id("coh", task.cohort_id),
        build=_id("bld", task.build_id),
        survey=_id("svy", task.survey_id),
        state=task.state,
        is_asked=task.is_asked,
        round=task.round,
        progress=ShownProgress.model_validate(progress) if progress is not None else None,
        published_at=task.published_at,
        closed_at=task.closed_at,
        version=task.version,
    )


def shown_outcome(outcome: Outcome, tester_id: UUID) -> ShownOutcome:
    """The same of an outcome."""
    return ShownOutcome(
        id=ids.encode("out", outcome.id),
        task=ids.encode("tsk", outcome.task_id),
        enrollment=ids.encode("enr", outcome.enrollment_id),
        tester=ids.encode("tst", tester_id),
        round=outcome.round,
        build=_id("bld", outcome.build_id),
        state=outcome.state,
        source=outcome.source,
        note=outcome.note,
        ease=outcome.ease,
        viewed_at=outcome.viewed_at,
        started_at=outcome.started_at,
        ended_at=outcome.ended_at,
        seconds=outcome.seconds,
    )
