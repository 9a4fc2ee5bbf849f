"""Surveys with arms as people see them: those who answer, and those who ask."""

import re
from collections import Counter
from typing import Any

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import links, queries, respond
from betaops.surveys.models import LinkKind, Survey
from tests.factories.surveys import SHORT, TWO_WORDINGS, a_public_link, a_survey, an_armed_survey
from tests.support.browsers import Browser
from tests.surveys.test_arms import taken


def test_looking_at_the_address_puts_nobody_anywhere(work: Work, client: Browser) -> None:
    survey = an_armed_survey(work)
    token = a_public_link(work, survey)
    work.session.commit()
    page = client.get(f"/s/{token}")
    assert "Two wordings" in page.text
    assert "Would you buy" not in page.text
    assert taken(work, survey) == {"tin": 0, "box": 0}
    seen = Counter(_walked(client, token, f"{at:032x}") for at in range(4))
    work.session.expire_all()
    assert seen == {"tin": 2, "box": 2}
    assert taken(work, survey) == {"tin": 2, "box": 2}


def _walked(client: Browser, token: str, key: str) -> str:
    """Begun, looked at twice, answered; gives the arm that the page spoke of."""
    begun = client.post(f"/s/{token}?fill.buy=yes", data={"__action": "begin", "__submission": key})
    address = begun.headers["Location"]
    assert "fill.buy=yes" in address
    pages = [client.get(address).text for _ in range(2)]
    arms = {re.search(r"Would you buy (\w+)\?", page)[1] for page in pages}  # type: ignore[index]  # asserted by it
    assert len(arms) == 1
    is_hidden = {'name="__on" value="why" disabled' in page for page in pages}
    assert is_hidden == {arms != {"tin"}}
    sent = client.post(
        address.partition("?")[0],
        data={"__page": "0", "__submission": key, "__on": ["buy", "why"], "buy": "yes", "__action": "next"},
    )
    assert sent.status_code == 303
    return arms.pop()


def test_a_survey_with_a_start_page_begins_with_that(work: Work, client: Browser) -> None:
    definition = {
        "firstPageIsStartPage": True,
        "pages": [{"elements": [{"type": "html", "name": "hello", "html": "Hello you"}]}, *TWO_WORDINGS["pages"]],
    }  # fmt: skip
    survey = an_armed_survey(work, definition=definition)
    token = a_public_link(work, survey)
    work.session.commit()
    assert "Hello you" in client.get(f"/s/{token}").text
    sent = client.post(f"/s/{token}", data={"__page": "0", "__submission": "a" * 32, "__action": "next"})
    assert re.search(r"Would you buy (tin|box)\?", client.get(sent.headers["Location"]).text)
    work.session.expire_all()
    assert sorted(taken(work, survey).values()) == [0, 1]


def test_a_trial_chooses_its_arm(work: Work, client: Browser) -> None:
    survey = an_armed_survey(work)
    token = links.public_link(work, survey.id, kind=LinkKind.TEST).token
    work.session.commit()
    assert ">box</option>" in client.get(f"/s/{token}").text
    sent = client.post(f"/s/{token}", data={"__action": "begin", "__arm": "box", "__submission": "b" * 32})
    assert "Would you buy box?" in client.get(sent.headers["Location"]).text


def test_the_preview_shows_one_arm_after_the_other(work: Work, program: Program, member_client: Any) -> None:
    survey = an_armed_survey(work, program=program)
    member, address = member_client("manager"), _console(program, survey, "preview")
    assert "Would you buy tin?" in member.get(address).text
    assert "Would you buy box?" in member.get(f"{address}?__arm=box").text
    assert "Would you buy tin?" in member.get(f"{address}?__arm=jar").text


