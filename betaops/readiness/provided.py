"""What readiness gives to rooms below: who is silent, what a cohort is needed for, what is found, what keeps a feature
from being released, and what a tester's input changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import INSIDE, Enrollment, Tester
from betaops.enrollment.providers import Change, Filter, Link
from betaops.flags.models import Flag, Stage
from betaops.kernel import clock, ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.readiness import queries
from betaops.readiness.deciding import hitches
from betaops.readiness.models import Expectation
from betaops.readiness.taking_part import did
from betaops.web.application import reading

#: Spans offered, in days; the overview speaks of the first.
DAYS = (7, 14, 30)


def _options(session: Session, program: Program) -> Sequence[tuple[str, str]]:
    return [(str(days), ngettext("for %(num)s day", "for %(num)s days", days)) for days in DAYS]


def _narrow(statement: Select[Any], value: str) -> Select[Any]:
    """Whoever is in since before that span and was not seen in it; an unknown span matches nobody."""
    days = int(value) if value.isdecimal() and len(value) < 4 else 0
    since = clock.now() - timedelta(days=days)
    return statement.where(
        Enrollment.state.in_(INSIDE if days else ()),
        Enrollment.accepted_at < since,
        or_(Tester.seen_at.is_(None), Tester.seen_at < since),
    )


SILENT = Filter(name="silent", label=_l("Silent"), options=_options, narrow=_narrow)


def _doings(session: Session, program: Program) -> Sequence[tuple[str, str]]:
    return [
        ("took_part", _("took part at all")),
        ("lately", _("took part in the last 7 days")),
        ("answered", _("answered a survey")),
        ("reported", _("reported something")),
    ]


def _narrow_to_doing(statement: Select[Any], value: str) -> Select[Any]:
    """Whoever was ever accepted and did it; an unknown doing matches nobody."""
    inside = statement.where(Enrollment.accepted_at.is_not(None))
    if value == "lately":
        return inside.where(did("took_part", clock.now() - timedelta(days=DAYS[0])))
    return inside.where(did(value) if value in ("took_part", "answered", "reported") else false())


DOING = Filter(name="did", label=_l("Doing"), options=_doings, narrow=_narrow_to_doing)


def users_of_cohort(session: Session, cohort: Cohort) -> Sequence[str]:
    """Expectations that speak only of its people, and the market that is declared by it."""
    needs = session.scalars(
        select(Expectation.need).where(Expectation.cohort_id == cohort.id).order_by(Expectation.position)
    )
    said = [_("the expectation “%(need)s”", need=need[:80]) for need in needs]
    margins = queries.margins_of(queries.ground_rules(session, cohort.program_id))
    if any(margin.fact == f"cohort.{ids.encode('coh', cohort.id)}" for margin in margins):
        said.append(_("the market to which testers are weighted"))
    return said


def waiting(session: Session, program: Program) -> int:
    """Decisions that wait for a signature: the number in the navigation."""
    return queries.count_unsigned(session, program.id)


def find(session: Session, query: str, limit: int) -> list[dict[str, str]]:
    """Expectations for the command palette."""
    return [
        {
            "label": need,
            "note": name,
            "url": f"/console/programs/{slug}/readiness#e-{expectation_id}",
            "icon": "target",
        }
        for expectation_id, need, name, slug in queries.find_expectations(session, query, limit)
    ]


def promotion_gate(session: Session, product_id: UUID, _flag: Flag, to_stage: Stage) -> Sequence[str]:
    """Nothing is released while a program of the product is under way that has no live GO (`hitches`)."""
    if to_stage is not Stage.GENERAL_AVAILABILITY:
        return []
    return [
        hitches.said(hitch, program.name)
        for program in program_queries.programs_of_product(session, product_id)
        if program.phase in (Phase.RUNNING, Phase.CLOSING)
        for hitch in queries.in_the_way(session, program, clock.now().date())
    ]


def tabs(enrollment: Enrollment) -> Sequence[Link]:
    """In the portal, once there is anything to tell."""
    if queries.told_to(reading(), enrollment.program_id, enrollment.tester_id) is None:
        return []
    url = url_for("readiness_portal.receipt", slug=enrollment.program.slug)
    return [Link(label=_("What changed"), url=url)]


def changes(session: Session, enrollment: Enrollment) -> Sequence[Change]:
    """The decision, once the team tells it."""
    told = queries.told_to(session, enrollment.program_id, enrollment.tester_id)
    if told is None:
        return []
    count = len(told.needs)
    text = (
        ngettext("Your answers counted for %(num)s need.", "Your answers counted for %(num)s needs.", count)
        if count
        else ""
    )
    url = url_for("readiness_portal.receipt", slug=enrollment.program.slug)
    return [Change(at=told.receipt.shared_at, title=told.receipt.sentence, text=text, url=url)]


def data(session: Session, tester: Tester) -> Any:
    """Decisions that this person's answers count in, for their own export."""
    return queries.voices_of(session, tester.id)


def quotes(session: Session, tester: Tester) -> Any:
    """Passages of this person's words that were picked as quotes, for their own export."""
    return [
        {"text": row.text, "picked_at": row.picked_at.isoformat()}
        for row in queries.quotes_of_person(session, tester.id)
    ]
