"""Translating a survey in the console, and reading it in one's own language."""

from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys.models import Survey
from tests.factories.programs import a_program
from tests.factories.surveys import a_public_link, a_survey


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program, is_published=False)


@pytest.fixture
def page(program: Program, survey: Survey) -> str:
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/translations"


def test_a_language_is_added_and_a_text_translated(survey: Survey, page: str, member_client: Any) -> None:
    browser = member_client("manager")
    chosen = browser.submit(page, {"language": "ar"}, action="/language")
    assert chosen.location.endswith("?language=ar")
    assert 'dir="rtl"' in browser.get(chosen.location).text
    saved = browser.submit(chosen.location, {"text-title": "أسبوعي"}, action="/translations")
    assert saved.status_code == 303
    assert survey.draft["title"]["ar"] == "أسبوعي"
    assert "1 of" in browser.get(saved.location).text


def test_publishing_names_the_languages_in_which_something_is_missing(page: str, member_client: Any) -> None:
    browser = member_client("manager")
    publication = page.replace("/translations", "/publication")
    assert "Not everything is translated" not in browser.get(publication).text
    browser.submit(f"{page}?language=fr", {"text-title": "Un"}, action="/translations")
    shown = browser.get(publication).text
    assert "Not everything is translated" in shown
    assert f'{page}?language=fr">French</a>' in shown
    assert browser.submit(publication).status_code == 303


def test_what_somebody_else_saved_meanwhile_is_not_lost_and_what_was_typed_stays(
    survey: Survey, page: str, member_client: Any
) -> None:
    browser = member_client("manager")
    french = f"{page}?language=fr"
    version = survey.version
    browser.submit(french, {"text-title": "Premier"}, action="/translations")
    refused = browser.post(french, data={"text-title": "Second", "version": str(version)})
    assert (refused.status_code, survey.draft["title"]["fr"]) == (422, "Premier")
    assert "Second" in refused.text


def test_statement_2_another_programs_survey_is_not_there(
    work: Work, program: Program, page: str, member_client: Any
) -> None:
    elsewhere = page.replace(program.slug, a_program(work, name="Another").slug)
    browser = member_client("manager")
    for path in ("", "/language", "/removal"):
        assert browser.post(f"{elsewhere}{path}", data={"language": "ar"}).status_code == 404


def test_a_language_is_removed_and_an_unknown_one_is_not_begun(
    survey: Survey, page: str, member_client: Any
) -> None:
    browser = member_client("manager")
    title = survey.draft["title"]
    browser.submit(f"{page}?language=fr", {"text-title": "Un"}, action="/translations")
    assert browser.post(f"{page}/removal", data={"language": "fr"}).status_code == 303
    assert survey.draft["title"] == title
    assert "<textarea" not in browser.get(f"{page}?language=klingon").text
    assert browser.post(f"{page}/language", data={"language": "klingon"}).location.endswith("/translations")


def test_readers_get_their_language_and_its_direction(work: Work, client: Any) -> None:
    definition = {
        "pages": [
            {
                "name": "p",
                "elements": [{"type": "text", "name": "q", "title": {"default": "Name?", "ar": "الاسم؟"}}],
            }
        ]
    }
    survey = a_survey(work, definition=definition)
    link = a_public_link(work, survey)
    work.session.commit()
    arabic, german = client.get(f"/s/{link}?lang=ar").text, client.get(f"/s/{link}?lang=de").text
    assert '<div lang="ar" dir="rtl" class="survey-page">' in arabic
    assert "الاسم؟" in arabic
    assert '<div class="survey-page">' in german
    assert ">العربية</a>" in german


def test_the_last_pages_run_the_way_of_the_language_too(work: Work, client: Any) -> None:
    definition = {
        "completedHtml": {"default": "<p>Thanks</p>", "ar": "<p>شكرا</p>"},
        "showPreviewBeforeComplete": True,
        "pages": [{"name": "p", "elements": [{"type": "text", "name": "q"}]}],
    }
    link = a_public_link(work, a_survey(work, definition=definition))
    work.session.commit()
    page = f"/s/{link}?lang=ar"
    sent = client.submit(page, {"q": "x", "__action": "next", "__on": "q"})
    review = client.get(sent.location)
    assert '<div lang="ar" dir="rtl" class="survey-page">' in review.text
    done = client.submit(sent.location, {"__action": "complete"})
    assert '<div class="prose" lang="ar" dir="rtl"><p>شكرا</p></div>' in client.get(done.location).text


def test_the_language_of_the_original_is_said_once_and_named_to_who_answers(
    work: Work, program: Program, member_client: Any, client: Any
) -> None:
    title = {"default": "How was it?", "de": "Wie war es?"}
    survey = a_survey(
        work, program=program, definition={"elements": [{"type": "text", "name": "how", "title": title}]}
    )
    address = f"/s/{a_public_link(work, survey)}"
    assert "Original</" in client.get(address).text
    own = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    browser = member_client("manager")
    assert browser.submit(f"{own}/build", {"language": "en"}, action="/element").status_code == 303
    assert survey.draft["locale"] == "en"
    assert '<option selected value="en">English</option>' in browser.get(f"{own}/build").text
    assert browser.submit(f"{own}/publication").status_code == 303
    shown = client.get(address).text
    assert "Original</" not in shown
    assert "English</" in shown


def test_a_language_that_nobody_knows_changes_nothing_and_one_of_a_file_stays(
    work: Work, program: Program, member_client: Any
) -> None:
    element = {"type": "text", "name": "how"}
    survey = a_survey(work, program=program, definition={"locale": "gsw", "elements": [element]})
    build = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/build"
    browser = member_client("manager")
    assert browser.submit(build, {"title": "Again"}, action="/element").status_code == 303
    assert (survey.draft["title"], survey.draft["locale"]) == ("Again", "gsw")
    assert browser.submit(build, {"language": "no such"}, action="/element").status_code == 303
    assert survey.draft["locale"] == "gsw"
    assert browser.submit(build, {"language": ""}, action="/element").status_code == 303
    assert "locale" not in survey.draft
