"""The flag endpoints as SDKs call them, before Flask."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from betaops.enrollment.models import State
from betaops.enrollment.service import enrolling, testers
from betaops.flags import service
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, in_cohort, person
from tests.factories.programs import a_product, a_program
from tests.support.browsers import Browser
from tests.support.running import RunJobs


def ask(
    client: Browser, token: str, distinct_id: str = "somebody", *, v: int = 2, **more: Any
) -> TestResponse:
    headers = more.pop("headers", {})
    body = {"token": token, "distinct_id": distinct_id, **more}
    return client.post(f"/flags/?v={v}", data=orjson.dumps(body), headers=headers, csrf=False)


def flags_of(client: Browser, token: str, distinct_id: str = "somebody", **more: Any) -> dict[str, Any]:
    response = ask(client, token, distinct_id, **more)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json["flags"]
    return found


def test_a_cohorts_flag_is_on_for_its_people_and_off_for_everyone_else(work: Work, client: Browser) -> None:
    program = a_program(work)
    ana, ben = an_enrollment(work, program=program), an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, members=[ana])
    product = program_product(work, program)
    a_flag(work, product=product, key="new-editor", cohort=cohort, payloads={"true": '{"theme": "ink"}'})
    work.session.commit()
    record = flags_of(client, product.project_key, encode("tst", ana.tester_id))["new-editor"]
    assert record["enabled"] is True
    assert record["variant"] is None
    assert record["reason"] == {
        "code": "condition_match",
        "condition_index": 0,
        "description": "Matched condition set 1",
    }
    assert record["metadata"]["payload"] == '{"theme": "ink"}'
    for stranger in (encode("tst", ben.tester_id), "somebody", ""):
        if stranger:
            record = flags_of(client, product.project_key, stranger)["new-editor"]
            assert record["enabled"] is False
            assert record["reason"]["code"] == "no_condition_match"


def program_product(work: Work, program: Any) -> Any:
    from betaops.programs import queries

    return queries.product(work.session, program.product_id)


def test_the_three_answer_forms(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain", payloads={"true": "7"})
    a_flag(work, product=product, key="sync", variants={"old": 0, "new": 100})
    a_flag(work, product=product, key="off", conditions=[])
    a_flag(work, product=product, key="killed", is_active=False)
    legacy = ask(client, product.project_key, v=1).json
    assert legacy["featureFlags"] == {"off": False, "plain": True, "sync": "new"}
    assert legacy["featureFlagPayloads"] == {"plain": "7"}
    second = ask(client, product.project_key, v=2).json
    assert second["errorsWhileComputingFlags"] is False
    assert set(second["flags"]) == {"off", "plain", "sync"}
    assert (second["flags"]["sync"]["enabled"], second["flags"]["sync"]["variant"]) == (True, "new")
    typed = ask(client, product.project_key, v=4).json["flags"]
    assert (typed["plain"]["value"], typed["sync"]["value"], typed["off"]["value"]) == (True, "new", False)
    assert typed["sync"]["metadata"]["config_version"] == 1
    assert ask(client, product.project_key, v=7).json["flags"] == typed


def test_both_slash_forms_and_every_body_shape(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    work.session.commit()
    text = json.dumps({"api_key": product.project_key, "$distinct_id": 17}).encode()
    form = b"data=" + base64.b64encode(text).replace(b"+", b"%2B").replace(b"=", b"%3D")
    for path in ("/flags?v=2", "/flags/?v=2"):
        for body, headers in (
            (text, {}),
            (text, {"Content-Type": "text/plain"}),
            (gzip.compress(text), {}),
            (gzip.compress(text), {"Content-Encoding": "gzip"}),
            (form, {"Content-Type": "application/x-www-form-urlencoded"}),
        ):
            response = client.post(path, data=body, headers=headers, csrf=False)
            assert response.json["flags"]["plain"]["enabled"] is True, (path, headers, response.text)


def test_decide_carries_the_remote_config(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    work.session.commit()
    answer = client.post(
        "/decide/?v=3", data=json.dumps({"token": product.project_key, "distinct_id": "x"}), csrf=False
    ).json
    assert answer["featureFlags"] == {"plain": True}
    assert answer["supportedCompression"] == ["gzip", "gzip-js"]


def test_a_change_is_seen_without_a_new_process(
    work: Work, client: Browser, soon: Callable[[], None]
) -> None:
    product = a_product(work)
    flag = a_flag(work, product=product, key="plain")
    assert flags_of(client, product.project_key)["plain"]["enabled"] is True
    service.kill(work, flag.id)
    work.session.commit()
    soon()
    assert flags_of(client, product.project_key) == {}
    service.revive(work, flag.id)
    work.session.commit()
    soon()
    assert flags_of(client, product.project_key)["plain"]["enabled"] is True


def test_what_is_stored_about_a_person_wins_over_what_a_request_claims(work: Work, client: Browser) -> None:
    program = a_program(work)
    product = program_product(work, program)
    free = an_enrollment(work, program=program, attributes={"plan": "free"})
    pro = an_enrollment(work, program=program, attributes={"plan": "pro"})
    a_flag(work, product=product, key="pro-only", conditions=[{"properties": [person("plan", "pro")]}])
    a_flag(
        work, product=product, key="by-mail", conditions=[{"properties": [person("email", "ana@acme.com")]}]
    )
    work.session.commit()
    claims = {"plan": "pro", "email": "ana@acme.com", "distinct_id": "ana@acme.com"}
    seen = flags_of(client, product.project_key, encode("tst", free.tester_id), person_properties=claims)
    assert (seen["pro-only"]["enabled"], seen["by-mail"]["enabled"]) == (False, False)
    assert flags_of(client, product.project_key, encode("tst", pro.tester_id))["pro-only"]["enabled"] is True
    # Of a stranger nothing is stored: their word is all there is.
    assert flags_of(client, product.project_key, person_properties=claims)["pro-only"]["enabled"] is True


def test_a_cohort_opens_nothing_for_applicants_and_for_people_who_left(
    work: Work, client: Browser, run_jobs: RunJobs, soon: Callable[[], None]
) -> None:
    program = a_program(work)
    product = program_product(work, program)
    applied = an_enrollment(work, program=program, state=State.APPLIED)
    active = an_enrollment(work, program=program, state=State.ACTIVE)
    cohort = a_cohort(work, program=program, members=[applied, active])
    a_flag(work, product=product, key="new-editor", cohort=cohort)
    work.session.commit()
    asked = {who: encode("tst", each.tester_id) for who, each in (("applied", applied), ("active", active))}
    assert flags_of(client, product.project_key, asked["applied"])["new-editor"]["enabled"] is False
    assert flags_of(client, product.project_key, asked["active"])["new-editor"]["enabled"] is True
    enrolling.change(work, active.id, State.REMOVED)
    run_jobs()
    soon()
    assert flags_of(client, product.project_key, asked["active"])["new-editor"]["enabled"] is False


def test_a_person_is_found_by_every_id_and_their_address_in_any_case(
    work: Work, client: Browser, run_jobs: RunJobs, soon: Callable[[], None]
) -> None:
    program = a_program(work)
    product = program_product(work, program)
    ana = an_enrollment(work, program=program, mail="Ana.Ruiz@example.com", attributes={"plan": "pro"})
    cohort = a_cohort(work, program=program, rule=where("attribute.plan", "is", "Pro"))
    a_flag(work, product=product, key="new-editor", cohort=cohort)
    assert flags_of(client, product.project_key, "user-77")["new-editor"]["enabled"] is False
    testers.link_identity(work, ana.tester_id, "user-77")
    run_jobs()
    soon()
    for distinct_id in (
        "user-77",
        "ANA.RUIZ@example.com",
        "ana.ruiz@example.com",
        encode("tst", ana.tester_id),
    ):
        assert flags_of(client, product.project_key, distinct_id)["new-editor"]["enabled"] is True


def test_only_the_keys_that_are_asked_for_are_answered(work: Work, client: Browser) -> None:
    product = a_product(work)
    for key in ("a", "b", "c"):
        a_flag(work, product=product, key=key)
    work.session.commit()
    assert set(flags_of(client, product.project_key, flag_keys_to_evaluate=["b", "unknown"])) == {"b"}
    assert flags_of(client, product.project_key, disable_flags=True) == {}


def test_30_the_public_key_works_from_allowed_origins_only_and_without_credentials(
    work: Work, client: Browser
) -> None:
    product = a_product(work, origins=["https://app.example.com"])
    a_flag(work, product=product, key="plain")
    work.session.commit()
    allowed = ask(client, product.project_key, headers={"Origin": "https://app.example.com"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    assert "Set-Cookie" not in allowed.headers
    refused = ask(client, product.project_key, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    server = ask(client, product.project_key)
    assert server.status_code == 200
    preflight = client.options(
        "/flags/?v=2",
        headers={
            "Origin": "https://app.example.com",
            "Access-Control-Request-Headers": "content-type, x-posthog-sdk",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Headers"] == "content-type, x-posthog-sdk"
    # The API for programs is not for pages at all.
    assert (
        "Access-Control-Allow-Origin"
        not in client.get("/api/v1/flags", headers={"Origin": "https://x.example"}).headers
    )


def test_too_many_parameters_are_a_mistake_of_the_request(client: Browser) -> None:
    many = "&".join(["a=1"] * 150)
    for path in ("/flags/definitions", "/api/feature_flag/local_evaluation"):
        assert client.get(f"{path}?{many}").status_code == 400


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\x00\xff\xfe", 400),
        (b"\x1f\x8bnot gzip", 400),
        (gzip.compress(b'{"token": "x"', mtime=0)[:-4], 400),
        (b"data=%%%", 400),
        (b"[" * 10_000 + b"]" * 10_000, 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (b'{"token": NaN, "distinct_id": "x"}', 401),
        (b'{"token": "bo_unknown", "distinct_id": "x"}', 401),
        (b'{"token": {"a": 1}, "distinct_id": "x"}', 401),
        (b'{"distinct_id": "x"}', 401),
        (gzip.compress(b" " * 50_000_000, mtime=0), 413),
        (b" " * 300_000, 413),
    ],
)
def test_33_a_bad_body_gets_the_sdks_own_error(client: Browser, body: bytes, status: int) -> None:
    for path in ("/flags/?v=2", "/decide?v=3"):
        response = client.post(path, data=body, csrf=False)
        assert response.status_code == status, response.text
        assert set(response.json) == {"type", "code", "detail", "attr"}


@pytest.mark.parametrize(
    "odd",
    [
        {"distinct_id": None},
        {"distinct_id": ""},
        {"distinct_id": ["x"]},
        {"distinct_id": {"x": 1}},
    ],
)
def test_a_question_without_a_person_is_refused(work: Work, client: Browser, odd: dict[str, Any]) -> None:
    product = a_product(work)
    work.session.commit()
    assert ask(client, product.project_key, **odd).status_code == 400


def test_odd_but_harmless_fields_are_survived(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain", conditions=[{"properties": [person("age", 18, "gte")]}])
    work.session.commit()
    body = (
        b'{"token": "%s", "distinct_id": "x\\u0000\\ud83d\\ude00", "person_properties": {"age": NaN, "deep": [[[1]]]}, '
        b'"groups": [1], "group_properties": {"company": 7}, "flag_keys_to_evaluate": null, "sent_at": Infinity}'
    ) % product.project_key.encode()
    response = client.post("/flags/?v=2", data=body, csrf=False)
    assert response.json["flags"]["plain"]["enabled"] is False
    long = ask(client, product.project_key, "x" * 100_000)
    assert long.status_code == 200


def test_28_no_answer_may_be_framed_and_none_sets_a_cookie(work: Work, client: Browser) -> None:
    product = a_product(work)
    work.session.commit()
    for response in (
        ask(client, product.project_key),
        ask(client, "bo_unknown"),
        client.get("/flags/definitions"),
        client.get(f"/array/{product.project_key}/config.js"),
        client.post("/batch/", data=b"{}", csrf=False),
    ):
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in response.headers


def test_other_methods_are_named(client: Browser) -> None:
    response = client.get("/flags/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")
    assert client.post("/flags/definitions", csrf=False).status_code == 405


def test_another_workspaces_people_and_cohorts_count_for_nothing(work: Work, client: Browser) -> None:
    from betaops.accounts.models import Workspace
    from betaops.enrollment.models import Identity

    program = a_program(work)
    product = program_product(work, program)
    ana = an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, members=[ana])
    a_flag(work, product=product, key="new-editor", cohort=cohort)
    home = work.workspace_id
    elsewhere = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(elsewhere)
    work.enter(elsewhere.id)
    foreign = a_program(work, name="Foreign", product=a_product(work, name="Foreign"))
    stranger = an_enrollment(work, program=foreign, attributes={"plan": "pro"})
    foreign_product = program_product(work, foreign)
    condition = {"properties": [in_cohort(cohort)], "rollout_percentage": 100}
    theirs = {"id": 1, "key": "theirs", "active": True, "filters": {"groups": [condition]}}
    service.import_definitions(work, foreign_product.id, {"flags": [theirs]})
    work.add(Identity(tester_id=stranger.tester_id, distinct_id="shared-id", created_at=work.now))
    stranger_id = stranger.tester_id
    work.session.commit()
    work.enter(home)
    assert flags_of(client, product.project_key, "shared-id")["new-editor"]["enabled"] is False
    assert flags_of(client, product.project_key, encode("tst", stranger_id))["new-editor"]["enabled"] is False
    assert (
        flags_of(client, foreign_product.project_key, encode("tst", ana.tester_id))["theirs"]["enabled"]
        is False
    )
