"""The console's pages of products and programs, as members use them."""

from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.db import Database
from betaops.kernel.work import Work
from betaops.programs import queries, service
from betaops.programs.models import Phase, Program
from betaops.programs.screener import Kind, Question
from tests.factories.programs import a_product, a_program
from tests.support.queries import counted

PLATFORM = Question(
    name="platform", label="Where?", kind=Kind.CHOICE, options=("iOS", "Web"), keep_as="platform"
)
ADULT = Question(name="adult", label="18 or older?", kind=Kind.YESNO, knock_out=("no",))


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, screener=[PLATFORM, ADULT])


@pytest.fixture
def base(program: Program) -> str:
    return f"/console/programs/{program.slug}/settings"


def test_without_a_product_the_first_step_is_the_product(member_client: Any) -> None:
    browser = member_client("owner")
    assert "Start with your product" in browser.get("/console/programs").text
    assert browser.get("/console/programs/new").headers["Location"] == "/console/products/new"


def test_a_product_is_made_and_its_secret_shown_once(work: Work, member_client: Any) -> None:
    browser = member_client("manager")
    page = browser.submit(
        "/console/products/new", {"name": "Aurora Notes", "origins": "https://app.example.com"}
    )
    product = queries.product_by_slug(work.session, "aurora-notes")
    key = page.text.partition('value="bos_')[2].partition('"')[0]
    assert queries.product_by_secret_key(work.session, "bos_" + key) is product
    shown = browser.get("/console/products/aurora-notes")
    assert "bos_" not in shown.text
    assert product.project_key in shown.text
    assert "api_host" in shown.text


def test_a_bad_origin_is_said_on_its_field_and_kept(member_client: Any) -> None:
    page = member_client("owner").submit(
        "/console/products/new", {"name": "Aurora", "origins": "app.example.com"}
    )
    assert page.status_code == 422
    assert "is not an origin" in page.text
    assert "app.example.com</textarea>" in page.text


def test_a_new_secret_key_ends_the_old_one(work: Work, member_client: Any) -> None:
    product, old = service.create_product(work, name="Aurora")
    page = member_client("owner").post(f"/console/products/{product.slug}/secret-key")
    assert page.status_code == 201
    assert old not in page.text
    work.session.refresh(product)
    assert "bos_" in page.text


@pytest.mark.parametrize("template", ["closed_beta", "open_beta", "customer_pilot"])
def test_a_program_starts_from_a_template(work: Work, member_client: Any, template: str) -> None:
    product = a_product(work)
    browser = member_client("owner")
    answer = browser.submit(
        "/console/programs/new",
        {"template": template, "product": ids.encode("prd", product.id), "name": "Two", "codename": "Heron"},
    )
    assert answer.headers["Location"] == "/console/programs/heron/settings"
    page = browser.get(answer.headers["Location"]).text
    assert "Missing" in page
    assert "An agreement is published" in page


def test_what_was_typed_stays_when_a_program_cannot_be_made(work: Work, member_client: Any) -> None:
    a_product(work)
    page = member_client("owner").submit(
        "/console/programs/new", {"template": "open_beta", "name": "", "codename": "Heron"}
    )
    assert page.status_code == 422
    assert "Give it a name." in page.text
    assert 'value="Heron"' in page.text


def test_a_phase_change_says_first_what_it_means(
    work: Work, base: str, program: Program, member_client: Any
) -> None:
    browser = member_client("owner")
    page = browser.get(f"{base}/phase/running")
    assert "counts as running" in page.text
    work.session.refresh(program)
    assert program.phase is Phase.RECRUITING
    browser.submit(f"{base}/phase/running", {"note": "Let us go"})
    work.session.refresh(program)
    assert program.phase is Phase.RUNNING
    assert "Let us go" in browser.get(base).text


def test_a_phase_that_cannot_follow_is_not_offered(
    base: str, member_client: Any, work: Work, program: Program
) -> None:
    browser = member_client("owner")
    assert browser.get(f"{base}/phase/archived").headers["Location"] == base
    assert browser.get(f"{base}/phase/nonsense").status_code == 404
    page = browser.post(f"{base}/phase/archived", data={"phase": "archived"})
    assert page.status_code == 422
    work.session.refresh(program)
    assert program.phase is Phase.RECRUITING


