"""Where SDKs send events: every body they send, once each, linked to whom they belong to."""

import base64
import gzip
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from betaops.enrollment.models import Enrollment
from betaops.enrollment.service import testers
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product
from betaops.usage import queries
from betaops.usage.models import UsageDaily, UsageEvent
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_product, a_program
from tests.support.browsers import Browser
from tests.support.running import RunJobs


@pytest.fixture
def ana(work: Work) -> Enrollment:
    return an_enrollment(work, program=a_program(work), mail="ana@example.com")


def product_of(work: Work, enrollment: Enrollment) -> Product:
    program = program_queries.program(work.session, enrollment.program_id)
    return program_queries.product(work.session, program.product_id)


def send(client: Browser, body: Any, path: str = "/batch/", **options: Any) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, data=data, csrf=False, **options)


def stored(work: Work) -> list[UsageEvent]:
    return list(work.session.scalars(select(UsageEvent).order_by(UsageEvent.at, UsageEvent.id)))


def an_event(name: str = "note created", distinct_id: str = "ana@example.com", **more: Any) -> dict[str, Any]:
    return {
        "event": name,
        "distinct_id": distinct_id,
        "uuid": str(uuid4()),
        "properties": {"words": 12},
        **more,
    }


def test_an_event_shows_up_with_its_tester(work: Work, client: Browser, ana: Enrollment) -> None:
    product = product_of(work, ana)
    event = an_event(timestamp="2026-01-05T10:00:00Z")
    response = send(client, {"api_key": product.project_key, "batch": [event]})
    assert (response.status_code, response.json) == (200, {"status": 1})
    assert "Set-Cookie" not in response.headers
    [kept] = stored(work)
    assert (kept.tester_id, kept.name, kept.properties) == (ana.tester_id, "note created", {"words": 12})
    assert kept.uuid == UUID(event["uuid"])
    assert kept.at.isoformat() == "2026-01-05T10:00:00+00:00"
    assert queries.seen(work.session, ana.tester_id) == (kept.at, kept.at, 1)


def test_every_path_and_body_shape(work: Work, client: Browser, ana: Enrollment) -> None:
    token = product_of(work, ana).project_key
    sent = 0
    for path in (
        "/batch",
        "/batch/",
        "/e",
        "/e/",
        "/i/v0/e",
        "/i/v0/e/",
        "/capture",
        "/capture/",
        "/track",
        "/track/",
    ):
        browser_event = {
            "event": "page",
            "uuid": str(uuid4()),
            "properties": {"distinct_id": "ana@example.com", "token": token},
        }
        second = {**browser_event, "uuid": str(uuid4())}
        form = b"data=" + base64.b64encode(json.dumps({**second, "uuid": str(uuid4())}).encode()).replace(
            b"+", b"%2B"
        )
        for body, options in (
            (json.dumps({"api_key": token, "batch": [an_event()]}).encode(), {}),
            (gzip.compress(json.dumps({"api_key": token, "batch": [an_event()]}).encode()), {}),
            (
                gzip.compress(json.dumps({"api_key": token, "batch": [an_event()]}).encode()),
                {"headers": {"Content-Encoding": "gzip", "Content-Type": "application/json"}},
            ),
            (json.dumps(browser_event).encode(), {"headers": {"Content-Type": "text/plain"}}),
            (json.dumps([second]).encode(), {}),
            (form, {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}),
        ):
            response = send(client, body, path, **options)
            assert response.json == {"status": 1}, (path, response.text)
            sent += 1
    kept = stored(work)
    assert len(kept) == sent
    assert {event.tester_id for event in kept} == {ana.tester_id}
    assert all("token" not in event.properties for event in kept)


def test_an_event_sent_again_is_not_a_second_one(work: Work, client: Browser, ana: Enrollment) -> None:
    token = product_of(work, ana).project_key
    event, other = an_event(), an_event()
    assert send(client, {"api_key": token, "batch": [event, event]}).status_code == 200
    assert send(client, {"api_key": token, "batch": [event, other]}).status_code == 200
    assert len(stored(work)) == 2
    [counted] = work.session.scalars(select(UsageDaily))
    assert (counted.events, counted.name) == (2, "note created")


