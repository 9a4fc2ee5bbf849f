"""What the product says of people becomes facts for rules and flags, without touching what is known otherwise."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from betaops.cohorts.models import Trait
from betaops.enrollment.models import Enrollment, Tester
from betaops.flags.queries import stored_tester
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.usage import service
from betaops.usage.capture import Captured
from betaops.usage.service.describing import MOST_NAMES
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program

MAIL = "ana@example.com"


@pytest.fixture
def ana(work: Work) -> Enrollment:
    return an_enrollment(work, program=a_program(work), mail=MAIL, attributes={"plan": "pro"})


@pytest.fixture
def product_id(work: Work, ana: Enrollment) -> UUID:
    return program_queries.program(work.session, ana.program_id).product_id


def said(work: Work) -> dict[str, Any]:
    return {row.name: row.value for row in work.session.execute(select(Trait.name, Trait.value))}


def tells(work: Work, product_id: UUID, *, minute: int = 0, **properties: Any) -> None:
    at = work.now + timedelta(minutes=minute)
    service.take(work, product_id, [Captured(uuid4(), MAIL, "opened", at, properties)])


def test_what_is_set_is_kept_and_the_newest_word_counts(
    work: Work, ana: Enrollment, product_id: UUID
) -> None:
    first = Captured(uuid4(), MAIL, "opened", work.now, {"$set": {"seats": 3, "team": "ink"}})
    later = Captured(uuid4(), MAIL, "opened", work.now + timedelta(minutes=1), {"$set": {"seats": 4}})
    service.take(work, product_id, [later, first])
    tells(work, product_id, minute=2, **{"$set_once": {"seats": 9, "came_by": "ad"}})
    assert said(work) == {"person.seats": 4, "person.team": "ink", "person.came_by": "ad"}


def test_only_what_is_of_use_is_kept(work: Work, ana: Enrollment, product_id: UUID) -> None:
    properties = {
        "$os": "iOS",
        "$current_url": "https://example.com/a",
        "$feature_enrollment/sync": True,
        "email": "other@example.com",
        "nested": {"a": 1},
        "tags": ["a", "b"],
        "long": "x" * 2_000,
        "nothing": None,
    }
    tells(work, product_id, **{"$set": properties})
    assert said(work) == {"person.$os": "iOS", "person.tags": ["a", "b"]}
    many = {f"p{number}": number for number in range(100)}
    tells(work, product_id, **{"$set": many})
    assert len(said(work)) == MOST_NAMES


def test_flags_see_it_where_nothing_else_is_known(work: Work, ana: Enrollment, product_id: UUID) -> None:
    tells(work, product_id, **{"$set": {"plan": "free", "seats": 3, "name": "Mallory"}})
    stored = stored_tester(work.session, product_id, ana.tester_id)
    assert stored is not None
    name = work.session.get_one(Tester, ana.tester_id).name
    assert {key: stored.properties[key] for key in ("plan", "seats", "name")} == {
        "plan": "pro",
        "seats": 3,
        "name": name,
    }


def test_nobodys_words_are_not_kept(work: Work, ana: Enrollment, product_id: UUID) -> None:
    service.take(
        work, product_id, [Captured(uuid4(), "stranger", "opened", work.now, {"$set": {"plan": "pro"}})]
    )
    assert said(work) == {}
