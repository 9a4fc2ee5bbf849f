"""What is known about people, in the form that rules read."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts import rules
from betaops.cohorts.models import Cohort, CohortMember, Kind, Trait
from betaops.cohorts.queries.reading import rule_of
from betaops.cohorts.queries.sources import looked_up
from betaops.cohorts.rules import Facts
from betaops.enrollment.models import MOMENTS, Enrollment, State, Tester
from betaops.kernel.ids import encode

#: How many people are held in memory at once.
_AT_ONCE = 2_000


class Known(NamedTuple):
    """One person of a program, and the facts about them there."""

    tester_id: UUID
    name: str
    mail: str
    state: State
    facts: Facts


def known(
    session: Session,
    program_id: UUID,
    tester_ids: Sequence[UUID] | None = None,
    *,
    reads: Collection[str] = (),
    most: int | None = None,
) -> Iterator[Known]:
    """Everybody who ever applied to the program (or those of `tester_ids`, or the newest `most`).

    Facts that are to be looked up elsewhere (`sources`) are there where their names stand in `reads`.
    """
    people = (
        select(
            Tester.id,
            Tester.name,
            Tester.mail,
            Tester.locale,
            Tester.attributes,
            Tester.created_at,
            Tester.seen_at,
            Enrollment.state,
            Enrollment.source,
            Enrollment.answers,
            *(getattr(Enrollment, moment) for moment in MOMENTS.values()),
        )
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program_id)
    )
    if tester_ids is not None:
        people = people.where(Tester.id.in_(tester_ids))
    if most is not None:
        people = people.order_by(Enrollment.applied_at.desc(), Enrollment.id.desc()).limit(most)
    for rows in session.execute(people, execution_options={"yield_per": _AT_ONCE}).partitions():
        their_ids = [row.id for row in rows]
        traits, more = _traits(session, their_ids), looked_up(session, program_id, their_ids, reads)
        for row in rows:
            facts = {**_facts(row, traits[row.id]), **more[row.id]}
            yield Known(row.id, row.name, row.mail, row.state, facts)


def _facts(row: Any, traits: Mapping[str, Any]) -> Facts:
    return {
        "attribute": row.attributes,
        "answer": row.answers,
        "trait": traits,
        "enrollment": {
            "state": row.state.value,
            "source": row.source,
            **{moment: getattr(row, moment) for moment in MOMENTS.values()},
        },
        "tester": {
            "id": encode("tst", row.id),
            "mail": row.mail,
            "name": row.name,
            "locale": row.locale,
            "created_at": row.created_at,
            "seen_at": row.seen_at,
        },
    }


def _traits(session: Session, tester_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for start in range(0, len(tester_ids), 500):
        some = tester_ids[start : start + 500]
        for tester_id, name, value in session.execute(
            select(Trait.tester_id, Trait.name, Trait.value).where(Trait.tester_id.in_(some))
        ):
            found[tester_id][name] = value
    return found


def moving(session: Session, cohort: Cohort, now: datetime) -> list[UUID]:
    """Everybody whose membership is not what the rule, or the companies in the cohort, say now."""
    rule = rule_of(session, cohort)
    current: set[UUID] = set()
    movable: set[UUID] = set()
    for tester_id, by_company in session.execute(
        select(CohortMember.tester_id, CohortMember.by_company).where(CohortMember.cohort_id == cohort.id)
    ):
        current.add(tester_id)
        if by_company or cohort.kind is Kind.RULE:
            movable.add(tester_id)
    wanted: set[UUID] = set()
    if rule is not None:
        inside = rules.compiled(rule)
        everybody = known(session, cohort.program_id, reads=rules.reads(rule))
        wanted = {person.tester_id for person in everybody if inside(person.facts, now)}
    return sorted((wanted - current) | (movable - wanted))
