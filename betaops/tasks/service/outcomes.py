"""What becomes of a task with a tester: looked at, started, completed, blocked, opted out of; and another mind."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from betaops.cohorts import queries as cohort_queries
from betaops.enrollment.models import INSIDE, Enrollment
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.surveys import links as survey_links
from betaops.tasks import policy, queries
from betaops.tasks.events import OutcomeRecorded
from betaops.tasks.models import SETTLED, Outcome, OutcomeState, Source, Task


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says became of a task. The moments are the product's own, where it measured them."""

    state: OutcomeState
    note: str = ""
    ease: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


def view(work: Work, task_id: UUID, enrollment_id: UUID) -> None:
    """They looked at it; nothing where more is known, or where they are not asked."""
    try:
        task, enrollment = _asked(work, task_id, enrollment_id)
    except Refused:
        return
    if queries.outcome(work.session, task, enrollment.id) is None:
        work.add(_new(task, enrollment, OutcomeState.VIEWED, viewed_at=work.now))


def start(
    work: Work, task_id: UUID, enrollment_id: UUID, *, round: int | None = None, again: bool = False
) -> Outcome:
    """They begin now. Saying so twice changes nothing; `again` begins anew what was settled."""
    task, enrollment = _asked(work, task_id, enrollment_id, round)
    outcome = queries.outcome(work.session, task, enrollment.id)
    if outcome is not None and (outcome.state is OutcomeState.STARTED or (outcome.is_settled and not again)):
        return outcome
    return _keep(work, task, enrollment, outcome, Said(state=OutcomeState.STARTED, started_at=work.now))


def record(
    work: Work,
    task_id: UUID,
    enrollment_id: UUID,
    said: Said,
    *,
    round: int | None = None,
    source: Source = Source.PORTAL,
) -> Outcome:
    """They completed it, were blocked, or opted out. Saying the same twice changes nothing.

    Completing offers the task's survey. `round` is the one that whoever speaks saw. Raises `Refused` where the
    person is not asked, and `Invalid` for what cannot be.
    """
    if said.state not in (*SETTLED, OutcomeState.STARTED):
        raise Invalid("bad_state", _("Say whether it was started, completed, blocked or opted out of."))
    task, enrollment = _asked(work, task_id, enrollment_id, round)
    outcome = queries.outcome(work.session, task, enrollment.id)
    _check(work, said)
    if outcome is not None and _says_the_same(outcome, said):
        return outcome
    kept = _keep(work, task, enrollment, outcome, said, source)
    if kept.state is OutcomeState.COMPLETED and task.survey_id is not None:
        survey_links.offer(work, task.survey_id, enrollment.id)
    return kept


def rate(work: Work, task_id: UUID, enrollment_id: UUID, ease: int, *, round: int | None = None) -> Outcome:
    """How easy it was, 1 very difficult … 7 very easy: of what was completed."""
    task, enrollment = _asked(work, task_id, enrollment_id, round)
    outcome = queries.outcome(work.session, task, enrollment.id)
    if outcome is None or outcome.state is not OutcomeState.COMPLETED:
        raise Refused("not_completed", _("Say first that you completed it."))
    if not 1 <= ease <= 7:
        raise Invalid("bad_ease", _("Choose one of the seven."), field="ease")
    if outcome.ease != ease:
        outcome.ease = ease
        _tell(work, task, outcome, outcome.state)
    return outcome


def _asked(
    work: Work, task_id: UUID, enrollment_id: UUID, round: int | None = None
) -> tuple[Task, Enrollment]:
    """The task and the person, held: each person's outcomes are written one after the other."""
    task = queries.task(work.session, task_id)
    enrollment = work.lock(Enrollment, enrollment_id)
    if enrollment.program_id != task.program_id:
        raise NotFound
    if round is not None and round != task.round:
        raise Refused(
            "another_round", _("This task is asked anew, for another build. Please look at it again.")
        )
    if not task.is_asked or program_queries.program(work.session, task.program_id).is_over:
        raise Refused("not_asked_now", _("This task is not asked any more. Thank you for looking."))
    if enrollment.state not in INSIDE or not _is_among(work, task, enrollment):
        raise Refused("not_asked_of_them", _("This task is for other testers of the program."))
    return task, enrollment


