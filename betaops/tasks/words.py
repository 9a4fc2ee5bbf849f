"""Words for builds, tasks and outcomes, for members and for testers."""

from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.tasks.models import BuildState, OutcomeState, Source, TaskState

BUILD_STATES: dict[BuildState, Any] = {
    BuildState.DRAFT: _l("Draft"),
    BuildState.LIVE: _l("Released"),
    BuildState.RETIRED: _l("Retired"),
}
TASK_STATES: dict[TaskState, Any] = {
    TaskState.DRAFT: _l("Draft"),
    TaskState.PUBLISHED: _l("Asked"),
    TaskState.CLOSED: _l("Closed"),
}
OUTCOMES: dict[OutcomeState, Any] = {
    OutcomeState.VIEWED: _l("Looked at it"),
    OutcomeState.STARTED: _l("Started"),
    OutcomeState.COMPLETED: _l("Completed"),
    OutcomeState.BLOCKED: _l("Blocked"),
    OutcomeState.OPTED_OUT: _l("Opted out"),
}
#: The same, to the person whose outcome it is.
OUTCOMES_FOR_TESTERS: dict[OutcomeState, Any] = {
    OutcomeState.VIEWED: _l("To do"),
    OutcomeState.STARTED: _l("Started"),
    OutcomeState.COMPLETED: _l("Done"),
    OutcomeState.BLOCKED: _l("Something stopped you"),
    OutcomeState.OPTED_OUT: _l("Not for you"),
}
SOURCES: dict[Source, Any] = {Source.PORTAL: _l("Portal"), Source.API: _l("The product")}
#: Single ease question (Sauro and Dumas, 2009): only the ends and the middle have words.
EASE: dict[int, Any] = {
    1: _l("1, very difficult"),
    2: _l("2"),
    3: _l("3"),
    4: _l("4, in between"),
    5: _l("5"),
    6: _l("6"),
    7: _l("7, very easy"),
}


def duration(seconds: float) -> str:
    """“45 s”, “3 min”, “1 min 30 s”, “2 h 5 min”."""
    whole = max(1, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return (
            _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
            if minutes
            else _("%(n)s h", n=hours)
        )
    if minutes:
        return (
            _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=left)
            if left
            else _("%(n)s min", n=minutes)
        )
    return _("%(n)s s", n=left)


def in_short(markdown: str, most: int = 90) -> str:
    """The lines of a text one behind the other, without the marks of lists and headings."""
    lines = [line.strip().lstrip("-*#> ").strip() for line in markdown.splitlines()]
    whole = " · ".join(line for line in lines if line)
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "…"
