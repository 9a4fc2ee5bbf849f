"""What is known about people, in the form that rules read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts import rules
from betaops.cohorts.models import Cohort, CohortMember, Trait
from betaops.cohorts.rules import Facts
from betaops.enrollment.models import Enrollment, State, Tester

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
    session: Session, program_id: UUID, tester_ids: Sequence[UUID] | None = None, *, most: int | None = None
) -> Iterator[Known]:
    """Everybody who ever applied to the program (or those of `tester_ids`, or the newest `most`)."""
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
            Enrollment.applied_at,
            Enrollment.accepted_at,
            Enrollment.activated_at,
        )
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program_id)
    )
    if tester_ids is not None:
        people = people.where(Tester.id.in_(tester_ids))
    if most is not None:
        people = people.order_by(Enrollment.applied_at.desc(), Enrollment.id.desc()).limit(most)
    for rows in session.execute(people, execution_options={"yield_per": _AT_ONCE}).partitions():
        traits = _traits(session, [row.id for row in rows])
        for row in rows:
            yield Known(row.id, row.name, row.mail, row.state, _facts(row, traits[row.id]))


def _facts(row: Any, traits: Mapping[str, Any]) -> Facts:
    return {
        "attribute": row.attributes,
        "answer": row.answers,
        "trait": traits,
        "enrollment": {
            "state": row.state.value,
            "source": row.source,
            "applied_at": row.applied_at,
            "accepted_at": row.accepted_at,
            "activated_at": row.activated_at,
        },
        "tester": {
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
    """Everybody whose membership of a rule cohort is not what the rule says now."""
    if cohort.rule is None:
        return []
    inside = rules.compiled(cohort.rule)
    current = set(session.scalars(select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort.id)))
    wanted = {person.tester_id for person in known(session, cohort.program_id) if inside(person.facts, now)}
    return sorted(wanted ^ current)