def test_arms_are_made_changed_and_taken_away_in_the_settings(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program)
    member, address = member_client("manager"), _console(program, survey, "arms")
    assert member.submit(address, {"name": "Tin", "weight": "2"}).status_code == 303
    assert member.submit(address, {"name": "Box", "weight": "1"}).status_code == 303
    refused = member.submit(address, {"name": "tin", "weight": "1"})
    assert refused.status_code == 422
    assert "Another arm of this survey has this name." in refused.text
    assert member.submit(address, {"name": "x", "weight": "0"}).status_code == 422
    box = queries.arms(work.session, survey.id)[1]
    assert member.post(f"{address}/{box.id}", data={"name": "Bag", "weight": "1"}).status_code == 303
    assert "Bag" in member.get(_console(program, survey, "settings")).text
    assert member.post(f"{address}/{box.id}/deletion").status_code == 303
    respond.submit(work, survey, {"used_import": "no", "nps": 9}, submission_key="one")
    page = member.get(address).text
    assert "The arms stay as they are" in page
    assert "Add the arm" in page
    assert [each.name for each in queries.arms(work.session, survey.id)] == ["Tin"]


def test_arms_of_another_survey_are_not_there(work: Work, program: Program, member_client: Any) -> None:
    survey, other = an_armed_survey(work, program=program), a_survey(work, program=program)
    arm = queries.arms(work.session, survey.id)[0]
    member = member_client("manager")
    assert member.get(f"{_console(program, other, 'arms')}/{arm.id}").status_code == 404


def test_results_cross_a_question_with_the_arm(work: Work, program: Program, member_client: Any) -> None:
    survey = an_armed_survey(work, program=program)
    for at in range(6):
        respond.submit(work, survey, {}, submission_key=f"k{at}")
    for at in range(12):
        respond.submit(work, survey, {"buy": "yes" if at < 9 else "no"}, submission_key=f"key{at}")
    member = member_client("manager")
    buy = next(row.id for row in queries.survey_questions(work.session, survey.id) if row.name == "buy")
    for down, across in ((f"{buy}:", "arm"), ("arm", f"{buy}:")):
        page = member.get(f"{_console(program, survey, 'results/crosstab')}?down={down}&across={across}").text
        assert "12 people answered both." in page
        found = re.search(r'href="([^"]*responses[^"]*arm=tin[^"]*)"[^>]*>(\d+)<', page)
        assert found is not None
        behind = member.get(found[1].replace("&amp;", "&")).text
        assert f"{found[2]} of 18 complete responses" in behind or f">{found[2]}<" in behind
    page = member.get(f"{_console(program, survey, 'results')}?arm=tin").text
    assert "9 of 18 complete responses" in page
    assert "across=arm" in page


def test_the_builder_asks_for_the_arm_in_conditions(work: Work, program: Program, member_client: Any) -> None:
    survey = an_armed_survey(work, program=program)
    member, address = member_client("manager"), _console(program, survey, "build")
    changed = member.submit(
        f"{address}?at=0.0",
        {"condition_question": "__arm", "condition_operator": "=", "condition_value": "box"},
        action="/element",
    )
    assert changed.status_code == 303
    work.session.refresh(survey)
    assert survey.draft["pages"][0]["elements"][0]["visibleIf"] == "{__arm} = 'box'"
    assert "Shown if the arm is box" in member.get(address).text
    plain = a_survey(work, program=program)
    assert "__arm" not in member.get(f"{_console(program, plain, 'build')}?at=0.0").text


def test_the_api_tells_the_arm(work: Work, client: Browser) -> None:
    survey, plain = an_armed_survey(work), a_survey(work, definition=SHORT)
    row, key = keys.create_key(work, "test", {Permission.RESPONSES_WRITE, Permission.SURVEYS_READ})
    row.last_used_at = work.now
    work.session.commit()
    told = [
        _sent(client, key, each, {"buy": "yes"} if each is survey else {"nps": 9}) for each in (survey, plain)
    ]
    assert told[0]["arm"] in ("tin", "box")
    assert told[1]["arm"] is None
    assert sum(each.taken for each in queries.arms(work.session, survey.id)) == 1


def _sent(client: Browser, key: str, survey: Survey, answers: dict[str, Any]) -> dict[str, Any]:
    address = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/responses"
    sent = client.post(
        address,
        json={"submission_key": "one", "answers": answers},
        headers={"Authorization": f"Bearer {key}"},
        csrf=False,
    )
    assert sent.status_code == 201
    return sent.json  # type: ignore[no-any-return]  # an object


def _console(program: Program, survey: Survey, page: str) -> str:
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/{page}"
