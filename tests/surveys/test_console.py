"""Building, publishing, sharing and reading in the console."""

import re
from typing import Any

import orjson
import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries, service
from betaops.surveys.models import Survey, SurveyState
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, a_response, a_survey


def base(program: Program, survey: Survey | None = None) -> str:
    start = f"/console/programs/{program.slug}/surveys"
    return f"{start}/{ids.encode('svy', survey.id)}" if survey else start


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


def test_a_branching_survey_is_built_without_javascript(
    work: Work, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    made = browser.submit(f"{base(program)}/new", {"name": "Onboarding"})
    build = made.location
    for kind, title in (("radiogroup", "Did you finish the tour?"), ("comment", "What stopped you?")):
        assert browser.submit(build, {"kind": kind, "title": title}, action="/elements").status_code == 303
    changed = browser.submit(
        f"{build}?at=0.1",
        {"condition_question": "did_you_finish_the_tour", "condition_operator": "=", "condition_value": "No"},
        action="/element",
    )
    assert changed.status_code == 303
    page = browser.get(changed.location).text
    assert "Shown if “Did you finish the tour?” is No" in page
    published = browser.submit(build.replace("/build", "/publication"), {"note": "First"})
    assert published.status_code == 303
    survey = queries.surveys(work.session, program.id)[0]
    assert (survey.state, survey.live_number) == (SurveyState.OPEN, 1)
    assert survey.draft["pages"][0]["elements"][1]["visibleIf"] == "{did_you_finish_the_tour} = 'no'"


def test_elements_move_over_pages_and_go(work: Work, program: Program, member_client: Any) -> None:
    survey = a_survey(work, program=program, is_published=False)
    browser = member_client("manager")
    browser.post(f"{base(program, survey)}/build/move", data={"at": "0.2", "step": "down"})
    browser.post(f"{base(program, survey)}/build/move", data={"at": "1.0", "step": "down"})
    browser.post(f"{base(program, survey)}/build/removal", data={"at": "0.1"})
    names = [[each["name"] for each in page["elements"]] for page in survey.draft["pages"]]
    assert names == [["used_import"], ["nps", "platforms", "why"]]


def test_a_newer_draft_is_not_saved_over(work: Work, program: Program, member_client: Any) -> None:
    survey = a_survey(work, program=program, is_published=False)
    browser = member_client("manager")
    address = f"{base(program, survey)}/build/element?at=0.0"
    stale = {"version": str(survey.version), "title": "Mine", "choices": "yes\nno"}
    other = {"version": str(survey.version), "title": "Theirs", "choices": "yes\nno"}
    assert browser.post(address, data=other).status_code == 303
    refused = browser.post(address, data=stale)
    assert refused.status_code == 422
    assert "saved a newer version" in refused.text
    assert "Mine</textarea>" in refused.text
    assert survey.draft["pages"][0]["elements"][0]["title"] == "Theirs"


def test_unknown_properties_survive_the_builder(work: Work, program: Program, member_client: Any) -> None:
    definition = {
        "pages": [
            {
                "name": "p",
                "colour": "red",
                "elements": [
                    {
                        "type": "text",
                        "name": "a",
                        "title": {"default": "A", "fr": "Ah"},
                        "customThing": {"x": [1]},
                    }
                ],
            }
        ],
        "zzz": True,
    }
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    browser = member_client("manager")
    browser.submit(f"{base(program, survey)}/build?at=0.0", {"title": "B"}, action="/element")
    element = survey.draft["pages"][0]["elements"][0]
    assert element == {
        "type": "text",
        "name": "a",
        "title": {"default": "B", "fr": "Ah"},
        "customThing": {"x": [1]},
    }
    assert (survey.draft["zzz"], survey.draft["pages"][0]["colour"]) == (True, "red")


def test_problems_keep_it_from_being_published_and_are_named(
    work: Work, program: Program, member_client: Any
) -> None:
    definition = {
        "elements": [
            {"type": "text", "name": "a", "visibleIf": "{b} = "},
            {"type": "radiogroup", "name": "c"},
            {"type": "text", "name": "d", "visibleIf": "{nowhere} = 1 and fly({a})"},
        ]
    }
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    browser = member_client("manager")
    shown = browser.get(f"{base(program, survey)}/publication").text
    for words in (
        "visibleIf of “a” cannot be read",
        "“c” has no answers",
        "{nowhere}, which is not in the survey",
        "fly(), which is not known",
    ):
        assert words in shown
    assert browser.post(f"{base(program, survey)}/publication", data={"note": ""}).status_code == 422
    assert survey.state is SurveyState.DRAFT


def test_a_change_that_past_answers_could_not_bear_is_refused(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program)
    browser = member_client("manager")
    changed = orjson.loads(orjson.dumps(CHECK_IN))
    changed["pages"][1]["elements"][0] = {"type": "text", "name": "nps", "title": "Would you recommend it?"}
    browser.submit(f"{base(program, survey)}/build/json", {"json": orjson.dumps(changed).decode()})
    shown = browser.get(f"{base(program, survey)}/publication").text
    assert "Give it a new name" in shown
    assert browser.post(f"{base(program, survey)}/publication", data={"note": ""}).status_code == 422
    assert survey.live_number == 1


@pytest.mark.parametrize(
    "source", ["{", "[]", "1", '{"a": 1e999}', "[" * 5000, '{"pages":' * 200 + "1" + "}" * 200]
)
def test_json_that_is_no_survey_is_refused_with_its_place_and_kept(
    work: Work, program: Program, member_client: Any, source: str
) -> None:
    survey = a_survey(work, program=program, is_published=False)
    refused = member_client("manager").submit(f"{base(program, survey)}/build/json", {"json": source})
    assert refused.status_code == 422
    assert survey.draft == CHECK_IN


def test_results_show_every_number_with_its_n_and_range(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program)
    for score in (10, 10, 9, 8, 3):
        a_response(
            work,
            survey,
            {
                "used_import": "yes",
                "import_easy": 4,
                "nps": score,
                "why": "Because <b>" if score < 7 else None,
            },
        )
    page = member_client("viewer").get(f"{base(program, survey)}/results").text
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "+40 NPS, n = 5" in text
    assert "Promoters 60% · Passives 20% · Detractors 20%" in text
    assert "4.0 Mean, n = 5" in text
    assert "90% range: " in text
    assert "Because &lt;b&gt;" in page
    assert "<table" in member_client("viewer").get(f"{base(program, survey)}/results?table=1").text


def test_a_question_that_is_no_longer_asked_keeps_its_answers(
    work: Work, program: Program, member_client: Any
) -> None:
    from betaops.surveys import service

    survey = a_survey(work, program=program)
    a_response(work, survey)
    service.edit_draft(work, survey.id, lambda draft: {**draft, "pages": draft["pages"][1:]})
    service.publish(work, survey.id)
    page = member_client("viewer").get(f"{base(program, survey)}/results").text
    assert "No longer asked" in page
    assert "Did you import notes?" in page


def test_a_sheet_keeps_formulas_as_text(work: Work, program: Program, member_client: Any) -> None:
    survey = a_survey(work, program=program)
    place = an_enrollment(work, program=program, name="=cmd()")
    a_response(work, survey, {"used_import": "no", "nps": 2, "why": "=1+1\n@x"}, enrollment=place)
    answer = member_client("manager").get(f"{base(program, survey)}/answers.csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith(
        "response,version,state,door,language,tester,mail,started,finished,Did you import notes?"
    )
    assert "'=1+1" in answer.text
    assert ",'=cmd()," in answer.text


def test_surveys_of_another_workspace_are_not_there(work: Work, program: Program, member_client: Any) -> None:
    from betaops.accounts.models import Workspace

    browser = member_client("owner")
    home = work.workspace_id
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.enter(other.id)
    foreign = a_program(work, name="Elsewhere")
    survey = a_survey(work, program=foreign)
    response = a_response(work, survey)
    work.enter(home)
    own = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    for address in (
        "",
        "/build",
        "/results",
        "/share",
        "/settings",
        "/preview",
        "/publication",
        "/answers.csv",
        f"/responses/{ids.encode('rsp', response.id)}",
    ):
        assert browser.get(own + address).status_code == 404, address
        assert browser.get(own.replace(program.slug, foreign.slug) + address).status_code == 404, address
    for address in ("/build/removal", "/state", "/sending", "/links", "/deletion"):
        assert browser.post(own + address).status_code == 404, address


def test_every_console_page_draws_for_each_role(work: Work, program: Program, member_client: Any) -> None:
    survey = a_survey(work, program=program)
    response = a_response(work, survey)
    pages = [
        "/build",
        "/build?at=0.1",
        "/build?at=9.9",
        "/share",
        "/results",
        "/responses",
        f"/responses/{ids.encode('rsp', response.id)}",
        "/preview",
    ]
    for role in ("owner", "viewer"):
        browser = member_client(role)
        assert browser.get(base(program)).status_code == 200
        for page in pages:
            assert browser.get(base(program, survey) + page).status_code == 200, (role, page)
    assert member_client("viewer").get(f"{base(program, survey)}/settings").status_code == 403
    assert member_client("owner").get(f"{base(program, survey)}/settings").status_code == 200


def test_the_preview_stands_in_frames_of_our_own_pages_only(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program)
    browser = member_client("manager")
    screens = browser.get(f"{base(program, survey)}/screens")
    preview = browser.get(f"{base(program, survey)}/preview")
    assert screens.text.count(f'<iframe src="{base(program, survey)}/preview"') == 2
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in screens.headers["Content-Security-Policy"]


def test_a_preview_walks_through_and_keeps_nothing(work: Work, program: Program, member_client: Any) -> None:
    survey = a_survey(work, program=program, is_published=False)
    browser = member_client("viewer")
    from tests.support.browsers import forms_of

    page = browser.get(f"{base(program, survey)}/preview")
    answers: list[dict[str, str]] = [{"used_import": "no"}, {"nps": "9"}]
    for given in answers:
        form = forms_of(page.text)[-1]
        page = browser.post(form.action, data={**form.fields, **given, "__action": "next"}, csrf=False)
    assert "Thank you" in page.text
    assert queries.count_responses(work.session, survey.id) == 0


def test_sending_mails_a_personal_link_to_each_who_has_not_answered(
    work: Work, program: Program, member_client: Any, run_jobs: Any, outbox: Any, client: Any
) -> None:
    survey = a_survey(work, program=program)
    done = an_enrollment(work, program=program, mail="done@example.com")
    an_enrollment(work, program=program, mail="ana@example.com", name="Ana Ruiz")
    an_enrollment(work, program=program, mail="gone@example.com", state="withdrawn")
    a_response(work, survey, enrollment=done)
    browser = member_client("manager")
    assert browser.submit(f"{base(program, survey)}/share", action="/sending").status_code == 303
    run_jobs()
    letters = [letter for letter in outbox.letters() if letter.kind == "surveys.invitation"]
    assert [letter.to for letter in letters] == ["ana@example.com"]
    address = re.search(r"http://localhost(/s/[\w-]+)", letters[0].text)
    assert address is not None
    assert "Did you import notes?" in client.get(address[1]).text
    run_jobs()
    assert len([letter for letter in outbox.letters() if letter.kind == "surveys.invitation"]) == 1


def test_saving_leads_back_to_what_was_saved_and_says_when(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program, is_published=False)
    browser = member_client("manager")
    saved = browser.submit(f"{base(program, survey)}/build?at=1.1", {"title": "Why?"}, action="/element")
    assert saved.location.endswith("/build?at=1.1#at-1-1")
    assert "Saved just now" in browser.get(saved.location).text


def test_results_of_an_open_survey_look_for_more_by_themselves(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program)
    browser = member_client("manager")
    page = f"{base(program, survey)}/results"
    assert browser.get(page).text.count("data-fresh") == 3
    service.change_state(work, survey.id, SurveyState.CLOSED)
    assert "data-fresh" not in browser.get(page).text
