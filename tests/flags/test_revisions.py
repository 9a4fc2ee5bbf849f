"""A flag's history: what each change left, who wanted it and why, and back to an earlier version."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from betaops.flags import queries, service
from betaops.flags.differences import Names
from betaops.flags.models import Change, Flag, FlagRevision
from betaops.kernel.errors import Invalid
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from tests.factories.cohorts import a_cohort
from tests.factories.flags import a_flag, in_cohort
from tests.factories.programs import a_product, a_program
from tests.flags.test_pages import at
from tests.support.browsers import Browser

GROUPS = {"groups": [{"properties": [], "rollout_percentage": 50, "variant": None}]}


def told(work: Work, flag: Flag) -> list[queries.Told]:
    return list(queries.revisions(work.session, flag.id, Names({})).items)


def changes(work: Work, flag: Flag) -> list[Change]:
    return [each.revision.change for each in told(work, flag)]


def test_every_change_leaves_the_whole_flag_with_who_and_why(work: Work) -> None:
    product = a_product(work)
    work.actor = Actor("system", None, "set-up")
    flag = a_flag(work, product=product, key="new-editor")
    service.change_flag(work, flag.id, version=1, filters=GROUPS, note="  Half of them\0 first. ")
    service.change_flag(work, flag.id, version=2, filters=GROUPS, note="Nothing new")
    service.kill(work, flag.id, note="It ate a note")
    service.revive(work, flag.id)
    service.archive_flag(work, flag.id)
    service.bring_back(work, flag.id)
    assert changes(work, flag) == [
        Change.BROUGHT_BACK,
        Change.ARCHIVED,
        Change.REVIVED,
        Change.KILLED,
        Change.EDITED,
        Change.CREATED,
    ]
    edited = told(work, flag)[4]
    assert edited.sentences == ["Condition 1: share 100 % → 50 %"]
    kept = edited.revision
    assert (kept.version, kept.who, kept.note) == (2, "set-up", "Half of them first.")
    assert kept.definition["filters"] == GROUPS
    with pytest.raises(Invalid, match="2000"):
        service.kill(work, a_flag(work, product=product).id, note="x" * 2_001)


def test_an_import_is_part_of_the_history(work: Work) -> None:
    product = a_product(work)
    document = {"flags": [{"id": 7, "key": "beta", "version": 4, "filters": GROUPS}]}
    service.import_definitions(work, product.id, document)
    service.import_definitions(work, product.id, document)
    [flag] = queries.flags(work.session, product.id)
    assert [(each.revision.change, each.revision.version) for each in told(work, flag)] == [
        (Change.IMPORTED, 4)
    ]
    document["flags"][0]["evaluation_runtime"] = "server"
    service.import_definitions(work, product.id, document)
    assert told(work, flag)[0].sentences == ["Read: on servers only, hidden from browsers"]


def test_a_page_of_the_history_knows_what_came_before_it(work: Work) -> None:
    flag = a_flag(work)
    for share in range(1, 4):
        groups = {"groups": [{"properties": [], "rollout_percentage": share}]}
        service.change_flag(work, flag.id, version=None, filters=groups)
    page = queries.revisions(work.session, flag.id, Names({}), size=2)
    assert [each.sentences[-1] for each in page.items] == [
        "Condition 1: share 2 % → 3 %",
        "Condition 1: share 1 % → 2 %",
    ]
    rest = queries.revisions(work.session, flag.id, Names({}), cursor=page.next, size=2)
    assert [each.revision.version for each in rest.items] == [2, 1]


def test_a_version_has_one_revision(work: Work) -> None:
    flag = a_flag(work)
    again = FlagRevision(
        flag_id=flag.id, version=1, change=Change.EDITED, definition={}, at=work.now, actor_kind="system"
    )
    with pytest.raises(IntegrityError), work.session.begin_nested():
        work.add(again)


def test_with_its_flag_a_history_goes(work: Work) -> None:
    flag = a_flag(work)
    service.delete_flag(work, flag.id)
    assert queries.revisions(work.session, flag.id, Names({})).items == []


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_earlier_version_is_looked_at_and_restored(
    work: Work, program: Program, product: Product, member_client: Callable[..., Browser]
) -> None:
    cohort = a_cohort(work, program=program, name="iOS pilot")
    flag = a_flag(work, product=product, key="new-editor", cohort=cohort)
    browser = member_client("manager")
    edited = browser.submit(
        at(program, flag, "/edit"), {"conditions-0-percentage": "10", "note": "Fewer of them"}
    )
    assert edited.status_code == 303, edited.text
    service.kill(work, flag.id, note="It ate a note")
    history = browser.get(at(program, flag)).text
    for sentence in ("Condition 1: share 100 % → 10 %", "Fewer of them", "It ate a note", "Manager"):
        assert sentence in history, sentence
    page = browser.get(at(program, flag, "/revisions/1")).text
    assert "Condition 1: share 10 % → 100 %" in page
    restored = browser.submit(at(program, flag, "/revisions/1"), {"note": "All again"}, action="/restoration")
    assert restored.status_code == 303
    flag = queries.flag(work.session, flag.id)
    assert flag.filters["groups"][0]["rollout_percentage"] == 100
    assert flag.is_active is False, "restoring is no way around the kill switch"
    assert changes(work, flag)[0] is Change.RESTORED
    assert "This is how the flag is now" in browser.get(at(program, flag, "/revisions/1")).text
    assert browser.get(at(program, flag, "/revisions/99")).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_version_that_would_not_be_sound_any_more_says_why(
    work: Work, program: Program, product: Product, member_client: Callable[..., Browser]
) -> None:
    flag = a_flag(work, product=product, conditions=[{"properties": []}])
    gone = {"groups": [{"properties": [{**in_cohort(a_cohort(work, program=program)), "value": 99}]}]}
    queries.revision(work.session, flag.id, 1).definition = {**queries.definition(flag), "filters": gone}
    browser = member_client("manager")
    page = browser.get(at(program, flag, "/revisions/1")).text
    assert "cannot be restored as it is" in page
    assert "There is no such cohort" in page
    assert browser.post(at(program, flag, "/revisions/1/restoration")).status_code == 409


def test_a_version_that_was_on_for_nobody_is_shown(
    work: Work, program: Program, product: Product, member_client: Callable[..., Browser]
) -> None:
    flag = a_flag(work, product=product, conditions=[])
    page = member_client("viewer").get(at(program, flag, "/revisions/1"))
    assert "Nobody: the flag has no conditions." in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_history_over_the_api(call: Callable[..., Any], work: Work) -> None:
    flag = a_flag(work, key="new-editor")
    one = f"/flags/{call.id('flg', flag)}"
    call("patch", one, filters=GROUPS, note="Half of them first")
    listed = call("get", f"{one}/revisions?limit=1").json
    [newest] = listed["items"]
    assert newest["changes"] == ["Condition 1: share 100 % → 50 %"]
    assert (newest["note"], newest["through"], newest["who"]) == ("Half of them first", "key", "test")
    assert call("get", f"{one}/revisions?cursor={listed['next']}").json["items"][0]["change"] == "created"
    back = call("post", f"{one}/revisions/1/restoration", note="Back")
    assert back.json["filters"]["groups"][0]["rollout_percentage"] == 100
    assert call("post", f"{one}/revisions/9/restoration").status_code == 404
