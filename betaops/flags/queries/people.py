"""What is known about the people that SDKs ask about."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, or_, select
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
from betaops.kernel.prepared import Prepared
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


class _Person(NamedTuple):
    """The row of a tester, as far as flags ask for it."""

    id: UUID
    name: str
    mail: str
    locale: str
    attributes: dict[str, Any]


#: Made once: every stranger who asks costs the first, and every tester all of them.
_WORKSPACE = bindparam("workspace_id", type_=Uuid())
_TESTER_ID = bindparam("tester_id", type_=Uuid())
_PRODUCT_ID = bindparam("product_id", type_=Uuid())
_PERSON = select(Tester.id, Tester.name, Tester.mail, Tester.locale, Tester.attributes).where(
    Tester.workspace_id == _WORKSPACE
)
#: The id first, by its unique index: a join may be begun at the other end, with all testers.
_BY_DISTINCT_ID = Prepared(
    lambda _dialect: _PERSON.where(
        Tester.id
        == select(Identity.tester_id)
        .where(
            Identity.workspace_id == _WORKSPACE,
            Identity.distinct_id.in_(
                [bindparam("given", type_=String()), bindparam("plain", type_=String())]
            ),
        )
        .limit(1)
        .scalar_subquery()
    )
)
_BY_ID = Prepared(lambda _dialect: _PERSON.where(Tester.id == _TESTER_ID))
_TRAITS = Prepared(
    lambda _dialect: select(Trait.name, Trait.value).where(
        Trait.workspace_id == _WORKSPACE, Trait.tester_id == _TESTER_ID
    )
)
_COHORTS = Prepared(
    lambda _dialect: (
        select(Program.id, Cohort.number)
        .join(Enrollment, Enrollment.program_id == Program.id)
        .outerjoin(CohortMember, CohortMember.tester_id == Enrollment.tester_id)
        .outerjoin(Cohort, (Cohort.id == CohortMember.cohort_id) & (Cohort.program_id == Program.id))
        .where(
            Program.workspace_id == _WORKSPACE,
            Program.product_id == _PRODUCT_ID,
            Enrollment.tester_id == _TESTER_ID,
            or_(*(Enrollment.state == state for state in sorted(SEATED))),
        )
    )
)


def stored_person(
    session: Session, product_id: UUID, distinct_id: str, *, with_features: bool = True
) -> Stored | None:
    """By any of their distinct ids; a mail address counts in every spelling of its case.

    `with_features`: whether the product has any, about which somebody may have chosen.
    """
    spellings = {"given": distinct_id, "plain": plain_spelling(distinct_id)}
    for row in _BY_DISTINCT_ID.rows(session, workspace_id=session.info["workspace_id"], **spellings):
        return _stored(session, product_id, _Person(*row), distinct_id, with_features=with_features)
    settled = chosen_by_visitor(session, product_id, distinct_id) if with_features else {}
    return Stored(None, "", {}, frozenset(), settled) if settled else None


def stored_tester(session: Session, product_id: UUID, tester_id: UUID) -> Stored | None:
    for row in _BY_ID.rows(session, workspace_id=session.info["workspace_id"], tester_id=tester_id):
        return _stored(session, product_id, _Person(*row))
    return None


def _stored(
    session: Session, product_id: UUID, person: _Person, distinct_id: str = "", *, with_features: bool = True
) -> Stored:
    whom = {"workspace_id": session.info["workspace_id"], "tester_id": person.id}
    properties = known_properties(person, dict(_TRAITS.rows(session, **whom)))
    settled, joins = {}, True
    if with_features:
        joins = may_join(session, product_id, person.id)
        settled = chosen_by_tester(session, product_id, person.id, distinct_id, joins=joins)
    settled |= set_by_hand(session, product_id, person.id)
    places = _COHORTS.rows(session, **whom, product_id=product_id)
    # Of programs where they have a seat; and those programs' own numbers, see `flags.internal`.
    numbers = {number for _program_id, number in places if number is not None}
    numbers |= {number_for(program_id) for program_id, _number in places}
    return Stored(person.id, person.name, properties, frozenset(numbers), settled, joins)


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
