"""Flags that were put away, and the list of those that were not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from betaops.cohorts import service as cohort_service
from betaops.flags import queries, service
from betaops.flags.models import Flag, RolloutState, ScheduledChange, ScheduleState
from betaops.flags.rolling import Step
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from tests.factories.cohorts import a_cohort
from tests.factories.flags import a_flag
from tests.factories.programs import a_product, a_program
from tests.flags.conftest import Caller
from tests.flags.test_pages import at
from tests.support.browsers import Browser
from tests.support.clock import Clock

Member = Callable[..., Browser]


def resting_on(key: str) -> list[dict[str, Any]]:
    return [{"properties": [{"type": "flag", "key": key, "operator": "flag_evaluates_to", "value": True}]}]


def test_sdks_know_nothing_of_an_archived_flag(work: Work, client: Browser) -> None:
    product = a_product(work)
    flag = a_flag(work, product=product, key="old")
    a_flag(work, product=product, key="new")
    service.archive_flag(work, flag.id, note="Done with it")
    body = {"token": product.project_key, "distinct_id": "somebody"}
    assert list(client.post("/flags/?v=2", json=body, csrf=False).json["flags"]) == ["new"]
    key = {"Authorization": f"Bearer {product.project_key}"}
    ofrep = client.post(
        "/ofrep/v1/evaluate/flags/old",
        json={"context": {"targetingKey": "somebody"}},
        headers=key,
        csrf=False,
    )
    assert (ofrep.status_code, ofrep.json["errorCode"]) == (404, "FLAG_NOT_FOUND")
    assert [each["key"] for each in queries.exported(work.session, product.id)["flags"]] == ["new"]


def test_an_archived_flag_is_off_and_stays_as_it_is_until_it_is_brought_back_off(work: Work) -> None:
    flag = a_flag(work)
    service.archive_flag(work, flag.id)
    service.archive_flag(work, flag.id)
    for change in (
        lambda: service.change_flag(work, flag.id, version=None, description="x"),
        lambda: service.revive(work, flag.id),
    ):
        with pytest.raises(Refused, match="archived"):
            change()
    service.bring_back(work, flag.id)
    service.bring_back(work, flag.id)
    assert (flag.is_active, flag.archived_at, flag.version) == (False, None, 3)
    assert service.revive(work, flag.id).is_active


def test_what_an_active_flag_rests_on_is_not_archived(work: Work) -> None:
    product = a_product(work)
    base = a_flag(work, product=product, key="base")
    top = a_flag(work, product=product, key="top", conditions=resting_on("base"))
    with pytest.raises(Refused, match="top depends"):
        service.archive_flag(work, base.id)
    service.kill(work, top.id)
    service.archive_flag(work, base.id)
    with pytest.raises(Refused, match="depends on base"):
        service.revive(work, top.id)
    with pytest.raises(Invalid, match="no flag “base”"):
        a_flag(work, product=product, conditions=resting_on("base"))
    service.bring_back(work, base.id)
    assert service.revive(work, top.id).is_active


def test_an_archived_flag_keeps_its_key_its_cohort_and_its_number(work: Work) -> None:
    program = a_program(work)
    product = program_queries.product(work.session, program.product_id)
    cohort = a_cohort(work, program=program)
    flag = a_flag(work, product=product, key="old", cohort=cohort)
    service.archive_flag(work, flag.id)
    with pytest.raises(Invalid, match="archived flag of this product has this key"):
        a_flag(work, product=product, key="old")
    with pytest.raises(Refused, match="old"):
        cohort_service.delete_cohort(work, cohort.id)
    taken = {"flags": [{"id": flag.number, "key": "new", "filters": {"groups": []}}]}
    with pytest.raises(Invalid, match="archived flag “old”"), work.session.begin_nested():
        service.import_definitions(work, product.id, taken, replace=True)


def test_an_import_leaves_the_archive_alone_but_for_what_it_brings(work: Work) -> None:
    product = a_product(work)
    for key in ("kept", "back"):
        service.archive_flag(work, a_flag(work, product=product, key=key).id)
    document = {"flags": [{"id": 5, "key": "back", "active": True, "filters": {"groups": [{}]}}]}
    report = service.import_definitions(work, product.id, document, replace=True)
    assert (report.changed, report.deleted) == (1, 0)
    found = {flag.key: flag for flag in queries.flags(work.session, product.id)}
    assert found["kept"].archived_at is not None
    assert (found["back"].archived_at, found["back"].is_active) == (None, True)


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_list_is_narrowed_by_state_and_words(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    a_flag(work, product=product, key="flag-on")
    a_flag(work, product=product, key="flag-off", is_active=False)
    old = a_flag(work, product=product, key="flag-old")
    service.change_flag(work, old.id, version=None, description="The Tour for newcomers")
    service.archive_flag(work, old.id)
    browser = member_client("manager")

    def shown(query: str) -> list[str]:
        text = browser.get(at(program, rest=query)).text
        return [key for key in ("flag-on", "flag-off", "flag-old") if f">{key}</a>" in text]

    assert {query: shown(query) for query in ("", "?state=on", "?state=off", "?state=archived")} == {
        "": ["flag-on", "flag-off"],
        "?state=on": ["flag-on"],
        "?state=off": ["flag-off"],
        "?state=archived": ["flag-old"],
    }
    assert shown("?q=FLAG-OF") == ["flag-off"]
    assert shown("?state=archived&q=tour") == ["flag-old"]
    assert shown("?state=nonsense") == ["flag-on", "flag-off"]
    assert shown("?state=waiting") == []
    assert "Nothing matches" in browser.get(at(program, rest="?q=zzz")).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_flag_is_archived_brought_back_and_deleted_on_its_page(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    flag = a_flag(work, product=product, key="old")
    browser = member_client("manager")
    browser.submit(at(program, flag), {"note": "Done with it"}, action="/archive")
    page = browser.get(at(program, flag)).text
    assert "This flag is archived" in page
    assert "Done with it" in page
    assert "/edit" not in page
    refused = browser.submit(at(program, flag, "/edit"), {"description": "x"})
    assert (refused.status_code, "Bring it back first" in refused.text) == (422, True)
    browser.submit(at(program, flag), action="/archive/deletion")
    assert queries.flag(work.session, flag.id).archived_at is None
    assert browser.submit(at(program, flag), action="deletion").status_code == 303
    assert queries.flags(work.session, product.id) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_several_flags_are_switched_off_from_the_list(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    flags = [a_flag(work, product=product, key=key) for key in ("a", "b", "c")]
    foreign = a_flag(work)
    chosen: list[Flag] = [*flags[:2], foreign]
    sent = member_client("manager").post(
        at(program, rest="/kill?state=on"),
        data={"ids": [*(encode("flg", flag.id) for flag in chosen), "nonsense"], "note": "Incident 12"},
    )
    assert sent.location.endswith("?state=on")
    assert [flag.is_active for flag in [*flags, foreign]] == [False, False, True, True]
    assert queries.revision(work.session, flags[0].id, 2).note == "Incident 12"
    page = member_client("manager").post(at(program, rest="/kill"), follow_redirects=True).text
    assert "Nothing was switched off" in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_archive_over_the_api(call: Caller, work: Work) -> None:
    product = a_product(work)
    flag = a_flag(work, product=product)
    listed, one = f"/products/{call.id('prd', product)}/flags", f"/flags/{call.id('flg', flag)}/archive"
    assert call("post", one, note="Done with it").json["archived_at"] is not None
    assert call("get", listed).json["items"] == []
    assert len(call("get", f"{listed}?archived=true").json["items"]) == 1
    back = call("delete", one).json
    assert (back["archived_at"], back["is_active"]) == (None, False)


def test_archiving_ends_what_would_happen_by_itself_and_nothing_of_it_comes_back(
    work: Work, product: Product, clock: Clock
) -> None:
    flag = a_flag(work, product=product, percentage=0)
    rollout = service.start_rollout(work, flag.id, (Step(10, 24), Step(100, 0)))
    schedule = service.schedule_change(work, flag.id, ScheduledChange.ON, work.now + timedelta(days=1))
    service.archive_flag(work, flag.id)
    assert (rollout.state, rollout.end_reason) == (RolloutState.ENDED, "The flag was archived.")
    assert schedule.state is ScheduleState.CANCELLED
    for refused in (
        lambda: service.start_rollout(work, flag.id, (Step(10, 1),), at=work.now + timedelta(hours=1)),
        lambda: service.schedule_change(work, flag.id, ScheduledChange.ON, work.now + timedelta(days=1)),
    ):
        with pytest.raises(Refused, match="archived"):
            refused()
    service.bring_back(work, flag.id)
    service.revive(work, flag.id)
    clock.shift(days=2)
    assert (rollout.state, schedule.state) == (RolloutState.ENDED, ScheduleState.CANCELLED)


def test_nothing_of_an_archived_flag_is_ever_due(work: Work, product: Product, clock: Clock) -> None:
    flag = a_flag(work, product=product, percentage=0)
    service.start_rollout(work, flag.id, (Step(10, 1), Step(100, 0)))
    service.schedule_change(work, flag.id, ScheduledChange.OFF, work.now + timedelta(hours=1))
    # As it was archived before archiving ended what goes on by itself.
    flag.archived_at, flag.is_active = work.now, False
    work.session.flush()
    clock.shift(days=1)
    assert queries.due_rollouts(work.session, clock.now) == []
    assert queries.due_schedules(work.session, clock.now) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_dialog_says_what_archiving_ends(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    flag = a_flag(work, product=product, percentage=0)
    browser = member_client("manager")
    assert "Its roll-out ends" not in browser.get(at(program, flag)).text
    service.start_rollout(work, flag.id, (Step(10, 24), Step(100, 0)))
    assert "Its roll-out ends" in browser.get(at(program, flag)).text