def test_counts_are_by_person_day_and_name(work: Work, client: Browser, ana: Enrollment) -> None:
    token = product_of(work, ana).project_key
    batch = [
        an_event("export", timestamp="2026-01-05T10:00:00Z"),
        an_event("export", timestamp="2026-01-05T23:59:59Z"),
        an_event("export", timestamp="2026-01-06T00:00:00Z"),
        an_event("import", timestamp="2026-01-06T00:00:00Z"),
        an_event("export", distinct_id="stranger", timestamp="2026-01-06T00:00:00Z"),
    ]
    send(client, {"api_key": token, "batch": batch})
    counted = work.session.scalars(select(UsageDaily).order_by(UsageDaily.day, UsageDaily.name))
    assert [(each.day.isoformat(), each.name, each.events) for each in counted] == [
        ("2026-01-05", "export", 2),
        ("2026-01-06", "export", 1),
        ("2026-01-06", "import", 1),
    ]


def test_identify_links_an_id_by_mail_and_takes_what_came_before(
    work: Work, client: Browser, ana: Enrollment, run_jobs: RunJobs
) -> None:
    token = product_of(work, ana).project_key
    send(
        client, {"api_key": token, "batch": [an_event(distinct_id="anon-1"), an_event(distinct_id="user-7")]}
    )
    assert {event.tester_id for event in stored(work)} == {None}
    identify = an_event(
        "$identify",
        distinct_id="user-7",
        properties={"$anon_distinct_id": "anon-1", "$set": {"email": "ANA@example.com"}},
    )
    send(client, {"api_key": token, "batch": [identify, an_event(distinct_id="user-7")]})
    run_jobs()
    assert {event.tester_id for event in stored(work)} == {ana.tester_id}
    assert sum(each.events for each in work.session.scalars(select(UsageDaily))) == 4


def test_an_alias_links_both_ids(work: Work, client: Browser, ana: Enrollment, run_jobs: RunJobs) -> None:
    token = product_of(work, ana).project_key
    alias = an_event("$create_alias", distinct_id="ana@example.com", properties={"alias": "laptop"})
    send(client, {"api_key": token, "batch": [alias, an_event(distinct_id="laptop")]})
    assert {event.tester_id for event in stored(work)} == {ana.tester_id}


def test_an_id_that_is_somebodys_stays_theirs(
    work: Work, client: Browser, ana: Enrollment, run_jobs: RunJobs
) -> None:
    product = product_of(work, ana)
    ben = an_enrollment(
        work, program=program_queries.program(work.session, ana.program_id), mail="ben@example.com"
    )
    testers.link_identity(work, ben.tester_id, "user-7")
    steal = an_event("$identify", distinct_id="user-7", properties={"$set": {"email": "ana@example.com"}})
    send(client, {"api_key": product.project_key, "batch": [steal, an_event(distinct_id="user-7")]})
    run_jobs()
    assert {event.tester_id for event in stored(work)} == {ben.tester_id}


def test_another_workspaces_testers_are_not_found(work: Work, client: Browser, ana: Enrollment) -> None:
    from betaops.accounts.models import Workspace

    elsewhere = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(elsewhere)
    work.enter(elsewhere.id)
    foreign = a_product(work, name="Foreign")
    ids = ["ana@example.com", encode("tst", ana.tester_id)]
    send(client, {"api_key": foreign.project_key, "batch": [an_event(distinct_id=each) for each in ids]})
    kept = stored(work)
    assert [event.tester_id for event in kept] == [None, None]
    assert {event.workspace_id for event in kept} == {elsewhere.id}


def test_clocks_that_are_off_are_put_right(work: Work, client: Browser, ana: Enrollment) -> None:
    token = product_of(work, ana).project_key
    batch = [
        an_event("an hour before sending", timestamp="2001-01-01T11:00:00Z"),
        an_event("far future", timestamp="2501-01-01T11:00:00Z"),
        an_event("nonsense", timestamp="yesterday"),
        an_event("offset", offset=60_000),
    ]
    send(client, {"api_key": token, "sent_at": "2001-01-01T12:00:00Z", "batch": batch})
    ages = {event.name: (event.received_at - event.at).total_seconds() for event in stored(work)}
    assert ages["an hour before sending"] == pytest.approx(3600, abs=5)
    assert ages["far future"] == pytest.approx(0, abs=5)
    assert ages["nonsense"] == pytest.approx(0, abs=5)
    assert ages["offset"] == pytest.approx(60, abs=5)


def test_odd_events_cost_no_other(work: Work, client: Browser, ana: Enrollment) -> None:
    token = product_of(work, ana).project_key
    body = (
        b'{"api_key": "%s", "batch": [7, null, {"event": ""}, {"event": "no person"}, '
        b'{"event": "nul\\u0000", "distinct_id": "ana@example.com", "properties": {"a\\u0000b": "c\\u0000d", "n": NaN}}, '
        b'{"event": "emoji \\ud83d\\ude00", "distinct_id": 17, "uuid": "not one"}, '
        b'{"event": "big", "distinct_id": "x", "properties": {"text": "%s"}}]}'
    ) % (token.encode(), b"y" * 100_000)
    assert send(client, body).json == {"status": 1}
    kept = {event.name: event for event in stored(work)}
    assert kept.keys() == {"nul", "emoji 😀", "big"}
    assert kept["nul"].properties == {"ab": "cd", "n": None}
    assert kept["emoji 😀"].distinct_id == "17"
    assert kept["big"].properties == {"$too_large": True}


