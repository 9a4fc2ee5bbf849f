"""What cohorts put on the pages of enrollment: in the testers list, on a tester's page, in their export."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from betaops.cohorts import policy, queries, wording
from betaops.cohorts.models import CohortChange, CohortMember, Trait
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import Column, Entry, Filter, Link
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.ids import decode, encode
from betaops.programs.models import Program
from betaops.web.application import viewer


def _options(session: Session, program: Program) -> Sequence[tuple[str, str]]:
    return [
        (encode("coh", each.cohort.id), each.cohort.name) for each in queries.cohorts(session, program.id)
    ]


def _narrow(statement: Select[Any], option: str) -> Select[Any]:
    try:
        cohort_id = decode("coh", option)
    except NotFound:
        return statement.where(Tester.id.is_(None))
    return statement.where(
        Tester.id.in_(select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort_id))
    )


def _names(session: Session, program: Program, tester_ids: Sequence[UUID]) -> dict[UUID, str]:
    found = queries.names_by_tester(session, program.id, tester_ids)
    return {tester_id: _in_short(names) for tester_id, names in found.items()}


def _in_short(names: list[str]) -> str:
    shown = ", ".join(names[:2])
    return f"{shown} +{len(names) - 2}" if len(names) > 2 else shown


FILTER = Filter(name="cohort", label=_l("Cohort"), options=_options, narrow=_narrow)
COLUMN = Column(key="cohorts", label=_l("Cohorts"), values=_names)


def timeline(session: Session, enrollment: Enrollment) -> Sequence[Entry]:
    """When somebody entered and left cohorts of the program, and why."""
    labels = queries.labels(session, enrollment.program)
    slug = enrollment.program.slug
    return [
        Entry(
            at=move.at,
            text=_("came into “%(cohort)s”", cohort=move.cohort.name)
            if move.is_in
            else _("went out of “%(cohort)s”", cohort=move.cohort.name),
            icon="log-in" if move.is_in else "log-out",
            actor=move.who,
            note=wording.why(move, labels),
            href=url_for("cohorts.show", slug=slug, cohort_id=move.cohort_id),
        )
        for move in queries.moves_of(session, enrollment.tester_id, enrollment.program_id)
    ]


def links(session: Session, enrollment: Enrollment) -> Sequence[Link]:
    """To everything that moved somebody."""
    if not viewer().can(policy.SEE):
        return []
    count = len(queries.cohorts_of(session, enrollment.tester_id, enrollment.program_id))
    url = url_for("cohorts.history", slug=enrollment.program.slug, tester=encode("tst", enrollment.tester_id))
    return [Link(label=_("Cohorts"), url=url, count=count)]


def data(session: Session, tester: Tester) -> Any:
    """Everything that this room holds about a person, for their own export; why they are an exception only members read."""
    traits = session.execute(select(Trait.name, Trait.value).where(Trait.tester_id == tester.id))
    moves = session.scalars(select(CohortChange).where(CohortChange.tester_id == tester.id))
    return {
        "cohorts": [cohort.name for cohort in queries.cohorts_of(session, tester.id)],
        "facts": {row.name: row.value for row in traits},
        "changes": [{"at": each.at.isoformat(), "is_in": each.is_in} for each in moves],
        "exceptions": [
            {"at": each.at.isoformat(), "is_in": each.is_in}
            for each in queries.exceptions_of(session, tester.id)
        ],
    }
