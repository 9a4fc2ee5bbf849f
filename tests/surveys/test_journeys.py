"""Where people stop, by who saw it; how long pages take; who finishes."""

from datetime import timedelta
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import links, queries, respond, visiting
from betaops.surveys.models import Response, ResponseState, Survey
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_door, a_public_link, a_response, a_survey

BRANCHING: dict[str, Any] = {
    "pages": [
        {"name": "first", "title": "First", "elements": [{"type": "radiogroup", "name": "way", "choices": ["a", "b"]}]},
        {"name": "only_a", "visibleIf": "{way} = 'a'", "elements": [{"type": "comment", "name": "more_a"}]},
        {"name": "only_b", "visibleIf": "{way} = 'b'", "elements": [{"type": "comment", "name": "more_b"}]},
        {"name": "last", "elements": [{"type": "comment", "name": "end"}]},
    ]
}  # fmt: skip


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program, definition=BRANCHING)


def steps(work: Work, survey: Survey) -> dict[str, tuple[int, int]]:
    live = queries.live_version_id(work.session, survey)
    assert live is not None
    return {step.page: (step.seen, step.stopped) for step in queries.steps(work.session, survey, live)}


def test_drop_off_is_of_those_who_saw_the_page(work: Work, survey: Survey, client: Any) -> None:
    """Two go by `a`, one of them stops there; one goes by `b` to the end; one only begins."""
    address = f"/s/{a_public_link(work, survey)}"

    def send(key: str, page: int, **answers: str) -> Any:
        form = {
            "__page": str(page),
            "__action": "next",
            "__submission": key,
            "__on": list(answers),
            **answers,
        }
        return client.post(address, data=form, csrf=False)

    for key, sent in {
        "one": [(0, {"way": "a"}), (1, {"more_a": "x"}), (3, {"end": "x"})],
        "two": [(0, {"way": "a"})],
        "three": [(0, {"way": "b"}), (2, {"more_b": "x"}), (3, {"end": "x"})],
    }.items():
        for page, answers in sent:
            assert send(key, page, **answers).status_code == 303
    begun = respond.begin(work, a_door(survey), submission_key="four").response
    respond.save(work, begun, {"way": "a"})
    assert steps(work, survey) == {"first": (4, 1), "only_a": (2, 1), "only_b": (1, 0), "last": (2, 0)}
    trial = respond.begin(work, a_door(survey), submission_key="five").response
    trial.state = ResponseState.TEST
    visiting.note_left(work, trial, "first", "last", shown_at=None)
    assert steps(work, survey)["last"] == (2, 0)


def test_a_page_sent_with_a_mistake_was_not_left(work: Work, program: Program, client: Any) -> None:
    asked = {"pages": [{"name": "a", "elements": [{"type": "text", "name": "must", "isRequired": True}]},
                       {"name": "b", "elements": [{"type": "text", "name": "then"}]}]}  # fmt: skip
    survey = a_survey(work, program=program, definition=asked)
    address = f"/s/{a_public_link(work, survey)}"
    form = {
        "__page": "0",
        "__action": "next",
        "__submission": "key",
        "__on": "must",
        "__shown": "as it was",
    }
    again = client.post(address, data=form, csrf=False)
    assert again.status_code == 422
    assert 'name="__shown" value="as it was"' in again.text
    assert steps(work, survey) == {"a": (1, 1), "b": (0, 0)}
    assert client.post(address, data={**form, "must": "x"}, csrf=False).status_code == 303
    back = {"__page": "1", "__action": "back", "__submission": "key", "__on": "then"}
    assert client.post(address, data=back, csrf=False).status_code == 303
    assert steps(work, survey) == {"a": (1, 0), "b": (1, 1)}


def test_the_median_time_ignores_what_cannot_be(work: Work, survey: Survey) -> None:
    live = queries.live_version_id(work.session, survey)
    assert live is not None
    response: Response = respond.begin(work, a_door(survey), submission_key="k").response
    for seconds in (10, 12, 900):
        visiting.note_left(
            work, response, "first", "last", shown_at=(work.now - timedelta(seconds=seconds)).timestamp()
        )
    for shown_at in (None, 9e15, -5.0, (work.now - timedelta(days=3)).timestamp()):
        visiting.note_left(work, response, "first", "last", shown_at=shown_at)
    first = queries.steps(work.session, survey, live)[0]
    assert first.seconds == pytest.approx(12, abs=0.5)


def test_who_finishes_by_door_and_by_cohort(
    work: Work, program: Program, survey: Survey, member_client: Any
) -> None:
    ana = an_enrollment(work, program=program)
    a_response(work, survey, {"way": "a"}, enrollment=ana)
    a_response(work, survey, {"way": "b"})
    begun = respond.begin(work, a_door(survey), submission_key="begun").response
    respond.save(work, begun, {"way": "a"}, page=1)
    token = links.public_link(work, survey.id).token
    assert token
    doors = {group.name: (group.started, group.complete) for group in queries.by_door(work.session, survey)}
    assert doors == {"portal": (1, 1), "api": (2, 1)}
    assert queries.by_cohort(work.session, survey.id) == []
    own = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    browser = member_client("viewer")
    assert "/journey" in browser.get(f"{own}/results").text
    page = browser.get(f"{own}/journey").text
    assert "Stopped there" in page
    assert "Portal" in page
    draft = a_survey(work, program=program, is_published=False)
    work.session.commit()
    other = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', draft.id)}/journey"
    assert browser.get(other).status_code == 404
