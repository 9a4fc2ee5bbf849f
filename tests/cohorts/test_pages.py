"""The console's cohort pages, without a script."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from betaops.cohorts import queries
from betaops.cohorts.models import Cohort
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.programs.screener import Kind, Question
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.browsers import Browser, forms_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Member = Callable[..., Browser]


@pytest.fixture
def program(work: Work) -> Program:
    program = a_program(
        work,
        screener=[Question(name="writes", label="How often do you write?", kind=Kind.TEXT, keep_as="habit")],
    )
    for plan in ("pro", "pro", "free"):
        an_enrollment(work, program=program, attributes={"plan": plan}, answers={"writes": "daily"})
    return program


def at(program: Program, rest: str = "") -> str:
    return f"/console/programs/{program.slug}/cohorts{rest}"


def only_cohort(work: Work, program: Program) -> Cohort:
    [found] = queries.cohorts(work.session, program.id)
    return found.cohort


def row(number: int, fact: str = "", depth: int = 1, **fields: str) -> dict[str, str]:
    """One line of the form as it is sent: a condition, or a group where no fact is named."""
    values = {"depth": str(depth), "fact": fact, **fields}
    return {f"parts-{number}-{name}": value for name, value in values.items()}


ROOT = row(0, depth=0, match="all")


def test_a_rule_is_built_with_buttons_and_saved(work: Work, program: Program, member_client: Member) -> None:
    browser = member_client("manager")
    shown = browser.submit(
        at(program, "/new"), {"name": "Pro writers", "pick-": "attribute.plan", "do": "add:"}
    )
    assert shown.status_code == 200
    assert "Pro writers" in shown.text
    assert 'value="attribute.plan"' in shown.text
    assert '<option value="pro"' in shown.text, "values that were seen are offered"
    rows = {
        **row(1, "attribute.plan", operator="is", value="pro"),
        **row(2, "answer.writes", operator="one_of", value="daily, weekly"),
    }
    saved = browser.post(at(program, "/new"), data={"name": "Pro writers", **ROOT, **rows, "do": "save"})
    assert saved.status_code == 303, saved.text
    cohort = only_cohort(work, program)
    assert cohort.rule == {
        "all": [where("attribute.plan", "is", "pro"), where("answer.writes", "one_of", ["daily", "weekly"])]
    }
    page = browser.get(saved.location).text
    assert "How often do you write?" in page
    assert "is one of “daily” or “weekly”" in page
    assert browser.get(at(program)).text.count("Pro writers") >= 1
    edited = browser.submit(f"{saved.location}/edit", {"name": "Daily writers"})
    assert edited.status_code == 303
    assert only_cohort(work, program).name == "Daily writers"
    assert only_cohort(work, program).rule == cohort.rule


def test_parts_come_move_and_go_by_buttons(program: Program, member_client: Member) -> None:
    browser = member_client("manager")
    rows = {
        **row(0, depth=0, match="any"),
        **row(1, "attribute.plan", value="first"),
        **row(2, match="none"),
        **row(3, "attribute.plan", depth=2, value="second"),
        **row(4, "attribute.plan", value="third"),
    }

    def lines(do: str, pick: str = "", chosen: str = "") -> list[tuple[str, str]]:
        data = {"name": "x", **rows, "do": do, f"pick-{pick}": chosen}
        answer = browser.post(at(program, "/new"), data=data)
        assert answer.status_code == 200
        fields = forms_of(answer.text)[-1].fields
        found = []
        while f"parts-{len(found)}-depth" in fields:
            number = len(found)
            words = fields.get(f"parts-{number}-value") or fields.get(f"parts-{number}-match") or ""
            found.append((fields[f"parts-{number}-depth"], words))
        return found

    present = [("0", "any"), ("1", "first"), ("1", "none"), ("2", "second"), ("1", "third")]
    assert lines("preview") == present
    assert lines("down:0") == [("0", "any"), ("1", "none"), ("2", "first"), ("2", "second"), ("1", "third")]
    assert lines("up:2") == [("0", "any"), ("1", "first"), ("1", "none"), ("2", "second"), ("2", "third")]
    assert lines("remove:1") == [("0", "any"), ("1", "first"), ("1", "third")]
    assert lines("double:1") == [*present[:4], *present[2:]]
    assert lines("add-group:1") == [*present[:4], ("2", "any"), present[4]]
    assert lines("add:1", "1", "usage") == [*present[:4], ("2", "1"), present[4]]
    assert lines("add:1", "1", "") == present
    assert lines("remove:99") == lines("up:1.9") == lines("dance:1") == present


def test_every_kind_of_condition_is_typed_and_read_back(
    work: Work, program: Program, member_client: Member
) -> None:
    other = a_cohort(work, program=program, name="Others")
    browser = member_client("manager")
    rows = [
        row(1, "enrollment.state", operator="one_of", ticked="active"),
        row(2, "enrollment.applied_at", operator="in_last_days", days="30"),
        row(3, "enrollment.accepted_at", operator="after", day="2020-01-01"),
        row(4, match="not_all"),
        row(5, "usage", depth=2, name="export opened", operator="at_least", value="2", days="7"),
        row(6, "feedback", depth=2, name="bug", operator="is_not_set"),
        row(7, "cohort", name=encode("coh", other.id), operator="is_not_in"),
        row(8, "sample", operator="at_most", value="50"),
        row(9, "attribute", name="shoe size", operator="at_least", value="42,5"),
    ]
    sent = {"name": "Everything", "do": "save", **ROOT}
    for each in rows:
        sent |= each
    saved = browser.post(at(program, "/new"), data=sent)
    assert saved.status_code == 303, saved.text
    cohort = next(each.cohort for each in queries.cohorts(work.session, program.id) if each.cohort.rule)
    assert cohort.rule is not None
    *parts, sample, shoes = cohort.rule["all"]
    assert parts == [
        where("enrollment.state", "one_of", ["active"]),
        where("enrollment.applied_at", "in_last_days", "30"),
        where("enrollment.accepted_at", "after", "2020-01-01"),
        {
            "not": {
                "all": [
                    {**where("usage.export opened", "at_least", 2), "days": 7},
                    where("feedback.bug", "is_not_set"),
                ]
            }
        },
        where(f"cohort.{encode('coh', other.id)}", "is_not_in"),
    ]
    assert sample["fact"].startswith("sample.")
    assert len(sample["fact"]) > len("sample."), "its seed was made on saving"
    assert shoes == where("attribute.shoe size", "at_least", "42.5")
    page = browser.get(saved.location).text
    for words in (
        "Status is one of “Active”",
        "did “export opened” at least 2 times in the last 7 days",
        "never sent a bug report",
        "is not in “Others”",
        "is among a random 50 %",
        "At least one of these does not hold",
    ):
        assert words in page
    edited = browser.submit(f"{saved.location}/edit", {"description": "All of it"})
    assert edited.status_code == 303, edited.text
    again = queries.cohort_by_id(work.session, cohort.id)
    assert (again.description, again.rule) == ("All of it", cohort.rule)


def test_a_rule_deeper_than_the_form_builds_is_shown_and_kept(
    work: Work, program: Program, member_client: Member
) -> None:
    leaf = where("attribute.plan", "is", 12)
    rule = {"all": [{"any": [{"all": [{"any": [{"not": leaf}, leaf]}, leaf]}, leaf]}]}
    cohort = a_cohort(work, program=program, rule=rule)
    browser = member_client("manager")
    answer = browser.submit(at(program, f"/{encode('coh', cohort.id)}/edit"), {"name": "Renamed"})
    assert answer.status_code == 303
    again = queries.cohort_by_id(work.session, cohort.id)
    assert (again.name, again.rule) == ("Renamed", rule)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (row(1, "attribute.seats", operator="at_least", value="many"), "Write a number, like 12 or 3.5."),
        (row(1, "usage", operator="at_least", value="2"), "Say what they did in the product."),
        (row(1, "cohort", operator="is_in"), "Choose a cohort."),
        (row(1, "enrollment.state", operator="one_of"), "Give at least one value"),
        (row(1, "enrollment.applied_at", operator="before", day="soon"), "Write a date like"),
        (row(1, "attribute.plan", operator="matches", value="(?=a)"), "every SDK understands"),
        (row(1, depth=7, match="all"), "Add at least one condition."),
    ],
)
def test_a_wrong_row_says_so_beside_it_and_keeps_what_was_typed(
    work: Work, program: Program, member_client: Member, wrong: dict[str, str], sentence: str
) -> None:
    data = {"name": "Seats", **ROOT, **wrong, "do": "save"}
    response = member_client("manager").post(at(program, "/new"), data=data)
    assert response.status_code == 422
    assert sentence in response.text
    for typed in (wrong.get("parts-1-value"), wrong.get("parts-1-day")):
        assert typed is None or f'value="{typed}"' in response.text
    assert queries.cohorts(work.session, program.id) == []


@pytest.mark.parametrize(
    "data", [{}, {"parts-0-depth": "9"}, row(5, "attribute.plan", depth=0), row(0, "usage")]
)
def test_a_form_that_nobody_drew_is_refused_not_broken(
    program: Program, member_client: Member, data: dict[str, str]
) -> None:
    browser = member_client("manager")
    for do in ("save", "add:", "down:", "double:0"):
        answer = browser.post(
            at(program, "/new"), data={"name": "x", "do": do, "pick-": "attribute.plan", **data}
        )
        assert answer.status_code in (200, 422)


def test_a_circle_of_cohorts_is_refused_by_its_names(
    work: Work, program: Program, member_client: Member
) -> None:
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    best = a_cohort(
        work, program=program, name="Best", rule=where(f"cohort.{encode('coh', pros.id)}", "is_in")
    )
    wrong = row(1, "cohort", name=encode("coh", best.id), operator="is_in")
    answer = member_client("manager").post(
        at(program, f"/{encode('coh', pros.id)}/edit"), data={"name": "Pros", "version": "1", **ROOT, **wrong}
    )
    assert answer.status_code == 422
    assert "“Pros” → “Best” → “Pros”" in answer.text


def test_the_preview_follows_the_form(program: Program, member_client: Member) -> None:
    query = {**ROOT, **row(1, "attribute.plan", operator="is", value="pro")}
    browser = member_client("viewer")
    assert "<b>2</b> of 3 people fit" in browser.get(at(program, "/preview"), query_string=query).text
    never = row(2, "usage", name="export opened", operator="at_least", value="1", days="7")
    emptied = browser.get(at(program, "/preview"), query_string={**query, **never}).text
    assert "Nobody passes this condition: did “export opened” at least 1 time in the last 7 days" in emptied
    free = row(2, "attribute.plan", operator="is", value="free")
    emptied = browser.get(at(program, "/preview"), query_string={**query, **free}).text
    assert "Nobody is left behind this condition: plan is “free”" in emptied
    half = browser.get(
        at(program, "/preview"), query_string={**ROOT, **row(1, "sample", operator="at_most", value="100")}
    )
    assert "<b>3</b> of 3 people fit" in half.text, "a sample is drawn before its seed is made"
    assert "Complete the conditions" in browser.get(at(program, "/preview"), query_string=ROOT).text


def test_people_are_found_added_and_taken_out(work: Work, program: Program, member_client: Member) -> None:
    ana = an_enrollment(work, program=program, name="Ana Ruiz", mail="ana@example.com")
    cohort = a_cohort(work, program=program, name="Hand-picked")
    browser = member_client("manager")
    address = at(program, f"/{encode('coh', cohort.id)}")
    assert "Nobody is in this cohort yet" in browser.get(address).text
    found = browser.get(f"{address}?add=RUIZ")
    assert "ana@example.com" in found.text
    browser.post(f"{address}/members", data={"ids": [encode("tst", ana.tester_id)]})
    page = browser.get(address).text
    assert "Ana Ruiz" in page
    assert "came in" in page
    browser.post(f"{address}/members/removal", data={"ids": [encode("tst", ana.tester_id)]})
    assert queries.size(work.session, cohort.id) == 0


def test_a_stale_page_says_who_saved_and_keeps_what_was_typed(
    work: Work, program: Program, member_client: Member
) -> None:
    cohort = a_cohort(work, program=program, name="First")
    address = at(program, f"/{encode('coh', cohort.id)}/edit")
    browser = member_client("manager")
    browser.post(address, data={"name": "Second", "version": "1"})
    stale = browser.post(address, data={"name": "Third", "version": "1"})
    assert stale.status_code == 422
    assert "Manager saved a newer version" in stale.text
    assert 'value="Third"' in stale.text
    assert only_cohort(work, program).name == "Second"


def test_a_stale_page_of_a_rule_says_what_the_newer_rule_is(
    work: Work, program: Program, member_client: Member
) -> None:
    cohort = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    address = at(program, f"/{encode('coh', cohort.id)}/edit")
    browser = member_client("manager")

    def saved(plan: str) -> TestResponse:
        rows = {**ROOT, **row(1, "attribute.plan", operator="is", value=plan)}
        return browser.post(address, data={"name": "Pros", "version": "1", **rows})

    assert saved("free").status_code == 303
    stale = saved("trial")
    assert stale.status_code == 422
    assert "Manager saved a newer version" in stale.text
    assert "Theirs: Rule" in stale.text
    assert only_cohort(work, program).rule == {"all": [where("attribute.plan", "is", "free")]}


def test_who_may_only_look_changes_nothing(work: Work, program: Program, member_client: Member) -> None:
    cohort = a_cohort(work, program=program, name="First")
    browser = member_client("viewer")
    address = at(program, f"/{encode('coh', cohort.id)}")
    assert "First" in browser.get(address).text
    assert "Edit" not in browser.get(address).text
    assert browser.get(f"{address}/edit").status_code == 403
    assert browser.post(f"{address}/deletion").status_code == 403


def test_the_testers_list_is_narrowed_to_a_cohort(
    work: Work, program: Program, member_client: Member
) -> None:
    a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    cohort = only_cohort(work, program)
    page = member_client("viewer").get(
        f"/console/programs/{program.slug}/testers", query_string={"cohort": encode("coh", cohort.id)}
    )
    assert page.status_code == 200
    assert page.text.count("@example.com") == 2


def test_a_snapshot_is_a_button_away(work: Work, program: Program, member_client: Member) -> None:
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    page = at(program, f"/{encode('coh', pros.id)}")
    browser = member_client("manager")
    assert "Keep a snapshot" in browser.get(page).text
    answer = browser.post(f"{page}/snapshot")
    assert answer.status_code == 303
    copy = browser.get(answer.location).text
    assert "holds the people of this moment" in copy
    assert "Keep a snapshot" not in copy, "one picked by hand moves by hand alone"
    assert member_client("viewer").post(f"{page}/snapshot").status_code == 403
