"""The console's flag pages, without a script."""

from collections.abc import Callable

import pytest

from betaops.flags import queries
from betaops.flags.models import Flag
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Member = Callable[..., Browser]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


def at(program: Program, flag: Flag | None = None, rest: str = "") -> str:
    own = f"/{encode('flg', flag.id)}" if flag is not None else ""
    return f"/console/programs/{program.slug}/flags{own}{rest}"


def test_a_flag_is_built_with_buttons_and_saved(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    ana = an_enrollment(work, program=program, name="Ana Ruiz")
    cohort = a_cohort(work, program=program, name="iOS pilot", members=[ana])
    browser = member_client("manager")
    data = {
        "key": "new-editor",
        "runtime": "all",
        "conditions-0-percentage": "100",
        "conditions-0-cohorts-0-operator": "in",
        "conditions-0-cohorts-0-cohort": str(cohort.number),
    }
    page = browser.post(at(program, rest="/new"), data={**data, "do": "add-property:0"})
    assert 'name="conditions-0-properties-0-key"' in page.text
    assert "iOS pilot" in page.text
    page = browser.post(at(program, rest="/new"), data={**data, "do": "add-variant"})
    assert 'name="variants-1-key"' in page.text
    assert page.text.count('value="50"') == 2
    saved = browser.post(
        at(program, rest="/new"),
        data={
            **data,
            "conditions-0-properties-0-key": "plan",
            "conditions-0-properties-0-operator": "exact",
            "conditions-0-properties-0-value": "pro, team",
            "conditions-0-percentage": "12.5",
            "payload": '{"theme": "ink"}',
            "do": "save",
        },
    )
    assert saved.status_code == 303, saved.text
    [flag] = queries.flags(work.session, product.id)
    assert flag.filters["groups"] == [
        {
            "properties": [
                {"key": "id", "type": "cohort", "operator": "in", "value": cohort.number},
                {"key": "plan", "type": "person", "operator": "exact", "value": ["pro", "team"]},
            ],
            "rollout_percentage": 12.5,
            "variant": None,
        }
    ]
    assert flag.filters["payloads"] == {"true": '{"theme": "ink"}'}
    shown = browser.get(saved.location).text
    assert "People in “iOS pilot”, whose plan is “pro, team”" in shown
    assert "12.5 %" in shown
    assert "new-editor" in browser.get(at(program)).text


def test_editing_keeps_what_the_form_does_not_show(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    a_flag(work, product=product, key="base")
    depends = {"type": "flag", "key": "base", "operator": "flag_evaluates_to", "value": True}
    flag = a_flag(
        work,
        product=product,
        key="top",
        conditions=[
            {"properties": [depends, person("plan", "pro")], "rollout_percentage": 50, "variant": None}
        ],
    )
    flag.filters = {**flag.filters, "early_exit": True}
    browser = member_client("manager")
    assert "More that was imported stays as it is." in browser.get(at(program, flag, "/edit")).text
    saved = browser.submit(at(program, flag, "/edit"), {"description": "Now described"})
    assert saved.status_code == 303, saved.text
    saved = browser.submit(at(program, flag, "/edit"), {"description": "Described again", "key": "other"})
    assert saved.status_code == 303, saved.text
    flag = queries.flag(work.session, flag.id)
    assert (flag.key, flag.description) == ("top", "Described again")
    assert flag.filters["early_exit"] is True
    assert [prop["type"] for prop in flag.filters["groups"][0]["properties"]] == ["person", "flag"]


def test_everything_wrong_is_said_at_once_and_kept(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    response = member_client("manager").post(
        at(program, rest="/new"),
        data={
            "key": "not a key",
            "runtime": "all",
            "conditions-0-percentage": "140",
            "conditions-0-properties-0-key": "age",
            "conditions-0-properties-0-operator": "gt",
            "conditions-0-properties-0-value": "many",
            "variants-0-key": "a",
            "variants-0-percentage": "60",
            "do": "save",
        },
    )
    assert response.status_code == 422
    for sentence in ("A key is letters", "from 0 to 100", "is not a number", "add up to 100"):
        assert sentence in response.text, sentence
    for typed in ("not a key", "140", "many"):
        assert f'value="{typed}"' in response.text
    assert queries.flags(work.session, product.id) == []


def test_the_kill_switch_is_one_confirmation(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    flag = a_flag(work, product=product, key="new-editor")
    browser = member_client("manager")
    assert 'name="note"' in browser.get(at(program, flag)).text
    browser.submit(at(program, flag), {"note": "It ate a note"}, action="/kill")
    assert queries.flag(work.session, flag.id).is_active is False
    page = browser.get(at(program, flag)).text
    assert "This flag is off for everybody" in page
    assert "It ate a note" in page
    browser.submit(at(program, flag), action="/kill/deletion")
    assert queries.flag(work.session, flag.id).is_active is True


def test_the_page_says_who_gets_it_and_why_somebody_does_not(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    an_enrollment(work, program=program, name="Ana Ruiz", mail="ana@example.com", attributes={"plan": "pro"})
    ben = an_enrollment(work, program=program, name="Ben Okafor", attributes={"plan": "free"})
    flag = a_flag(work, product=product, key="pro", conditions=[{"properties": [person("plan", "pro")]}])
    browser = member_client("viewer")
    page = browser.get(at(program, flag)).text
    assert "<b>1</b> of 2 people" in page
    assert "ana@example.com" in page
    looked_up = browser.get(at(program, flag, "?q=okafor")).text
    assert "No condition fits" in looked_up
    assert "Nobody of the product" in browser.get(at(program, flag, "?q=zzz")).text
    own = browser.get(f"/console/programs/{program.slug}/testers/{encode('enr', ben.id)}/flags").text
    assert "No condition fits" in own
    assert (
        "Flags that are on"
        in browser.get(f"/console/programs/{program.slug}/testers/{encode('enr', ben.id)}").text
    )


def test_who_may_only_look_changes_nothing(
    work: Work, program: Program, product: Product, member_client: Member
) -> None:
    flag = a_flag(work, product=product)
    browser = member_client("analyst")
    assert browser.get(at(program, flag)).status_code == 200
    assert browser.get(at(program, flag, "/edit")).status_code == 403
    assert browser.post(at(program, flag, "/kill")).status_code == 403
    assert queries.flag(work.session, flag.id).is_active is True


def test_a_flag_of_another_product_is_not_on_this_programs_pages(
    work: Work, program: Program, member_client: Member
) -> None:
    flag = a_flag(work)
    assert member_client("owner").get(at(program, flag)).status_code == 404
