"""What is known about the people that SDKs ask about."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, CursorResult, Select, bindparam, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember, Trait
from betaops.enrollment.models import SEATED, Enrollment, Identity, Tester
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
    """What is known about the person behind a distinct id; it wins over what a request claims."""

    tester_id: UUID
    name: str
    properties: dict[str, Any]
    cohorts: frozenset[int]
    #: See `Person.settled`.
    settled: Mapping[str, bool | str] = {}


def known_properties(tester: Any, traits: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions can ask about a tester (a row or an object), under the names that SDKs use."""
    return {
        **tester.attributes,
        **traits,
        "email": tester.mail,
        "name": tester.name,
        "locale": tester.locale,
    }


def plain_spelling(distinct_id: str) -> str:
    """As an address is kept, of what may be one."""
    return distinct_id.strip().rstrip(".").lower() if "@" in distinct_id else distinct_id


#: Made once and sent past the ORM, which takes thrice the time: every stranger who asks costs the first of them, and
#: every tester all three. Each names the workspace itself.
_OF_WORKSPACE: BindParameter[UUID] = bindparam("workspace_id")
_TESTER = select(Tester.id, Tester.name, Tester.mail, Tester.locale, Tester.attributes).where(
    Tester.workspace_id == _OF_WORKSPACE
)
#: The id first, by its unique index: a join may be begun at the other end, with all testers.
_BY_DISTINCT_ID = _TESTER.where(
    Tester.id
    == select(Identity.tester_id)
    .where(
        Identity.workspace_id == _OF_WORKSPACE,
        Identity.distinct_id.in_(bindparam("spellings", expanding=True)),
    )
    .limit(1)
    .scalar_subquery()
)
_BY_ID = _TESTER.where(Tester.id == bindparam("tester_id"))
_COHORTS = (
    select(Cohort.number)
    .join(CohortMember, CohortMember.cohort_id == Cohort.id)
    .join(Program, Program.id == Cohort.program_id)
    .where(
        CohortMember.workspace_id == _OF_WORKSPACE,
        CohortMember.tester_id == bindparam("tester_id"),
        Program.product_id == bindparam("product_id"),
        is_seated(),
    )
)
_TRAITS = select(Trait.name, Trait.value).where(
    Trait.workspace_id == _OF_WORKSPACE, Trait.tester_id == bindparam("tester_id")
)


def stored_person(session: Session, product_id: UUID, distinct_id: str) -> Stored | None:
    """By any of their distinct ids; a mail address counts in every spelling of its case."""
    spellings = list({distinct_id, plain_spelling(distinct_id)})
    row = _rows(session, _BY_DISTINCT_ID, spellings=spellings).first()
    return None if row is None else _stored(session, product_id, row)


def stored_tester(session: Session, product_id: UUID, tester_id: UUID) -> Stored | None:
    row = _rows(session, _BY_ID, tester_id=tester_id).first()
    return None if row is None else _stored(session, product_id, row)


def _stored(session: Session, product_id: UUID, row: Any) -> Stored:
    numbers = _rows(session, _COHORTS, tester_id=row.id, product_id=product_id).scalars()
    traits = _rows(session, _TRAITS, tester_id=row.id)
    properties = known_properties(row, {trait.name: trait.value for trait in traits})
    return Stored(row.id, row.name, properties, frozenset(numbers))


def _rows(session: Session, statement: Select[Any], **values: Any) -> CursorResult[Any]:
    return session.connection().execute(statement, {"workspace_id": session.info["workspace_id"], **values})
