"""What is known about the people that SDKs ask about."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.models import PRODUCT_SAID, Cohort, CohortMember, Trait, number_for
from betaops.enrollment.models import SEATED, Enrollment, Identity, Tester
from betaops.flags.models import ProductGroup
from betaops.flags.queries.settled import (
    ByKey,
    chosen_by_tester,
    chosen_by_visitor,
    may_join,
    set_by_hand,
)
from betaops.programs.models import Program


def is_seated() -> Any:
    """A cohort opens flags only for people who are in its program, not for applicants and not for who left."""
    return (
        select(Enrollment.id)
        .where(
            Enrollment.program_id == Cohort.program_id,
            Enrollment.tester_id == CohortMember.tester_id,
            Enrollment.state.in_(SEATED),
        )
        .exists()
    )


class Stored(NamedTuple):
    """What is known about the person behind a distinct id; it wins over what a request claims.

    Of a visitor (without `tester_id`) only what they chose.
    """

    tester_id: UUID | None
    name: str
    properties: dict[str, Any]
    cohorts: frozenset[int]
    settled: ByKey
    #: Whether it counts when they join a feature.
    may_join: bool = True


def known_properties(tester: Any, traits: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions can ask about a tester (a row or an object), under the names that SDKs use.

    What is known from elsewhere wins over what the product said of them.
    """
    said = {
        name.removeprefix(PRODUCT_SAID): value
        for name, value in traits.items()
        if name.startswith(PRODUCT_SAID)
    }
    return {
        **said,
        **tester.attributes,
        **{name: value for name, value in traits.items() if not name.startswith(PRODUCT_SAID)},
        "email": tester.mail,
        "name": tester.name,
        "locale": tester.locale,
        # One place between 0 and 100 for each person, whatever device asks.
        "$share": tester.id.int % 10_000 / 100,
    }


def plain_spelling(distinct_id: str) -> str:
    """As an address is kept, of what may be one."""
    return distinct_id.strip().rstrip(".").lower() if "@" in distinct_id else distinct_id


def stored_person(
    session: Session, product_id: UUID, distinct_id: str, *, with_features: bool = True
) -> Stored | None:
    """By any of their distinct ids; a mail address counts in every spelling of its case.

    `with_features`: whether the product has any, about which somebody may have chosen.
    """
    row = session.execute(
        select(Tester.id, Tester.name, Tester.mail, Tester.locale, Tester.attributes)
        .join(Identity, Identity.tester_id == Tester.id)
        .where(Identity.distinct_id.in_({distinct_id, plain_spelling(distinct_id)}))
        .limit(1)
    ).first()
    if row is not None:
        return _stored(session, product_id, row, distinct_id, with_features=with_features)
    settled = chosen_by_visitor(session, product_id, distinct_id) if with_features else {}
    return Stored(None, "", {}, frozenset(), settled) if settled else None


def stored_tester(session: Session, product_id: UUID, tester_id: UUID) -> Stored | None:
    row = session.execute(
        select(Tester.id, Tester.name, Tester.mail, Tester.locale, Tester.attributes).where(
            Tester.id == tester_id
        )
    ).first()
    return None if row is None else _stored(session, product_id, row)


def _stored(
    session: Session, product_id: UUID, row: Any, distinct_id: str = "", *, with_features: bool = True
) -> Stored:
    traits = session.execute(select(Trait.name, Trait.value).where(Trait.tester_id == row.id))
    properties = known_properties(row, {trait.name: trait.value for trait in traits})
    settled, joins = {}, True
    if with_features:
        joins = may_join(session, product_id, row.id)
        settled = chosen_by_tester(session, product_id, row.id, distinct_id, joins=joins)
    settled |= set_by_hand(session, product_id, row.id)
    return Stored(row.id, row.name, properties, _cohorts(session, product_id, row.id), settled, joins)


def _cohorts(session: Session, product_id: UUID, tester_id: UUID) -> frozenset[int]:
    """Numbers of their cohorts in programs where they have a seat, and those programs' own (see `flags.internal`)."""
    rows: Sequence[Any] = session.execute(
        select(Program.id, Cohort.number)
        .join(Enrollment, Enrollment.program_id == Program.id)
        .outerjoin(CohortMember, CohortMember.tester_id == Enrollment.tester_id)
        .outerjoin(Cohort, (Cohort.id == CohortMember.cohort_id) & (Cohort.program_id == Program.id))
        .where(
            Program.product_id == product_id,
            Enrollment.tester_id == tester_id,
            Enrollment.state.in_(SEATED),
        )
    ).all()
    numbers = {number for _program_id, number in rows if number is not None}
    return frozenset(numbers | {number_for(program_id) for program_id, _number in rows})


def group_properties(session: Session, product_id: UUID, group_type: str, key: str) -> dict[str, Any]:
    """What the product told of one of its groups; nothing for one that it never told of."""
    found = session.scalar(
        select(ProductGroup.properties).where(
            ProductGroup.product_id == product_id,
            ProductGroup.group_type == group_type,
            ProductGroup.key == key,
        )
    )
    return dict(found) if found else {}
