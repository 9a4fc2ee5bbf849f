"""Share of testers who complete a task within its target time (time on task)."""

from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Sample, scored
from betaops.readiness.measures.task_completion import AboutTask
from betaops.readiness.scope import Scope
from betaops.tasks import queries as task_queries
from betaops.tasks import words
from betaops.tasks.models import OutcomeState


class TimedTask(AboutTask):
    #: The target when the expectation was written: a later one of the task changes nothing here.
    seconds: int = Field(ge=1, le=86_400)


class TaskInTime(Measure):
    """Of the testers whose time is known or who were blocked, those who completed the task within the target.

    Blocked counts as over time: a mean of the times of those who came through would praise what stops the others.
    Who completed it without saying when they began is left out, and named; so is who opted out.
    """

    kind = "task_in_time"
    label = _l("Testers who complete a task in time")
    hint = _l("Within the task's target time. Whoever is blocked counts as over it.")
    group = Group.TASKS
    parameters = TimedTask
    threshold = 0.7

    def title(self, parameters: TimedTask) -> str:
        return _(
            "testers who complete “%(task)s” within %(time)s",
            task=parameters.title,
            time=words.duration(parameters.seconds),
        )

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(
                ids.encode("tsk", task.id),
                task.title,
                task.cohort.name if task.cohort is not None else "",
                {"task": ids.encode("tsk", task.id), "title": task.title, "seconds": task.target_seconds},
            )
            for task in task_queries.tasks(session, program.id)
            if task.target_seconds
        ]

    def sample(self, session: Session, scope: Scope, parameters: TimedTask) -> Sample:
        task_id = ids.decode("tsk", parameters.task)
        concerned = task_queries.concerned(session, task_id) & scope.testers
        scores: dict[UUID, float] = {}
        left_out = {"removed": scope.removed, "outside": 0, "opted_out": 0, "untimed": 0}
        for outcome, tester_id in task_queries.settled(session, task_id):
            if tester_id not in scope.testers:
                left_out["outside"] += 1
            elif outcome.state is OutcomeState.OPTED_OUT:
                left_out["opted_out"] += 1
            elif outcome.state is OutcomeState.BLOCKED:
                scores[tester_id] = 0.0
            elif outcome.seconds is None:
                left_out["untimed"] += 1
            else:
                scores[tester_id] = float(outcome.seconds <= parameters.seconds)
        asked = len(concerned) - left_out["opted_out"] - left_out["untimed"]
        return scored(scores, asked, left_out)

    def evidence(self, parameters: TimedTask) -> Evidence:
        return Evidence(
            "tasks.task", {"task_id": ids.decode("tsk", parameters.task)}, _("All outcomes of this task")
        )
