"""People in memory: bounded, forgotten one by one, and never older than the last change that was heard of."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from betaops.enrollment.queries.telling import Changed
from betaops.flags.known import Known, KnownPeople
from betaops.flags.queries import Settled, Stored


def changed(
    number: int, *, testers: tuple[UUID, ...] = (), ids: tuple[str, ...] = (), everybody: bool = False
) -> Changed:
    return Changed(number, frozenset(testers), frozenset(ids), everybody)


def a_person(people: KnownPeople, tester_id: UUID, plan: str = "pro") -> Known:
    stored = Stored(
        tester_id,
        "",
        {"plan": plan, "mail": "x"},
        frozenset(),
        {"beta": Settled(True, datetime.now(UTC), "Mara")},
    )
    return people.known(stored, ["age", "plan"], None, 0b101)


def met(people: KnownPeople, *distinct_ids: str) -> Mapping[str, bool]:
    found = {}
    for distinct_id in distinct_ids:
        try:
            people.get(distinct_id)
            found[distinct_id] = True
        except KeyError:
            found[distinct_id] = False
    return found


def test_only_what_flags_read_is_kept() -> None:
    people = KnownPeople(0)
    known = a_person(people, uuid4())
    assert (known.values, known.cohorts, known.settled) == ((None, "pro"), 0b101, {"beta": True})
    twin = a_person(people, uuid4(), "PRO".lower())
    assert twin.values[1] is known.values[1]


def test_only_who_changed_is_forgotten_under_each_of_their_ids() -> None:
    people, ana, ben = KnownPeople(0), uuid4(), uuid4()
    for distinct_id, tester_id in (("ana@example.com", ana), ("a-1", ana), ("b-1", ben)):
        people.put(distinct_id, a_person(people, tester_id), 0)
    people.follow(changed(1, testers=(ana,)))
    assert met(people, "ana@example.com", "a-1", "b-1") == {
        "ana@example.com": False,
        "a-1": False,
        "b-1": True,
    }
    people.follow(changed(2, everybody=True))
    assert len(people) == 0


def test_a_stranger_who_became_known_is_forgotten_however_they_were_spelled() -> None:
    people = KnownPeople(0)
    for distinct_id in ("ana@example.com", "Ana@Example.com", "ANA@example.com.", "a-1", "Else@example.com"):
        people.put(distinct_id, None, 0)
    people.follow(changed(1, testers=(uuid4(),), ids=("ana@example.com", "a-1")))
    assert met(people, "ana@example.com", "Ana@Example.com", "ANA@example.com.", "a-1") == dict.fromkeys(
        ("ana@example.com", "Ana@Example.com", "ANA@example.com.", "a-1"), False
    )
    assert people.get("Else@example.com") is None


def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    people, ana = KnownPeople(4), uuid4()
    read_before = people.number
    known = a_person(people, ana)
    people.follow(changed(5, testers=(uuid4(),)))
    people.put("a-1", known, read_before)
    assert met(people, "a-1") == {"a-1": False}
    people.put("a-1", known, people.number)
    assert met(people, "a-1") == {"a-1": True}


@pytest.mark.parametrize("most", [4, 10])
def test_who_is_asked_about_again_and_again_stays(most: int) -> None:
    people, ana = KnownPeople(0, most=most), uuid4()
    people.put("a-1", a_person(people, ana), 0)
    for number in range(5 * most):
        people.put(f"stranger-{number}", None, 0)
        assert people.get("a-1") is not None
        assert len(people) <= most + 1
    assert met(people, "stranger-0") == {"stranger-0": False}
    people.follow(changed(1, testers=(ana,)))
    assert met(people, "a-1") == {"a-1": False}
