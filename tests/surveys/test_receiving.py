"""Submissions over the API that are taken before Flask: the same rows, the same answer, and nothing taken that is not plain."""

import copy
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.accounts import queries as account_queries
from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.events import EventSubject, RecordedEvent
from betaops.kernel.work import Work
from betaops.surveys import queries, receiving, service
from betaops.surveys.definition import Definition
from betaops.surveys.engine.judging import judge_all, rows_of
from betaops.surveys.engine.plain import Plain, is_plain
from betaops.surveys.engine.scene import STATE
from betaops.surveys.engine.walking import Walk
from betaops.surveys.models import Answer, Response, Survey, SurveyState
from betaops.surveys.reading import read
from betaops.web.application import Application
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, a_survey

PLAIN: dict[str, Any] = {
    "title": "Plain",
    "pages": [{"name": "all", "elements": [
        {"type": "rating", "name": "ease", "isRequired": True},
        {"type": "radiogroup", "name": "plan", "choices": ["free", {"value": 5, "text": "Five"}], "showOtherItem": True},
        {"type": "checkbox", "name": "on", "choices": ["iOS", "Web"]},
        {"type": "boolean", "name": "pay"},
        {"type": "matrix", "name": "fit", "rows": ["speed", "looks"], "columns": [1, 2, 3]},
        {"type": "text", "name": "role"},
        {"type": "comment", "name": "why"},
    ]}],
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "ease": 4, "plan": "5", "on": ["Web", "iOS"], "pay": "true", "fit": {"speed": 2}, "role": " Designer ", "why": "Grüße",
}  # fmt: skip


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work, program=a_program(work), definition=PLAIN)


@pytest.fixture
def key(work: Work) -> str:
    row, plain = keys.create_key(work, "test", {Permission.RESPONSES_WRITE, Permission.SURVEYS_READ})
    row.last_used_at = work.now
    work.session.commit()
    return plain


Post = Callable[..., Any]


