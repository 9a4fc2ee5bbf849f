"""Which rules there are, and what they read."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from betaops.cohorts import circles, rules
from betaops.cohorts.models import Cohort, CohortCompany, Kind
from betaops.cohorts.rules import Problem, Rule
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode


class Ruled(NamedTuple):
    """A cohort that moves people by itself: by its rule, or by the companies in it."""

    cohort: Cohort
    rule: Rule


def ruled(session: Session, program_id: UUID) -> list[Ruled]:
    """Every cohort of the program that moves people, each after those that it reads."""
    found = {
        encode("coh", row.id): Ruled(row, rule)
        for row, rule in _with_rules(session, Cohort.program_id == program_id)
    }
    return [found[name] for name in circles.ordered({name: each.rule for name, each in found.items()})]


def rule_of(session: Session, cohort: Cohort) -> Rule | None:
    """What moves people in and out of it; None where only hands do."""
    return cohort.rule or company_rule(companies(session, cohort.id))


def companies(session: Session, cohort_id: UUID) -> Sequence[CohortCompany]:
    """By name."""
    return session.scalars(
        select(CohortCompany)
        .where(CohortCompany.cohort_id == cohort_id)
        .order_by(CohortCompany.key, CohortCompany.attribute)
    ).all()


def company_rule(of: Sequence[CohortCompany]) -> Rule | None:
    """Everybody of these companies."""
    names: dict[str, list[str]] = {}
    for company in of:
        names.setdefault(company.attribute, []).append(company.name)
    parts = [
        {"fact": f"attribute.{attribute}", "operator": "one_of", "value": values}
        for attribute, values in names.items()
    ]
    return {"any": parts} if parts else None


def readers_of(session: Session, cohort: Cohort) -> list[str]:
    """Names of the cohorts whose rules read this one: it cannot go before them."""
    name = encode("coh", cohort.id)
    return [
        _("the cohort “%(name)s”", name=each.cohort.name)
        for each in ruled(session, cohort.program_id)
        if name in circles.needs(each.rule)
    ]


def problems(session: Session, program_id: UUID, rule: Rule, cohort_id: UUID | None = None) -> list[Problem]:
    """Everything that is wrong with a rule of this program, for a new cohort or for `cohort_id`."""
    found = rules.validate(rule)
    if found or not (wanted := circles.needs(rule)):
        return found
    names = {
        encode("coh", row.id): row.name
        for row in session.execute(select(Cohort.id, Cohort.name).where(Cohort.program_id == program_id))
    }
    if unknown := wanted - names.keys():
        return [Problem(_place_of(rule, min(unknown)), _("There is no such cohort in this program."))]
    if cohort_id is None:
        return []
    name = encode("coh", cohort_id)
    known = {encode("coh", each.cohort.id): each.rule for each in ruled(session, program_id)}
    way = circles.circle({**known, name: rule}, name)
    if way is None:
        return []
    drawn = " → ".join(_("“%(name)s”", name=names[each]) for each in way)
    return [Problem(_place_of(rule, way[1]), _("This goes round in a circle: %(circle)s.", circle=drawn))]


def _place_of(rule: Rule, cohort: str) -> str:
    return next(f"{place}.fact".lstrip(".") for place, leaf in rules.placed(rule) if leaf.name == cohort)


def _with_rules(session: Session, where: Any) -> list[tuple[Cohort, Rule]]:
    has_companies = select(CohortCompany.id).where(CohortCompany.cohort_id == Cohort.id).exists()
    rows = session.scalars(
        select(Cohort).where(where, or_(Cohort.kind == Kind.RULE, has_companies)).order_by(Cohort.id)
    ).all()
    held: dict[UUID, list[CohortCompany]] = defaultdict(list)
    if by_hand := [row.id for row in rows if row.rule is None]:
        for company in session.scalars(
            select(CohortCompany).where(CohortCompany.cohort_id.in_(by_hand)).order_by(CohortCompany.key)
        ):
            held[company.cohort_id].append(company)
    found = [(row, row.rule or company_rule(held[row.id])) for row in rows]
    return [(row, rule) for row, rule in found if rule is not None]
