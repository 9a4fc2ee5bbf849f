"""Events with a meaning of their own are read once, by the room that knows it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Refused
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.identities import signature
from betaops.usage import queries, readers, service
from betaops.usage.capture import Captured
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program

NAME = "survey sent"
Read = list[tuple[UUID, UUID | None, str]]


@pytest.fixture
def ana(work: Work) -> Enrollment:
    return an_enrollment(work, program=a_program(work), mail="ana@example.com")


@pytest.fixture
def product_id(work: Work, ana: Enrollment) -> UUID:
    return program_queries.program(work.session, ana.program_id).product_id


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    seen: Read = []

    def reader(work: Work, product_id: UUID, owner: UUID | None, event: Captured) -> None:
        if event.properties.get("refuse"):
            raise Refused("no_such_survey", "There is no such survey.")
        seen.append((product_id, owner, event.distinct_id))

    monkeypatch.setattr(readers, "_readers", {})
    readers.register(NAME, reader)
    return seen


def an_event(work: Work, name: str = NAME, **properties: object) -> Captured:
    return Captured(uuid4(), "ana@example.com", name, work.now, properties)


def test_an_event_is_read_with_its_tester_and_not_again_when_it_is_resent(
    work: Work, ana: Enrollment, product_id: UUID, read: Read
) -> None:
    event = an_event(work)
    service.take(work, product_id, [event, an_event(work, "note created")])
    service.take(work, product_id, [event])
    assert read == [(product_id, ana.tester_id, "ana@example.com")]


def test_what_its_room_refuses_is_kept_and_costs_no_other_event(
    work: Work, ana: Enrollment, product_id: UUID, read: Read
) -> None:
    refused, good = an_event(work, refuse=True), an_event(work)
    assert service.take(work, product_id, [refused, good]) == 2
    assert len(read) == 1
    assert queries.seen(work.session, ana.tester_id).events == 2


def test_where_signatures_are_wanted_only_what_proves_whose_it_is_counts_as_theirs(
    work: Work, ana: Enrollment, product_id: UUID, read: Read
) -> None:
    secrets = (b"boi_present", b"boi_former")
    proofs = (
        "",
        "nonsense",
        signature("boi_other", "ana@example.com"),
        signature("boi_former", "ana@example.com"),
    )
    for proof in proofs:
        service.take(work, product_id, [replace(an_event(work), identity_hash=proof)], signed_with=secrets)
    assert [owner for _product, owner, _id in read] == [None, None, None, ana.tester_id]
    assert queries.seen(work.session, ana.tester_id).events == 4, "what was done is counted all the same"