def _is_among(work: Work, task: Task, enrollment: Enrollment) -> bool:
    """Of the task's cohort; or they had a say in it already, before they went out of the cohort."""
    if task.cohort_id is None or queries.outcome(work.session, task, enrollment.id) is not None:
        return True
    mine = cohort_queries.cohorts_of(work.session, enrollment.tester_id, task.program_id)
    return task.cohort_id in {cohort.id for cohort in mine}


def _check(work: Work, said: Said) -> None:
    if said.ease is not None and (said.state is not OutcomeState.COMPLETED or not 1 <= said.ease <= 7):
        raise Invalid("bad_ease", _("Only what was completed has an ease, from 1 to 7."), field="ease")
    if len(said.note) > policy.LONGEST_NOTE:
        raise Invalid("long_note", _("Keep it under 2,000 letters."), field="note")
    for moment in (said.started_at, said.ended_at):
        if moment is not None and moment > work.now:
            raise Invalid("in_the_future", _("That is still to come."), field="ended_at")
    if said.started_at and said.ended_at and said.started_at > said.ended_at:
        raise Invalid("ends_before_it_starts", _("It must end after it starts."), field="ended_at")
    if said.state is OutcomeState.STARTED and said.ended_at is not None:
        raise Invalid("not_ended", _("What is only started has not ended."), field="ended_at")


def _says_the_same(outcome: Outcome, said: Said) -> bool:
    return (
        outcome.state is said.state
        and (not said.note or outcome.note == policy.text(said.note))
        and (said.ease is None or outcome.ease == said.ease)
        and (said.started_at is None or outcome.started_at == said.started_at)
        and (said.ended_at is None or outcome.ended_at == said.ended_at)
    )


def _keep(
    work: Work,
    task: Task,
    enrollment: Enrollment,
    outcome: Outcome | None,
    said: Said,
    source: Source = Source.PORTAL,
) -> Outcome:
    former = outcome.state if outcome is not None else None
    if outcome is None:
        outcome = _new(task, enrollment, OutcomeState.VIEWED)
    outcome.started_at, outcome.ended_at = _times(work, outcome, said)
    if former is not said.state:
        outcome.note, outcome.ease = "", None
    outcome.note = policy.text(said.note) or outcome.note
    outcome.ease = said.ease or outcome.ease
    outcome.state, outcome.source = said.state, source
    outcome.build_id = task.build_id or _current(work, task)
    if former is None:
        work.add(outcome)
    _tell(work, task, outcome, former)
    return outcome


def _times(work: Work, outcome: Outcome, said: Said) -> tuple[datetime | None, datetime | None]:
    """From when to when, as far as known: another mind about what was settled is not another try."""
    if said.state not in SETTLED:
        return said.started_at or work.now, None
    is_other_mind = outcome.is_settled and outcome.state is not said.state
    started_at = said.started_at or (None if is_other_mind else outcome.started_at)
    ended_at = said.ended_at or (outcome.ended_at if outcome.state is said.state else None) or work.now
    return (started_at if started_at is not None and started_at <= ended_at else None), ended_at


def _current(work: Work, task: Task) -> UUID | None:
    product_id = program_queries.program(work.session, task.program_id).product_id
    build = queries.current_build(work.session, product_id)
    return build.id if build is not None else None


def _new(
    task: Task, enrollment: Enrollment, state: OutcomeState, viewed_at: datetime | None = None
) -> Outcome:
    return Outcome(
        task_id=task.id,
        enrollment_id=enrollment.id,
        round=task.round,
        build_id=task.build_id,
        state=state,
        viewed_at=viewed_at,
    )


def _tell(work: Work, task: Task, outcome: Outcome, former: OutcomeState | None) -> None:
    work.record(
        OutcomeRecorded(
            outcome_id=outcome.id,
            task_id=task.id,
            program_id=task.program_id,
            enrollment_id=outcome.enrollment_id,
            round=outcome.round,
            former=former or "",
            state=outcome.state,
            source=outcome.source,
            ease=outcome.ease,
        )
    )