def test_a_number_that_no_database_keeps_costs_no_event(work: Work, client: Browser, ana: Enrollment) -> None:
    body = (
        b'{"api_key": "%s", "batch": [{"event": "good", "distinct_id": "a"}, '
        b'{"event": "odd", "distinct_id": "a", "properties": {"n": NaN, "y": 99999999999999999999, "z": 1%s}}]}'
    ) % (product_of(work, ana).project_key.encode(), b"0" * 400)
    assert send(client, body).json == {"status": 1}
    kept = {event.name: event.properties for event in stored(work)}
    assert kept.keys() == {"good", "odd"}
    assert kept["odd"]["y"] == pytest.approx(1e20)


def test_the_newer_form_is_answered_event_by_event(work: Work, client: Browser, ana: Enrollment) -> None:
    key = {"Authorization": f"Bearer {product_of(work, ana).project_key}"}
    good, nobody = an_event(session_id="s-1", options={}), an_event(distinct_id="")
    for _retry in range(2):
        for path in ("/i/v1/analytics/events", "/i/v1/analytics/events/"):
            response = send(
                client, {"created_at": "2026-01-05T10:00:00Z", "batch": [good, nobody]}, path, headers=key
            )
            assert response.status_code == 200, response.text
            results = response.json["results"]
            assert results[good["uuid"]] == {"result": "ok"}
            assert results[nobody["uuid"]]["result"] == "drop"
    [kept] = stored(work)
    assert kept.properties["$session_id"] == "s-1"
    in_the_body = {"api_key": "bo_unknown", "batch": [good]}
    assert send(client, in_the_body, "/i/v1/analytics/events").status_code == 401


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'"text"', 400),
        (b"{}", 400),
        (b"\x1f\x8bnot gzip", 400),
        (b"data=%%%", 400),
        (b"[" * 10_000 + b"]" * 10_000, 400),
        (b'{"event": "x", "properties": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, 400),
        (b'{"api_key": "bo_unknown", "batch": [{"event": "x", "distinct_id": "y"}]}', 401),
        (b'{"batch": [{"event": "x", "distinct_id": "y"}]}', 401),
        (b'{"api_key": "x", "batch": [' + b",".join([b"{}"] * 1_001) + b"]}", 413),
        (gzip.compress(b" " * 50_000_000, mtime=0), 413),
        (b" " * 3_000_000, 413),
    ],
)
def test_33_a_bad_body_gets_the_sdks_own_error(client: Browser, body: bytes, status: int) -> None:
    response = send(client, body)
    assert response.status_code == status, response.text
    assert set(response.json) == {"type", "code", "detail", "attr"}


def test_30_the_public_key_works_from_allowed_origins_only(work: Work, client: Browser) -> None:
    product = a_product(work, origins=["https://app.example.com"])
    body = {"api_key": product.project_key, "batch": [an_event()]}
    allowed = send(client, body, headers={"Origin": "https://app.example.com"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    refused = send(client, body, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert len(stored(work)) == 1
    assert client.options("/e/", headers={"Origin": "https://app.example.com"}).status_code == 204


def test_many_at_once_are_all_kept(work: Work, client: Browser, ana: Enrollment, app: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    token = product_of(work, ana).project_key
    work.session.commit()

    def one(_number: int) -> int:
        body = json.dumps({"api_key": token, "batch": [an_event(), an_event()]})
        return int(app.test_client().post("/batch/", data=body, csrf=False).status_code)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(one, range(40))) == {200}
    work.session.expire_all()
    assert len(stored(work)) == 80
    assert sum(each.events for each in work.session.scalars(select(UsageDaily))) == 80


def test_a_locked_database_asks_to_come_again_and_keeps_nothing_half(
    work: Work, client: Browser, ana: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from betaops.usage import service

    token = product_of(work, ana).project_key

    def locked(*_args: Any, **_more: Any) -> int:
        raise OperationalError("insert", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(service, "take", locked)
        response = send(client, {"api_key": token, "batch": [an_event()]})
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert stored(work) == []
    assert send(client, {"api_key": token, "batch": [an_event()]}).status_code == 200
