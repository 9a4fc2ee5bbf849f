"""What tasks put on enrollment's pages, and in the command palette."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import Ask, Entry, Fact, Link
from betaops.kernel.i18n import gettext as _
from betaops.tasks import policy, queries, words
from betaops.tasks.models import OutcomeState
from betaops.web.application import viewer

_ICONS = {
    OutcomeState.COMPLETED: "square-check-big",
    OutcomeState.BLOCKED: "octagon-x",
    OutcomeState.OPTED_OUT: "circle-slash",
}


def tabs(enrollment: Enrollment) -> Sequence[Link]:
    """Under the program's name in the portal."""
    return [Link(label=_("Tasks"), url=url_for("tasks_portal.index", slug=enrollment.program.slug))]


def asks(session: Session, enrollment: Enrollment) -> Sequence[Ask]:
    """What there is to do, in its order."""
    slug = enrollment.program.slug
    return [
        Ask(
            title=given.task.title,
            url=url_for("tasks_portal.task", slug=slug, task_id=given.task.id),
            verb=_("Go on") if _is_started(given) else _("Do it"),
            text=given.task.why[:200],
            due_on=given.task.due_on,
            icon="list-checks",
        )
        for given in queries.given(session, enrollment)
        if given.is_open
    ]


def _is_started(given: queries.Given) -> bool:
    return given.outcome is not None and given.outcome.state is OutcomeState.STARTED


def facts(session: Session, enrollment: Enrollment) -> Sequence[Fact]:
    """How many tasks were completed, of those that were given."""
    given = queries.given(session, enrollment)
    if not given:
        return []
    done = sum(each.outcome is not None and each.outcome.state is OutcomeState.COMPLETED for each in given)
    blocked = sum(each.outcome is not None and each.outcome.state is OutcomeState.BLOCKED for each in given)
    note = _("of %(n)s", n=len(given))
    if blocked:
        note = _("%(note)s, %(blocked)s blocked", note=note, blocked=blocked)
    return [Fact(label=_("Tasks completed"), value=str(done), note=note)]


def timeline(session: Session, enrollment: Enrollment) -> Sequence[Entry]:
    """What became of each task, at its moment."""
    slug = enrollment.program.slug
    sentences = {
        OutcomeState.COMPLETED: lambda title: _("Completed the task “%(task)s”", task=title),
        OutcomeState.BLOCKED: lambda title: _("Was blocked on the task “%(task)s”", task=title),
        OutcomeState.OPTED_OUT: lambda title: _("Opted out of the task “%(task)s”", task=title),
    }
    return [
        Entry(
            at=outcome.ended_at,
            text=sentences[outcome.state](outcome.task.title),
            icon=_ICONS[outcome.state],
            note=outcome.note[:200],
            href=url_for("tasks.task", slug=slug, task_id=outcome.task_id),
        )
        for outcome in queries.outcomes_of(session, enrollment.id)
        if outcome.ended_at is not None
    ]


def links(session: Session, enrollment: Enrollment) -> Sequence[Link]:
    """To what this person was given and said of it."""
    if not viewer().can(policy.SEE):
        return []
    count = len(queries.outcomes_of(session, enrollment.id))
    url = url_for("tasks.person", slug=enrollment.program.slug, enrollment_id=enrollment.id)
    return [Link(label=_("Tasks"), url=url, count=count)]


def data(session: Session, tester: Tester) -> Any:
    """Everything a person said of tasks, for their own export."""
    return queries.written_by(session, tester.id)


def find(session: Session, query: str, limit: int) -> list[dict[str, Any]]:
    """Tasks in the command palette, the newest first."""
    return [
        {
            "label": task.title,
            "note": f"{words.TASK_STATES[task.state]} · {program.name}",
            "url": url_for("tasks.task", slug=program.slug, task_id=task.id),
            "icon": "list-checks",
        }
        for task, program in queries.anywhere(session, query, limit)
    ]