@pytest.fixture
def post(client: Any, survey: Survey, key: str) -> Post:
    """Sends a body in, by this key."""

    def send(body: Any, *, to: Survey = survey, token: str = key, **headers: str) -> Any:
        address = f"/api/v1/surveys/{ids.encode('svy', to.id)}/responses"
        given = (
            {"data": body, "content_type": "application/json"} if isinstance(body, bytes) else {"json": body}
        )
        return client.post(
            address, headers={"Authorization": f"Bearer {token}", **headers}, csrf=False, **given
        )

    return send


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each submission was taken before Flask."""
    found: list[bool] = []
    receive = receiving.receive

    def noted(work: Work, submissions: Sequence[receiving.Submission]) -> Any:
        received = receive(work, submissions)
        found.extend(each is not None for each in received)
        return received

    monkeypatch.setattr(receiving, "receive", noted)
    return found


def kept(work: Work, submission_key: str) -> tuple[Any, ...]:
    """Everything that a submission left behind, without ids and moments."""
    response = work.session.scalars(select(Response).where(Response.submission_key == submission_key)).one()
    rows = work.session.scalars(select(Answer).where(Answer.response_id == response.id))
    events = work.session.scalars(
        select(RecordedEvent)
        .join(EventSubject, EventSubject.event_id == RecordedEvent.id)
        .where(EventSubject.subject_id == response.id)
    )
    columns = {
        name: getattr(response, name)
        for name in ("survey_id", "version_id", "enrollment_id", "tester_id", "link_id", "wave", "state", "language",
                     "is_in_product", "page", "answers")
    }  # fmt: skip
    typed = sorted((str(row.question_id), row.row, row.code, row.number, row.text) for row in rows)
    told = [
        (event.kind, event.actor_kind, event.actor_id, {**event.data, "response_id": ""}) for event in events
    ]
    assert response.finished_at == response.saved_at == response.started_at
    return columns, typed, told


def test_both_ways_leave_the_same_and_answer_the_same(work: Work, post: Post, taken: list[bool]) -> None:
    quick = post({"submission_key": "quick", "answers": ANSWERS, "language": "de"})
    long = post({"submission_key": "long", "answers": ANSWERS, "language": "de"}, **{"Idempotency-Key": "1"})
    assert (quick.status_code, long.status_code, taken) == (201, 201, [True])
    assert kept(work, "quick") == kept(work, "long")
    assert quick.json.keys() == long.json.keys()
    different = {name for name in quick.json if quick.json[name] != long.json[name]}
    assert different == {"id", "started_at", "finished_at", "doubts"}
    assert (quick.json["doubts"], long.json["doubts"]) == ([], ["duplicate"])
    assert list(quick.json) == list(long.json)
    assert quick.mimetype == long.mimetype
    assert {name for name, _value in quick.headers} >= {name for name, _value in long.headers} - {"Vary"}
    assert quick.json["finished_at"].endswith("Z")
    assert quick.json["answers"] == {**ANSWERS, "plan": 5, "pay": True, "role": "Designer"}


def test_the_same_answers_again_are_marked(work: Work, post: Post, taken: list[bool]) -> None:
    post({"submission_key": "one", "answers": ANSWERS})
    assert post({"submission_key": "two", "answers": ANSWERS}).json["doubts"] == ["duplicate"]
    assert taken == [True, True]
    assert work.session.scalars(select(Response.flags).order_by(Response.submission_key)).all() == [
        "",
        "duplicate",
    ]


def test_a_survey_with_a_quota_or_a_limit_goes_the_long_way(
    work: Work, survey: Survey, post: Post, taken: list[bool]
) -> None:
    service.add_quota(work, survey.id, name="Designers", condition="{role} = 'Designer'", most=1)
    work.session.commit()
    states = [post({"submission_key": key, "answers": ANSWERS}).json["state"] for key in ("one", "two")]
    assert (states, taken) == (["complete", "over_quota"], [False, False])


def test_a_key_that_was_sent_before_gives_the_first_response(post: Post, taken: list[bool]) -> None:
    first = post({"submission_key": "one", "answers": ANSWERS})
    again = post({"submission_key": "one", "answers": {"ease": 1}})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert taken == [True, False]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"submission_key": "k", "answers": {}}, 422),
        ({"submission_key": "k", "answers": {"ease": 99}}, 422),
        ({"submission_key": "k", "answers": {"ease": 4.0}}, 201),
        ({"submission_key": "k", "answers": {"ease": 4, "why": "nul \0 inside"}}, 201),
        (
            {"submission_key": "k", "answers": {"ease": 4}, "enrollment": "enr_00000000000000000000000000"},
            404,
        ),
        ({"submission_key": "k", "answers": {"ease": 4}, "langage": "de"}, 422),
        ({"submission_key": "", "answers": {"ease": 4}}, 422),
        ({"submission_key": 5, "answers": {"ease": 4}}, 422),
        ({"submission_key": "k", "answers": [["ease", 4]]}, 422),
        ({"submission_key": "k", "answers": {"ease": 4, "unknown": "x"}}, 201),
        (b"{", 422),
        (b'{"submission_key": "k", "answers": {"ease": NaN}}', 422),
        (b'"text"', 422),
    ],
)
def test_what_is_not_plain_is_answered_by_the_view(post: Post, body: Any, status: int) -> None:
    assert post(body).status_code == status


def test_a_key_is_looked_at_each_time(work: Work, post: Post, key: str, taken: list[bool]) -> None:
    assert post({"submission_key": "a", "answers": ANSWERS}).status_code == 201
    row = account_queries.api_keys(work.session)[0]
    keys.revoke_key(work, row.id)
    assert post({"submission_key": "b", "answers": ANSWERS}).status_code == 401
    assert post({"submission_key": "b", "answers": ANSWERS}, token="wrong").status_code == 401
    _row, weak = keys.create_key(work, "weak", {Permission.SURVEYS_READ})
    _row.last_used_at = work.now
    assert post({"submission_key": "b", "answers": ANSWERS}, token=weak).status_code == 403
    assert taken == [True, False, False, False]


def test_a_survey_is_looked_at_each_time(work: Work, post: Post, survey: Survey, taken: list[bool]) -> None:
    assert post({"submission_key": "a", "answers": ANSWERS}).status_code == 201
    changed = {
        "pages": [
            {
                "elements": [
                    *PLAIN["pages"][0]["elements"],
                    {"type": "text", "name": "new", "isRequired": True},
                ]
            }
        ]
    }
    service.edit_draft(work, survey.id, lambda _draft: changed)
    service.publish(work, survey.id)
    assert post({"submission_key": "b", "answers": ANSWERS}).status_code == 422
    assert post({"submission_key": "b", "answers": {**ANSWERS, "new": "x"}}).json["version"] == 2
    service.change_state(work, survey.id, SurveyState.CLOSED)
    assert post({"submission_key": "c", "answers": {**ANSWERS, "new": "x"}}).status_code == 409
    assert post({"submission_key": "a", "answers": ANSWERS}).status_code == 200
    assert taken == [True, False, True, False, False]


def test_another_workspaces_survey_is_not_there(work: Work, post: Post, taken: list[bool]) -> None:
    from betaops.accounts.models import Workspace

    home = work.workspace_id
    other = Workspace(name="Other", slug="other", created_at=work.now)
    work.add(other)
    work.enter(other.id)
    foreign = a_survey(work, program=a_program(work), definition=PLAIN)
    work.enter(home)
    assert post({"submission_key": "a", "answers": ANSWERS}, to=foreign).status_code == 404
    assert taken == [False]


def test_a_survey_with_conditions_goes_the_long_way(work: Work, post: Post, taken: list[bool]) -> None:
    survey = a_survey(work, program=a_program(work), definition=CHECK_IN)
    answers = {"used_import": "no", "nps": 9}
    assert post({"submission_key": "a", "answers": answers}, to=survey).status_code == 201
    assert taken == [False]


def test_a_survey_with_arms_goes_the_long_way(
    work: Work, survey: Survey, post: Post, taken: list[bool]
) -> None:
    assert post({"submission_key": "before", "answers": ANSWERS}).json["arm"] is None
    service.add_arm(work, survey.id, name="tin")
    work.session.commit()
    assert post({"submission_key": "after", "answers": ANSWERS}).json["arm"] == "tin"
    assert taken == [True, False]


def test_a_question_that_began_anew_is_counted_anew_on_the_short_way(
    work: Work, survey: Survey, post: Post, taken: list[bool]
) -> None:
    assert post({"submission_key": "before", "answers": ANSWERS}).status_code == 201
    changed = copy.deepcopy(PLAIN)
    changed["pages"][0]["elements"][0]["rateMax"] = 10
    service.edit_draft(work, survey.id, lambda _draft: changed)
    service.publish(work, survey.id, new_series=["ease"])
    work.session.commit()
    assert post({"submission_key": "after", "answers": {**ANSWERS, "ease": 9}}).status_code == 201
    known = {row.id: (row.name, row.series) for row in queries.survey_questions(work.session, survey.id)}
    ease = {(known[part.question_id][1], part.code) for part in queries.tallies(work.session, survey.id)
            if known[part.question_id][0] == "ease"}  # fmt: skip
    assert ease == {(1, "4"), (2, "9")}
    assert taken == [True, True]


def test_many_at_once_are_all_kept(
    app: Application, work: Work, survey: Survey, key: str, taken: list[bool]
) -> None:
    address = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/responses"
    statuses: list[int] = []

    def send(number: int) -> None:
        body = {"submission_key": f"key-{number % 30}", "answers": ANSWERS}
        with app.test_client() as client:
            answer = client.open(
                address, method="POST", json=body, headers={"Authorization": f"Bearer {key}"}, csrf=False
            )
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 10 + [201] * 30
    assert taken.count(True) == 30
    work.session.expire_all()
    assert len(work.session.scalars(select(Response)).all()) == 30
    assert len(work.session.scalars(select(Answer)).all()) == 30 * 8


def test_a_key_that_was_long_not_used_is_noted(work: Work, post: Post, taken: list[bool]) -> None:
    row = account_queries.api_keys(work.session)[0]
    row.last_used_at = work.now - timedelta(hours=1)
    assert post({"submission_key": "a", "answers": ANSWERS}).status_code == 201
    work.session.refresh(row)
    assert row.last_used_at > work.now - timedelta(minutes=1)
    assert taken == [True]


def both(definition: Definition, values: dict[str, Any], work_now: Any) -> tuple[Any, Any]:
    judged = judge_all(definition, values, now=work_now)
    long = (
        None
        if judged.problems
        else (judged.values, {name: tuple(rows) for name, rows in rows_of(definition, judged.values).items()})
    )
    quick = Plain(definition).judge(values, now=work_now)
    return long, None if quick is None else (quick.values, quick.rows)


@pytest.mark.parametrize(
    "values",
    [
        ANSWERS, {"ease": 1}, {}, {"ease": "4"}, {"ease": 4, "plan": "other"},
        {"ease": 4, "plan": "other", "plan-Comment": " x "},
        {"ease": 4, "plan": "free", "plan-Comment": "x"}, {"ease": 4, "on": "Web"}, {"ease": 4, "on": []}, {"ease": True},
        {"ease": 4, "fit": {"speed": 9}}, {"ease": 4, "why": ""}, {"ease": 4, "role": ["a"]}, {"ease": 4, "pay": 1},
        {"ease": 4, "asked_by_nobody": "x", "ease-Comment": "x", STATE: "x"}, {"ease": 4, "on": ["iOS", "iOS"], "why": "  "},
    ],
)  # fmt: skip
def test_plain_judging_is_judging(values: dict[str, Any], work: Work) -> None:
    definition = read(PLAIN)
    assert is_plain(definition)
    long, quick = both(definition, values, work.now)
    assert quick == long
    assert both(definition, values, work.now)[1] == long


def test_plain_judging_of_a_page_leaves_the_others_and_takes_its_own_as_any_page_does(work: Work) -> None:
    definition = read({
        "pages": [PLAIN["pages"][0], {"name": "more", "elements": [
            {"type": "text", "name": "late", "isRequired": True}, {"type": "checkbox", "name": "how", "choices": [1, 2]},
        ]}],
    })  # fmt: skip
    assert is_plain(definition)
    quick = Plain(definition)
    names = {each.name for each in definition.pages[1].questions}
    for told in (
        {"late": " x ", "how": ["2", "1"]}, {"late": "x", "how": [], "late-Comment": "y"}, {"how": [1]},
        {"late": "x", "how": [3]},
    ):  # fmt: skip
        values = {**ANSWERS, "pay": "nonsense", **told}
        step = Walk(definition, work.now).forward(values, 1, names)
        assert quick.judge_page(values, names, now=work.now) == (None if step.problems else step.answers)


def test_what_only_looks_like_an_answer_from_before_is_judged_by_itself(work: Work) -> None:
    definition = read(PLAIN)
    judge = Plain(definition).judge
    alike: list[Any] = [1, True, "1", 1.0, "(1, None)", "True", [1], None]
    fresh = [Plain(definition).judge({"ease": value, "plan": "free"}, now=work.now) for value in alike]
    for _again in range(2):
        assert [judge({"ease": value, "plan": "free"}, now=work.now) for value in alike] == fresh
    assert fresh[0] is not None
    assert fresh[1] is None


@pytest.mark.parametrize(
    "change",
    [
        {"visibleIf": "{ease} > 3"}, {"requiredIf": "{ease} > 3"}, {"enableIf": "{ease} > 3"}, {"visible": False},
        {"readOnly": True}, {"validators": [{"type": "email"}]}, {"defaultValueExpression": "1"}, {"valueName": "other"},
        {"choicesFromQuestion": "on"}, {"setValueIf": "{ease} = 1"}, {"choices": [{"value": 1, "visibleIf": "{ease} = 1"}]},
        {"type": "ranking"}, {"min": "=today()"},
    ],
)  # fmt: skip
def test_a_definition_with_anything_that_acts_is_not_plain(change: dict[str, Any]) -> None:
    question = {"type": "radiogroup", "name": "plan", "choices": ["free"], **change}
    assert not is_plain(read({"pages": [{"elements": [{"type": "rating", "name": "ease"}, question]}]}))
    assert not is_plain(
        read({"pages": [{"visibleIf": "1 = 1", "elements": [{"type": "rating", "name": "ease"}]}]})
    )
    assert not is_plain(read({"triggers": [], "pages": [{"elements": [{"type": "rating", "name": "ease"}]}]}))
