"""Which version a person used is known without reading events."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.enrollment.service import leaving, testers
from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work
from betaops.usage import provided, service
from betaops.usage.builds import in_order, version_in, version_key
from betaops.usage.capture import Captured
from betaops.usage.models import UsageBuild
from betaops.usage.queries import versions
from betaops.usage.service import using
from tests.factories.enrollment import a_tester
from tests.factories.programs import a_program

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2.0", "v2.0.0"),
        ("2.0-beta.3", "2.0 Beta 3"),
        ("2.0-beta.3", "2.0b3".replace("b3", "_beta_03")),
        ("Version 10", "10.0"),
        ("２.０", "2.0"),
        ("2.0+45", "2.0 (45)"),
    ],
)
def test_two_spellings_are_one_version(one: str, other: str) -> None:
    assert version_key(one) == version_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("2.0", "2.0.1"), ("2.0", "2.0-beta"), ("1.10", "1.1"), ("0.0", "1.0"), ("2.0-beta.3", "2.0-beta.30")],
)
def test_two_versions_stay_two(one: str, other: str) -> None:
    assert version_key(one) != version_key(other)


def test_what_says_nothing_is_no_version() -> None:
    assert version_key("–!") == ""
    assert [version_in(value) for value in (None, True, [], "x" * 61, "  2.0\x00 ", 3, 2.5)] == [
        "", "", "", "", "2.0", "3", "2.5",
    ]  # fmt: skip


def test_versions_stand_in_the_order_in_which_they_come_out() -> None:
    names = ["2.0.10", "2.0-rc.1", "1.9", "2.0.9", "2.0", "2.0-beta.3", "2.0-beta.12"]
    assert sorted(names, key=lambda name: in_order(version_key(name))) == [
        "1.9", "2.0-beta.3", "2.0-beta.12", "2.0-rc.1", "2.0", "2.0.9", "2.0.10",
    ]  # fmt: skip


def an_event(distinct_id: str, version: Any, at: datetime = MONDAY, name: str = "opened") -> Captured:
    properties = {} if version is None else {"$app_version": version}
    return Captured(new_id(), distinct_id, name, at, properties)


def test_each_person_has_a_line_for_each_version(work: Work) -> None:
    product_id = a_program(work).product_id
    ana, bob = a_tester(work, mail="ana@example.com"), a_tester(work, mail="bob@example.com")
    service.take(
        work,
        product_id,
        [
            an_event("ana@example.com", "2.0", MONDAY + timedelta(days=1)),
            an_event("ana@example.com", "v2.0.0", MONDAY),
            an_event("ana@example.com", "2.1", MONDAY + timedelta(days=2)),
            an_event("bob@example.com", "2.0", MONDAY),
            an_event("bob@example.com", None, MONDAY),
            an_event("bob@example.com", ["2.0"], MONDAY),
            an_event("stranger", "3.0", MONDAY),
        ],
    )
    # What comes in later may have happened earlier, or on another day.
    service.take(work, product_id, [an_event("bob@example.com", "2", MONDAY - timedelta(days=1))])
    service.take(work, product_id, [an_event("bob@example.com", "2.0", MONDAY + timedelta(days=5))])
    rows = work.session.scalars(select(UsageBuild).order_by(UsageBuild.tester_id, UsageBuild.first_at)).all()
    found = [(row.tester_id, row.version, row.first_at, row.last_on) for row in rows]
    assert sorted(found) == sorted(
        [
            (ana.id, "v2.0.0", MONDAY, date(2026, 3, 3)),
            (ana.id, "2.1", MONDAY + timedelta(days=2), date(2026, 3, 4)),
            (bob.id, "2", MONDAY - timedelta(days=1), date(2026, 3, 7)),
        ]
    )
    assert [(each.key, each.people) for each in sorted(versions.used(work.session, product_id))] == [
        ("2", 2),
        ("2.1", 1),
    ]


def test_what_was_used_under_another_id_is_theirs_once_that_is_known(work: Work) -> None:
    product_id = a_program(work).product_id
    service.take(work, product_id, [an_event("device-1", "2.0")])
    ana = a_tester(work)
    testers.link_identity(work, ana.id, "device-1")
    service.adopt(work, ana.id, "device-1")
    (row,) = work.session.scalars(select(UsageBuild))
    assert (row.tester_id, row.version, row.first_at) == (ana.id, "2.0", MONDAY)


def test_it_is_in_ones_export_and_goes_with_the_person(work: Work) -> None:
    product_id = a_program(work).product_id
    ana = a_tester(work, mail="ana@example.com")
    service.take(work, product_id, [an_event("ana@example.com", "2.0")])
    (told,) = provided.builds(work.session, ana)
    assert (told["version"], told["last_day"]) == ("2.0", "2026-03-02")
    leaving.erase(work, ana.id)
    work.session.flush()
    assert work.session.scalar(select(UsageBuild)) is None


def test_whoever_sends_another_version_with_each_event_fills_no_table(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(using, "MOST_VERSIONS", 3)
    monkeypatch.setattr(using, "_NOTE", Prepared(using._noting))
    product_id = a_program(work).product_id
    ana, bob = a_tester(work, mail="ana@example.com"), a_tester(work, mail="bob@example.com")
    service.take(work, product_id, [an_event("ana@example.com", f"1.{number}.x") for number in range(1, 6)])
    service.take(work, product_id, [an_event("ana@example.com", "9.9"), an_event("bob@example.com", "9.9")])
    service.take(work, product_id, [an_event("ana@example.com", "1.1.x", MONDAY + timedelta(days=2))])
    rows = work.session.scalars(select(UsageBuild).order_by(UsageBuild.version_key)).all()
    assert [(row.tester_id, row.version) for row in rows] == [
        (ana.id, "1.1.x"), (ana.id, "1.2.x"), (ana.id, "1.3.x"), (bob.id, "9.9"),
    ]  # fmt: skip
    assert rows[0].last_on == date(2026, 3, 4), "what is known of them goes on"