def test_red_in_the_checklist_keeps_from_recruiting(work: Work, member_client: Any) -> None:
    program = a_program(work, phase=Phase.DRAFT, with_agreement=False)
    page = member_client("owner").submit(f"/console/programs/{program.slug}/settings/phase/recruiting")
    assert page.status_code == 422
    assert "It cannot recruit yet. Publish the agreement that testers accept." in page.text


@pytest.mark.parametrize(
    ("tab", "data", "shown"),
    [
        ("story", {"title": "A new headline"}, "A new headline"),
        ("goals", {"hypothesis": "More of it"}, "More of it"),
        ("schedule", {"capacity": "77"}, 'value="77"'),
    ],
)
def test_each_tab_saves_what_it_shows(
    base: str, member_client: Any, tab: str, data: dict[str, str], shown: str
) -> None:
    browser = member_client("manager")
    assert browser.submit(f"{base}/{tab}", data).status_code == 303
    assert shown in browser.get(f"{base}/{tab}").text


def test_a_story_has_at_most_five_lines(base: str, member_client: Any) -> None:
    page = member_client("owner").submit(f"{base}/story", {"lines": "1\n2\n3\n4\n5\n6"})
    assert page.status_code == 422
    assert "At most 5 lines" in page.text


def test_a_stale_tab_says_who_saved_what_and_keeps_what_was_typed(
    work: Work, base: str, program: Program, member_client: Any
) -> None:
    browser = member_client("owner")
    seen = program.version
    browser.submit(f"{base}/schedule", {"capacity": "50"})
    fields = {
        "starts_on": str(program.starts_on),
        "ends_on": str(program.ends_on),
        "capacity": "60",
        "version": str(seen),
    }
    page = browser.post(f"{base}/schedule", data=fields)
    assert page.status_code == 422
    assert "Owner saved a newer version" in page.text
    assert "Theirs: Seats" in page.text
    assert 'value="60"' in page.text
    assert f'value="{seen + 1}"' in page.text


def test_fewer_seats_than_are_taken_are_refused_with_a_sentence(
    work: Work, base: str, program: Program, member_client: Any
) -> None:
    service.take_seats(work, program.id, 5)
    page = member_client("owner").submit(f"{base}/schedule", {"capacity": "4"})
    assert page.status_code == 422
    assert "5 seats are taken" in page.text


def test_the_screener_is_edited_without_javascript(
    work: Work, base: str, program: Program, member_client: Any
) -> None:
    browser = member_client("owner")
    page = f"{base}/screener"
    moved = browser.submit(page, {"act": "down:0"})
    assert moved.status_code == 200
    assert moved.text.index("18 or older?") < moved.text.index('value="Where?"')
    assert "Not saved yet" in moved.text
    work.session.refresh(program)
    assert [item["name"] for item in program.screener] == ["platform", "adult"]
    added = browser.submit(page, {"act": "add"})
    assert 'name="questions-2-label"' in added.text
    removed = browser.submit(page, {"act": "remove:0"})
    assert 'value="Where?"' not in removed.text
    fields = {
        "questions-0-label": "18 or older?",
        "questions-0-kind": "yesno",
        "questions-0-name": "adult",
        "questions-0-required": "y",
        "questions-0-knock_out": "no",
        "questions-1-label": "Which tools?",
        "questions-1-kind": "choices",
        "questions-1-options": "Pen\nApp\n",
        "questions-2-label": "",
        "version": str(program.version),
    }
    assert browser.post(page, data=fields).status_code == 303
    work.session.refresh(program)
    found = queries.questions(program)
    assert [(question.name, question.required) for question in found] == [
        ("adult", True),
        ("which_tools", False),
    ]
    assert found[1].options == ("Pen", "App")


@pytest.mark.parametrize("act", ["up:99", "remove:x", "down:", "", "explode:1", "up:-1"])
def test_nonsense_for_the_screener_changes_nothing(
    base: str, program: Program, work: Work, member_client: Any, act: str
) -> None:
    page = member_client("owner").submit(f"{base}/screener", {"act": act})
    assert page.status_code == 200
    assert 'value="Where?"' in page.text


def test_a_faulty_question_is_said_where_it_stands(base: str, program: Program, member_client: Any) -> None:
    page = member_client("owner").submit(
        f"{base}/screener", {"questions-0-options": "Only one", "questions-1-knock_out": "maybe"}
    )
    assert page.status_code == 422
    assert "Give at least two answers" in page.text
    assert "is not one of the answers" in page.text
    assert "Only one</textarea>" in page.text


