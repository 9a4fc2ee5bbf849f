"""Public links: a PIN on a page of its own, a window, a limit; closed doors say so plainly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.work import Work
from betaops.surveys import links, queries, service
from betaops.surveys.models import Survey, SurveyLink
from tests.conftest import BEGINNING
from tests.factories.surveys import a_response, a_survey
from tests.support.browsers import Browser
from tests.support.clock import Clock


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work)


@pytest.fixture
def link(work: Work, survey: Survey) -> SurveyLink:
    return links.public_link(work, survey.id)


def change(work: Work, link: SurveyLink, **values: Any) -> SurveyLink:
    wanted = {"starts_at": None, "ends_at": None, "response_limit": None, **values}
    return links.change_link(work, link.id, survey_id=link.survey_id, **wanted)


def test_a_pin_is_asked_for_before_anything_is_shown(work: Work, client: Browser, link: SurveyLink) -> None:
    change(work, link, pin="4711x")
    address = f"/s/{link.token}"
    asked = client.get(address)
    assert 'name="pin"' in asked.text
    assert "Did you import notes?" not in asked.text
    assert client.post(address, data={"__action": "next", "used_import": "no"}, csrf=False).status_code == 200
    assert queries.count_responses(work.session, link.survey_id) == 0
    wrong = client.submit(address, {"pin": "0000"}, action="pin")
    assert wrong.status_code == 422
    assert "This is not the PIN." in wrong.text
    right = client.submit(address, {"pin": "4711x"}, action="pin")
    shown = client.get(right.location)
    assert "Did you import notes?" in shown.text
    assert "Set-Cookie" not in right.headers
    sent = client.submit(right.location, {"used_import": "no", "__action": "next"})
    assert sent.status_code == 303
    # On the way nothing is asked for again.
    assert "Would you recommend it?" in client.get(sent.location).text
    assert queries.responses(work.session, link.survey_id).items[0].link_id == link.id


def test_a_pin_is_kept_as_a_digest_and_another_ends_what_the_first_opened(
    work: Work, client: Browser, link: SurveyLink
) -> None:
    change(work, link, pin="4711x")
    assert link.pin_digest is not None
    assert "4711x" not in link.pin_digest
    right = client.submit(f"/s/{link.token}", {"pin": "4711x"}, action="pin")
    change(work, link, pin="other")
    assert client.get(right.location).status_code == 404
    change(work, link, without_pin=True)
    assert "Did you import notes?" in client.get(f"/s/{link.token}").text


def test_guessing_at_a_pin_is_slowed_down(work: Work, client: Browser, link: SurveyLink) -> None:
    change(work, link, pin="4711x")
    for _ in range(5):
        assert client.submit(f"/s/{link.token}", {"pin": "0000"}, action="pin").status_code == 422
    slowed = client.submit(f"/s/{link.token}", {"pin": "4711x"}, action="pin")
    assert slowed.status_code == 429
    assert "Too many attempts" in slowed.text


def test_a_link_has_a_window(work: Work, client: Browser, clock: Clock, link: SurveyLink) -> None:
    change(work, link, starts_at=BEGINNING + timedelta(days=1), ends_at=BEGINNING + timedelta(days=3))
    early = client.get(f"/s/{link.token}")
    assert early.status_code == 403
    assert "This survey is not open yet" in early.text
    clock.shift(days=2)
    sent = client.submit(f"/s/{link.token}", {"used_import": "no", "__action": "next"})
    clock.shift(days=2)
    late = client.get(f"/s/{link.token}")
    assert late.status_code == 410
    assert "This link has ended" in late.text
    # Who has begun may finish: the survey itself is open.
    assert client.get(sent.location).status_code == 200


def test_a_link_takes_so_many_and_then_says_so(work: Work, client: Browser, link: SurveyLink) -> None:
    change(work, link, response_limit=1)
    for status in (303, 410):
        shown = client.get(f"/s/{link.token}")
        if shown.status_code == 200:
            sent = client.submit(f"/s/{link.token}", {"used_import": "no", "__action": "next"})
            assert client.submit(sent.location, {"nps": "9", "__action": "next"}).status_code == status
        else:
            assert shown.status_code == status
            assert "There are enough answers" in shown.text
    assert queries.count_complete(work.session, link.survey_id, link.id) == 1


def test_a_full_survey_says_so_by_every_door(
    work: Work, client: Browser, survey: Survey, link: SurveyLink
) -> None:
    service.change_settings(
        work, survey.id, name=survey.name, origins=[], opens_at=None, closes_at=None, response_limit=1
    )
    a_response(work, survey)
    shown = client.get(f"/s/{link.token}")
    assert shown.status_code == 410
    assert "There are enough answers" in shown.text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pin": "123"}, "pin"),
        ({"pin": "x" * 33}, "pin"),
        ({"starts_at": BEGINNING, "ends_at": BEGINNING}, "ends_at"),
    ],
)
def test_what_a_link_cannot_be_is_refused(
    work: Work, link: SurveyLink, values: dict[str, datetime], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(work, link, **values)
    assert refused.value.values["field"] == field


def test_only_public_links_have_rules(work: Work, survey: Survey) -> None:
    trial = links.public_link(work, survey.id, kind=links.LinkKind.TEST)
    with pytest.raises(NotFound):
        change(work, trial, response_limit=1)


def test_the_console_changes_a_link_and_makes_quotas(
    work: Work, member_client: Callable[..., Browser], survey: Survey, link: SurveyLink
) -> None:
    program = queries.survey(work.session, survey.id).program
    base = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    pm = member_client("manager")
    saved = pm.submit(f"{base}/links/{link.id}", {"pin": "4711x", "response_limit": "20"})
    assert saved.status_code == 303
    assert "asks for a PIN" in pm.get(f"{base}/share").text
    assert pm.submit(f"{base}/links/{link.id}", {"pin": "1"}).status_code == 422

    made = pm.submit(
        f"{base}/quotas",
        {"name": "Importers", "condition_question": "used_import", "condition_value": "Yes", "most": "50"},
    )
    assert made.status_code == 303
    quota = queries.quotas(work.session, survey.id)[0]
    assert (quota.condition, quota.most) == ("{used_import} = 'yes'", 50)
    assert "“Did you import notes?” is Yes" in pm.get(f"{base}/quotas").text
    wrong = pm.submit(f"{base}/quotas", {"name": "Nobody", "condition": "{x} = 1", "most": "5"})
    assert wrong.status_code == 422
    assert 'value="{x} = 1"' in wrong.text
    a_response(work, survey)
    results = pm.get(f"{base}/results").text
    assert "Importers" in results
    gone = pm.submit(f"{base}/quotas/{quota.id}", action="deletion")
    assert gone.status_code == 303
    assert not queries.quotas(work.session, survey.id)
