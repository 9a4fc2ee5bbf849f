"""What readiness gives to rooms below: who is silent, what a cohort is needed for, what is found, and what keeps a
feature from being released."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import INSIDE, Enrollment, Tester
from betaops.enrollment.providers import Filter
from betaops.flags.models import Flag, Stage
from betaops.kernel import clock, ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.readiness import queries
from betaops.readiness.models import Decision, DecisionState, Expectation
from betaops.readiness.recommendation import Choice
from betaops.readiness.taking_part import did
from betaops.readiness.verdict import Verdict

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
    """Nothing is released while a program of the product is under way whose must-haves are open or that has no GO."""
    if to_stage is not Stage.GENERAL_AVAILABILITY:
        return []
    return [
        sentence
        for program in program_queries.programs_of_product(session, product_id)
        if program.phase in (Phase.RUNNING, Phase.CLOSING)
        for sentence in _in_the_way(session, program)
    ]


def _in_the_way(session: Session, program: Program) -> list[str]:
    musts = [row for row in queries.board(session, program.id) if row.is_must]
    found = [
        _(
            "%(program)s: the measures of “%(need)s” contradict each other.",
            program=program.name,
            need=row.expectation.need[:80],
        )
        if row.verdict is Verdict.CONTRADICTED
        else _(
            "%(program)s: it is not settled yet whether “%(need)s” is met.",
            program=program.name,
            need=row.expectation.need[:80],
        )
        for row in musts
        if row.verdict in (Verdict.INCONCLUSIVE, Verdict.CONTRADICTED)
    ]
    decision = queries.decision_that_stands(session, program.id)
    if musts or decision is not None:
        found += _of_decision(program, decision)
    return found


def _of_decision(program: Program, decision: Decision | None) -> list[str]:
    if decision is None:
        return [_("%(program)s: no GO is decided yet.", program=program.name)]
    if decision.choice is not Choice.GO:
        return [_("%(program)s: what is decided is not a GO.", program=program.name)]
    if decision.state is not DecisionState.IN_FORCE:
        return [_("%(program)s: the GO waits for a second signature.", program=program.name)]
    return []