def test_an_agreement_is_drafted_published_and_kept(
    work: Work, base: str, program: Program, member_client: Any
) -> None:
    browser = member_client("owner")
    page = f"{base}/agreement"
    browser.submit(page, {"markdown": "# New words\n<script>alert(1)</script>"}, action="")
    shown = browser.get(page).text
    assert "Publish agreement 2" in shown
    assert "<script>alert" not in shown
    browser.post(f"{page}/publication")
    assert "New words" in browser.get(f"{page}/2").text
    assert "New words" not in browser.get(f"{page}/1").text
    assert browser.get(f"{page}/3").status_code == 404
    browser.submit(page, {"markdown": "Third"}, action="")
    assert browser.get(f"{page}/3").status_code == 404
    browser.post(f"{page}/draft/deletion")
    assert [row.number for row in queries.agreements(work.session, program.id)] == [2, 1]


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_may_only_look_reads_the_set_up_and_changes_nothing(
    base: str, program: Program, work: Work, member_client: Any, role: str
) -> None:
    browser = member_client(role)
    page = browser.get(base)
    assert page.status_code == 200
    assert "/settings/story" not in page.text
    assert "/phase/" not in page.text
    for path in (
        "story",
        "screener",
        "schedule",
        "goals",
        "agreement",
        "agreement/publication",
        "phase/running",
    ):
        assert browser.post(f"{base}/{path}").status_code == 403
    assert browser.post("/console/products/new").status_code == 403


def test_security_2_a_program_of_another_workspace_is_not_there(work: Work, member_client: Any) -> None:
    from betaops.accounts.models import Workspace

    browser = member_client("owner")
    mine = work.workspace_id
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.enter(other.id)
    foreign = a_program(work)
    product = queries.product(work.session, foreign.product_id)
    work.enter(mine)
    for slug in (foreign.slug, "never-was"):
        for path in (
            "",
            "/story",
            "/screener",
            "/agreement",
            "/agreement/1",
            "/schedule",
            "/goals",
            "/phase/running",
        ):
            assert browser.get(f"/console/programs/{slug}/settings{path}").status_code == 404
        for path in ("/story", "/phase/running", "/agreement/publication", "/agreement/draft/deletion"):
            assert browser.post(f"/console/programs/{slug}/settings{path}").status_code == 404
    for slug in (product.slug, "never-was"):
        assert browser.get(f"/console/products/{slug}").status_code == 404
        assert browser.post(f"/console/products/{slug}/secret-key").status_code == 404


def test_archived_programs_are_out_of_the_way_and_readable(work: Work, member_client: Any) -> None:
    program = a_program(work, name="Long gone", phase=Phase.ARCHIVED)
    browser = member_client("owner")
    assert "Long gone" not in browser.get("/console/programs").text
    assert "Long gone" in browser.get("/console/programs?archived=1").text
    assert "is archived" in browser.get(f"/console/programs/{program.slug}/settings").text
    page = browser.submit(f"/console/programs/{program.slug}/settings/goals", {"goals": "New"})
    assert page.status_code == 422
    assert "stays as it was" in page.text


def test_lists_cost_the_same_for_many_as_for_few(work: Work, member_client: Any, database: Database) -> None:
    browser = member_client("owner")
    product = a_product(work)
    costs = []
    for _ in range(2):
        a_program(work, product=product)
        for path in ("/console/programs", "/console/products"):
            browser.get(path)
            with counted(database) as statements:
                assert browser.get(path).status_code == 200
            costs.append(len(statements))
        for _ in range(5):
            a_program(work, product=product)
    assert costs[:2] == costs[2:]
    assert max(costs) <= 15


@pytest.mark.parametrize(("tab", "field"), [("schedule", "capacity"), ("story", "minutes_per_week")])
def test_a_number_of_four_hundred_digits_is_refused_in_place(
    work: Work, member_client: Any, tab: str, field: str
) -> None:
    program = a_program(work)
    answer = member_client("manager").submit(
        f"/console/programs/{program.slug}/settings/{tab}", {field: "9" * 400}
    )
    assert answer.status_code == 422
    assert "Not a valid integer value" in answer.text
