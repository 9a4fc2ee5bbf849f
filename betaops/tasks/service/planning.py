"""Tasks taken in from a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from betaops.cohorts import queries as cohort_queries
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries as survey_queries
from betaops.tasks import policy, queries
from betaops.tasks.models import TaskState
from betaops.tasks.plans import Planned
from betaops.tasks.service.tasks import Draft, change, publish, write


class Taken(NamedTuple):
    """How many tasks of a file were new, changed, and as they were; `published` of all that were drafts."""

    created: int
    changed: int
    unchanged: int
    published: int


class _Named(NamedTuple):
    """What a program has, by name; of several with one name the one that a list shows first."""

    cohorts: Mapping[str, UUID]
    builds: Mapping[str, UUID]
    surveys: Mapping[str, UUID]


def take_in(work: Work, program: Program, planned: Sequence[Planned], *, is_published: bool = False) -> Taken:
    """Each task by its title: a new one at the end of the list, one that is there is said anew. All or none of them.

    `Invalid` for names that the program does not have, `Refused` for what may not be changed any more.
    """
    named = _named(work, program)
    known = {each.title: each for each in queries.tasks(work.session, program.id)}
    counts = {"created": 0, "changed": 0, "unchanged": 0, "published": 0}
    for each in planned:
        draft, former = _draft(each, named), known.get(policy.line(each.title))
        if former is None:
            task, what = write(work, program, draft), "created"
        else:
            version = former.version
            task = change(work, former.id, draft)
            what = "changed" if task.version != version else "unchanged"
        counts[what] += 1
        if is_published and task.state is TaskState.DRAFT:
            publish(work, task.id)
            counts["published"] += 1
    return Taken(**counts)


def _named(work: Work, program: Program) -> _Named:
    surveys = survey_queries.surveys(work.session, program.id, with_archived=False)
    cohorts = [each.cohort for each in cohort_queries.cohorts(work.session, program.id)]
    builds = queries.builds(work.session, program.product_id)
    return _Named(_by_name(cohorts), _by_name(builds), _by_name(surveys))


def _by_name(rows: Iterable[object]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for row in rows:
        found.setdefault(row.name, row.id)  # type: ignore[attr-defined]  # whatever has a name
    return found


def _draft(planned: Planned, named: _Named) -> Draft:
    return Draft(
        title=planned.title,
        instructions=planned.instructions,
        why=planned.why,
        url=planned.url,
        target_seconds=planned.target_seconds,
        due_on=planned.due_on,
        cohort_id=_found(named.cohorts, planned.cohort, planned.title),
        build_id=_found(named.builds, planned.build, planned.title),
        survey_id=_found(named.surveys, planned.survey, planned.title),
    )


def _found(known: Mapping[str, UUID], name: str | None, title: str) -> UUID | None:
    if name is None:
        return None
    if name not in known:
        raise Invalid(
            "unknown_name", _("“%(title)s” names “%(name)s”, which is not there.", title=title, name=name)
        )
    return known[name]
