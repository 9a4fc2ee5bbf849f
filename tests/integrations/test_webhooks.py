"""Webhooks of responses: signed, once each, again when they fail, given up in the end."""

import copy
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.integrations import queries, service, webhooks
from betaops.integrations.models import TOPICS, DeliveryState, WebhookDelivery, WebhookEndpoint
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries as survey_queries
from betaops.surveys import respond
from betaops.surveys import service as survey_service
from betaops.surveys.models import Survey
from betaops.surveys.queries.doors import Door, Way
from betaops.web.application import Application
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, a_response, a_survey
from tests.support.receivers import Receiver

ANSWERS = {"used_import": "yes", "import_easy": 4, "nps": 9}


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program)


@pytest.fixture
def made(work: Work, program: Program, receiver: Receiver) -> service.Made:
    made = service.add_endpoint(work, program_id=program.id, url=receiver.url, topics=list(TOPICS))
    work.session.commit()
    return made


def deliveries(work: Work, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    work.session.expire_all()
    return list(queries.deliveries(work.session, endpoint.id))


def test_a_signature_is_that_of_the_standard() -> None:
    """The example of its own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    signed = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_pauses_grow_and_end() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    pauses = [webhooks.next_attempt(attempts, now) for attempts in range(1, len(webhooks.PAUSES) + 2)]
    assert pauses[-1] is None
    waits = [pause - now for pause in pauses if pause is not None]
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) > timedelta(days=2)


def test_a_complete_response_is_told_once_and_signed(
    work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    response = a_response(work, survey, ANSWERS)
    run_jobs()
    ((webhook_id, told),) = receiver.read(made.secret)
    assert webhook_id.startswith("evt_")
    assert told["type"] == "response.completed"
    assert told["data"]["id"] == ids.encode("rsp", response.id)
    assert (told["data"]["survey"], told["data"]["answers"]) == (ids.encode("svy", survey.id), ANSWERS)
    assert receiver.read(webhooks.new_secret()) == []
    (delivery,) = deliveries(work, made.endpoint)
    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.DELIVERED, 204, 1)


def test_the_same_key_twenty_times_at_once_is_one_response_and_one_webhook(
    app: Application, work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    _row, key = keys.create_key(work, "test", {Permission.RESPONSES_WRITE})
    work.session.commit()
    address = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/responses"
    barrier = threading.Barrier(20)
    answers: list[tuple[int, str]] = []

    def send() -> None:
        with app.test_client() as client:
            barrier.wait()
            answer = client.open(
                address, method="POST", csrf=False, json={"submission_key": "same", "answers": ANSWERS},
                headers={"Authorization": f"Bearer {key}"},
            )  # fmt: skip
            assert answer.json is not None
            answers.append((answer.status_code, answer.json["id"]))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _id in answers) == [200] * 19 + [201]
    assert len({own for _status, own in answers}) == 1
    run_jobs()
    assert len(receiver.read(made.secret)) == 1
    run_jobs(ahead=timedelta(days=3))
    assert len(receiver.got) == 1


def test_an_answer_to_a_series_that_has_ended_is_told_by_the_name_of_that_series(
    work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    slow = respond.begin(work, Door(Way.PUBLIC, survey), submission_key="slow").response
    changed = copy.deepcopy(CHECK_IN)
    changed["pages"][1]["elements"][0] |= {"rateMax": 5, "x-betaops": {}}
    survey_service.edit_draft(work, survey.id, lambda _draft: changed)
    survey_service.publish(work, survey.id, new_series=["nps"])
    work.session.refresh(survey)
    respond.save(work, slow, ANSWERS)
    respond.finish(work, slow, survey_queries.published(work.session, slow.version_id))
    a_response(work, survey, {**ANSWERS, "nps": 5})
    run_jobs()
    told = [(data["data"]["version"], data["data"]["series"]) for _id, data in receiver.read(made.secret)]
    assert sorted(told, key=str) == [(1, {"nps": "nps_series1"}), (2, {})]


def test_a_withdrawn_response_is_told_without_its_answers(
    work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    response = a_response(work, survey, ANSWERS)
    respond.withdraw(work, response.id)
    run_jobs()
    told = {content["type"]: content["data"] for _id, content in receiver.read(made.secret)}
    assert set(told) == {"response.completed", "response.withdrawn"}
    assert [data["answers"] for data in told.values()] == [{}, {}]
    assert b"import_easy" not in b"".join(body for _headers, body in receiver.got)


def test_what_was_not_asked_for_makes_no_job(
    work: Work, program: Program, survey: Survey, receiver: Receiver, run_jobs: Any
) -> None:
    a_response(work, survey, ANSWERS)
    assert not any("tell_response" in name for name in run_jobs())
    only = [TOPICS[1].value]
    made = service.add_endpoint(work, program_id=program.id, url=receiver.url, topics=only)
    a_response(work, survey, ANSWERS)
    run_jobs()
    assert receiver.got == []
    assert deliveries(work, made.endpoint) == []


def test_a_failed_one_is_sent_again_under_the_same_id(
    work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    receiver.status = 500
    a_response(work, survey, ANSWERS)
    run_jobs()
    (delivery,) = deliveries(work, made.endpoint)
    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.WAITING, 500, 1)
    assert delivery.next_at is not None
    assert made.endpoint.failing_since is not None
    receiver.status = 200
    run_jobs(ahead=webhooks.PAUSES[0])
    first, second = receiver.read(made.secret)
    assert first == second
    (delivery,) = deliveries(work, made.endpoint)
    assert (delivery.state, delivery.attempts, made.endpoint.failing_since) == (
        DeliveryState.DELIVERED,
        2,
        None,
    )


def test_after_days_of_failure_it_is_given_up_with_a_notice(
    work: Work, program: Program, survey: Survey, made: service.Made, receiver: Receiver,
    run_jobs: Any, member_client: Any, outbox: Any,
) -> None:  # fmt: skip
    browser = member_client("manager")
    receiver.status = 503
    a_response(work, survey, ANSWERS)
    run_jobs()
    made.endpoint.failing_since = work.now - webhooks.PATIENCE
    work.session.commit()
    run_jobs(ahead=webhooks.PAUSES[0])
    work.session.expire_all()
    assert made.endpoint.is_on is False
    assert made.endpoint.disabled_at is not None
    assert any("were given up" in letter.subject for letter in outbox)
    own = f"/console/programs/{program.slug}/webhooks/{ids.encode('whk', made.endpoint.id)}"
    assert "Given up" in browser.get(own).text
    a_response(work, survey, ANSWERS)
    before = len(receiver.got)
    run_jobs(ahead=timedelta(days=3))
    assert len(receiver.got) == before
    form = {"url": receiver.url, "topics": ["response.completed"], "is_on": "y"}
    assert browser.post(own, data=form).status_code == 303
    work.session.expire_all()
    again = queries.endpoint(work.session, program.id, made.endpoint.id)
    assert (again.is_on, again.disabled_at) == (True, None)


def test_one_that_wants_no_more_is_given_up_at_once(
    work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    receiver.status = 410
    a_response(work, survey, ANSWERS)
    run_jobs()
    work.session.expire_all()
    assert made.endpoint.is_on is False
    assert [each.state for each in deliveries(work, made.endpoint)] == [DeliveryState.FAILED]


def test_private_addresses_are_not_reached(
    work: Work, program: Program, survey: Survey, run_jobs: Any
) -> None:
    receiver = Receiver()
    try:
        made = service.add_endpoint(work, program_id=program.id, url=receiver.url, topics=list(TOPICS))
        a_response(work, survey, ANSWERS)
        run_jobs()
        (delivery,) = deliveries(work, made.endpoint)
        assert receiver.got == []
        assert "not a public address" in delivery.error
    finally:
        receiver.close()


def test_both_secrets_sign_for_a_day_after_a_new_one(
    work: Work, survey: Survey, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    newer = service.new_secret(work, made.endpoint.id)
    a_response(work, survey, ANSWERS)
    run_jobs()
    assert len(receiver.read(made.secret)) == len(receiver.read(newer)) == 1
    made.endpoint.former_secret_until = work.now
    a_response(work, survey, ANSWERS)
    run_jobs()
    assert (len(receiver.read(made.secret)), len(receiver.read(newer))) == (1, 2)


def test_a_secret_is_shown_once_and_kept_sealed(
    work: Work, program: Program, receiver: Receiver, member_client: Callable[[str], Any], run_jobs: Any
) -> None:
    browser = member_client("manager")
    own = f"/console/programs/{program.slug}/webhooks"
    assert "No addresses yet" in browser.get(own).text
    wrong = browser.submit(f"{own}/new", {"url": "ftp://example.com"})
    assert (wrong.status_code, "begins with https://" in wrong.text) == (422, True)
    page = browser.submit(f"{own}/new", {"url": receiver.url}).headers["Location"]
    shown = re.search(r"whsec_[A-Za-z0-9+/=]+", browser.get(page).text)
    assert shown is not None
    assert "whsec_" not in browser.get(page).text
    (row,) = queries.endpoints(work.session, program.id)
    assert shown[0] not in row.secret_sealed
    assert browser.submit(f"{own}/new", {"url": receiver.url}).status_code == 422
    browser.post(f"{page}/test")
    run_jobs()
    ((_id, told),) = receiver.read(shown[0])
    assert told["type"] == "webhook.test"
    (delivery,) = deliveries(work, row)
    text = browser.get(page).text
    assert "Delivered" in text
    assert "204" in text
    browser.post(f"{page}/deliveries/{ids.encode('whd', delivery.id)}/repetition")
    run_jobs()
    assert [own for own, _told in receiver.read(shown[0])] == [_id, _id]
    newer = re.search(r"whsec_[A-Za-z0-9+/=]+", browser.post(f"{page}/secret", follow_redirects=True).text)
    assert newer is not None
    assert newer[0] != shown[0]
    assert member_client("analyst").get(page).status_code == 403
    other = a_program(work, name="Elsewhere", codename="Other")
    work.session.commit()
    assert browser.get(page.replace(program.slug, other.slug)).status_code == 404
    browser.post(f"{page}/deletion")
    assert browser.get(page).status_code == 404
    assert "No addresses yet" in browser.get(own).text


def test_what_became_of_a_task_is_told_when_somebody_is_done_with_it(
    work: Work, program: Program, made: service.Made, receiver: Receiver, run_jobs: Any
) -> None:
    from betaops.tasks import service as task_service
    from betaops.tasks.models import OutcomeState
    from tests.factories.enrollment import an_enrollment
    from tests.factories.tasks import a_task

    task, me = a_task(work, program=program), an_enrollment(work, program=program)
    task_service.start(work, task.id, me.id)
    task_service.record(work, task.id, me.id, task_service.Said(state=OutcomeState.BLOCKED, note="It hangs."))
    run_jobs()
    ((_webhook_id, told),) = receiver.read(made.secret)
    assert told["type"] == "task.outcome"
    assert (told["data"]["state"], told["data"]["note"]) == ("blocked", "It hangs.")
    assert told["data"]["task"] == ids.encode("tsk", task.id)
    assert told["data"]["tester"] == ids.encode("tst", me.tester_id)
