"""Whom a change would change, before it is made."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.flags import queries, wording
from betaops.flags.models import Flag
from betaops.flags.queries import audiences
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_program
from tests.flags.conftest import API_SCOPES, Caller
from tests.flags.test_archive import resting_on
from tests.flags.test_pages import at
from tests.support.browsers import Browser

PRO = {"properties": [person("plan", "pro")], "rollout_percentage": 100, "variant": None}
FREE = {"properties": [person("plan", "free")], "rollout_percentage": 100, "variant": None}


@pytest.fixture
def program(work: Work) -> Program:
    program = a_program(work)
    an_enrollment(work, program=program, name="Ana Ruiz", attributes={"plan": "pro"})
    an_enrollment(work, program=program, name="Ben Okafor", attributes={"plan": "free"})
    an_enrollment(work, program=program, name="Cleo Sato", attributes={"plan": "free"})
    return program


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


def tried(work: Work, flag: Flag, **filters: Any) -> queries.DryRun:
    definition = {**queries.definition(flag), "filters": {**flag.filters, **filters}}
    return queries.dry_run(work.session, flag.product_id, flag.key, definition, work.now)


def test_it_counts_and_names_who_gets_and_who_loses_it(work: Work, product: Product) -> None:
    flag = a_flag(work, product=product, conditions=[PRO])
    found = tried(work, flag, groups=[FREE])
    assert (found.looked_at, found.is_partial) == (3, False)
    effect = found.effect
    assert (effect.turned_on, effect.turned_off, effect.varied) == (2, 1, 0)
    assert {(each.name, each.before, each.after, wording.reason(each.outcome)) for each in effect.people} == {
        ("Ana Ruiz", "on", "off", "No condition fits"),
        ("Ben Okafor", "off", "on", "Condition 1 fits"),
        ("Cleo Sato", "off", "on", "Condition 1 fits"),
    }
    assert wording.effect(2, 1, 0) == "It turns on for 2 people. It turns off for 1 person."
    assert wording.effect(0, 0, 0) == "Everybody gets what they get now."


def test_another_variant_is_neither_on_nor_off(work: Work, product: Product) -> None:
    flag = a_flag(work, product=product, variants={"old": 100, "new": 0})
    groups = [{**flag.conditions[0], "variant": "new"}]
    effect = tried(work, flag, groups=groups).effect
    assert (effect.turned_on, effect.turned_off, effect.varied) == (0, 0, 3)
    assert {(each.before, each.after) for each in effect.people} == {("old", "new")}


def test_flags_that_depend_on_it_are_told_however_far(work: Work, product: Product) -> None:
    base = a_flag(work, product=product, key="base", conditions=[PRO])
    a_flag(work, product=product, key="middle", conditions=resting_on(str(base.number)))
    a_flag(work, product=product, key="top", conditions=resting_on("middle"))
    a_flag(work, product=product, key="aside")
    found = tried(work, base, groups=[])
    assert [(each.key, each.turned_off) for each in found.others] == [("middle", 1), ("top", 1)]
    gone = queries.dry_run(work.session, product.id, "base", None, work.now)
    assert (gone.effect.turned_off, [each.key for each in gone.others]) == (1, ["middle", "top"])
    assert wording.reason(gone.effect.people[0].outcome).endswith("unknown flag")


def test_more_people_than_are_looked_at_are_said(
    work: Work, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "MOST_PEOPLE", 2)
    found = tried(work, a_flag(work, product=product), groups=[])
    assert (found.looked_at, found.is_partial, found.effect.turned_off) == (2, True, 2)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_form_says_whom_it_changes_keeps_what_was_typed_and_saves_nothing(
    work: Work, program: Program, product: Product, member_client: Callable[..., Browser]
) -> None:
    flag = a_flag(work, product=product, conditions=[PRO])
    browser = member_client("manager")
    typed = {"conditions-0-properties-0-value": "free", "note": "Not yet", "do": "dry-run"}
    page = browser.submit(at(program, flag, "/edit"), typed)
    assert page.status_code == 200
    for words in (
        "It turns on for 2 people. It turns off for 1 person.",
        "Ben Okafor",
        'value="Not yet"',
        'value="free"',
    ):
        assert words in page.text, words
    assert queries.flag(work.session, flag.id).version == 1
    wrong = browser.submit(at(program, flag, "/edit"), {**typed, "conditions-0-percentage": "140"})
    assert (wrong.status_code, "from 0 to 100" in wrong.text) == (422, True)
    new = {"key": "x", "runtime": "all", "conditions-0-percentage": "100", "do": "dry-run"}
    assert "It turns on for 3 people." in browser.post(at(program, rest="/new"), data=new).text
    assert len(queries.flags(work.session, product.id)) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_switching_on_again_says_for_whom(
    work: Work, program: Program, product: Product, member_client: Callable[..., Browser]
) -> None:
    flag = a_flag(work, product=product, key="base", conditions=[FREE], is_active=False)
    a_flag(work, product=product, key="top", conditions=resting_on("base"))
    browser = member_client("manager")
    assert "It turns on for 2 people." in browser.get(at(program, flag)).text
    browser.submit(at(program, flag), action="/kill/deletion")
    page = browser.get(at(program, flag)).text
    assert "2 people lose the feature within a second. top depends on it. It turns off for 2 people." in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_over_the_api_names_are_for_keys_that_may_read_testers(
    call: Caller, work: Work, product: Product
) -> None:
    flag = a_flag(work, product=product, conditions=[PRO])
    one = f"/flags/{call.id('flg', flag)}/dry_run"
    body = {"filters": {"groups": [FREE]}}
    plain = call("post", one, **body).json
    assert (plain["effect"]["turned_on"], plain["effect"]["turned_off"], plain["looked_at"]) == (2, 1, 3)
    assert {each["name"] for each in plain["effect"]["people"]} == {None}
    named = call("post", one, scopes=API_SCOPES | {Permission.TESTERS_READ}, **body).json
    assert {each["name"] for each in named["effect"]["people"]} == {"Ana Ruiz", "Ben Okafor", "Cleo Sato"}
    assert call("post", one, is_active=False).json["effect"]["turned_off"] == 1
    assert call("post", one, filters={"groups": 7}).status_code == 409
    new = f"/products/{call.id('prd', product)}/flags/dry_run"
    assert call("post", new, key="x", **body).json["effect"]["turned_on"] == 2
    assert queries.flag(work.session, flag.id).version == 1
