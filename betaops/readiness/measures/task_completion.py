"""Share of testers who completed a task, of those who tried."""

from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.measures.base import (
    Evidence,
    Group,
    Measure,
    Offer,
    Parameters,
    Sample,
    scored,
)
from betaops.readiness.scope import Scope
from betaops.tasks import queries as task_queries
from betaops.tasks.models import OutcomeState


class AboutTask(Parameters):
    task: str = Field(pattern=r"^tsk_[0-9a-z]{26}$")
    #: As it stood when the expectation was written.
    title: str = Field(min_length=1, max_length=200)


class TaskCompletion(Measure):
    """Of the testers who completed the task or were blocked on it, those who completed it.

    Blocked counts as not completed. Who opted out did not try: they are left out, and named. Who says nothing is
    silent. It is the task's present round that counts: a retest begins anew.
    """

    kind = "task_completion"
    label = _l("Testers who complete a task")
    hint = _l("Of those who completed it or were blocked. Whoever opts out is left out.")
    group = Group.TASKS
    parameters = AboutTask
    threshold = 0.8

    def title(self, parameters: AboutTask) -> str:
        return _("testers who complete “%(task)s”, of those who try", task=parameters.title)

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(
                ids.encode("tsk", task.id),
                task.title,
                task.cohort.name if task.cohort is not None else "",
                {"task": ids.encode("tsk", task.id), "title": task.title},
            )
            for task in task_queries.tasks(session, program.id)
        ]

    def sample(self, session: Session, scope: Scope, parameters: AboutTask) -> Sample:
        task_id = ids.decode("tsk", parameters.task)
        concerned = task_queries.concerned(session, task_id) & scope.testers
        scores: dict[UUID, float] = {}
        left_out = {"removed": scope.removed, "outside": 0, "opted_out": 0}
        for outcome, tester_id in task_queries.settled(session, task_id):
            if tester_id not in scope.testers:
                left_out["outside"] += 1
            elif outcome.state is OutcomeState.OPTED_OUT:
                left_out["opted_out"] += 1
            else:
                scores[tester_id] = float(outcome.state is OutcomeState.COMPLETED)
        return scored(scores, len(concerned) - left_out["opted_out"], left_out)

    def evidence(self, parameters: AboutTask) -> Evidence:
        return Evidence(
            "tasks.task", {"task_id": ids.decode("tsk", parameters.task)}, _("All outcomes of this task")
        )
