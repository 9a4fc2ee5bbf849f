"""OpenFeature's remote evaluation: one flag, all flags, and every way to ask wrongly."""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from betaops.flags import service
from betaops.flags.models import Runtime
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs.models import Product
from betaops.programs.service import products
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_product, a_program
from tests.support.browsers import Browser

ALL = "/ofrep/v1/evaluate/flags"


def ask(client: Browser, key: str, path: str = ALL, body: Any = None, **headers: str) -> TestResponse:
    sent = {"context": {"targetingKey": "somebody"}} if body is None else body
    data = sent if isinstance(sent, bytes) else orjson.dumps(sent)
    return client.post(path, data=data, headers={"Authorization": f"Bearer {key}", **headers}, csrf=False)


def context(**attributes: Any) -> dict[str, Any]:
    return {"context": {"targetingKey": "somebody", **attributes}}


def test_a_cohorts_flag_is_on_for_its_people_alone(work: Work, client: Browser) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    product = work.session.get_one(Product, program.product_id)
    a_flag(work, product=product, key="new-editor", cohort=a_cohort(work, program=program, members=[ana]))
    for path in (f"{ALL}/new-editor", f"{ALL}/new-editor/"):
        body = {"context": {"targetingKey": encode("tst", ana.tester_id)}}
        answer = ask(client, product.project_key, path, body)
        assert answer.status_code == 200, answer.text
        assert {name: answer.json[name] for name in ("key", "value", "variant", "reason")} == {
            "key": "new-editor",
            "value": True,
            "variant": "on",
            "reason": "TARGETING_MATCH",
        }
    stranger = ask(client, product.project_key, f"{ALL}/new-editor").json
    assert (stranger["value"], stranger["variant"]) == (False, "off")


def test_each_flag_has_one_type(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    a_flag(work, product=product, key="theme", variants={"ink": 100})
    a_flag(work, product=product, key="limit", variants={"big": 100}, payloads={"big": "2.0"})
    a_flag(work, product=product, key="layout", variants={"wide": 100}, payloads={"wide": '{"columns": 3}'})
    a_flag(work, product=product, key="nobody", variants={"ink": 100}, conditions=[])
    a_flag(work, product=product, key="killed", is_active=False)
    flags = {each["key"]: each for each in ask(client, product.project_key).json["flags"]}
    assert {key: each.get("value") for key, each in flags.items()} == {
        "plain": True,
        "theme": "ink",
        "limit": 2.0,
        "layout": {"columns": 3},
        "nobody": None,
        "killed": False,
    }
    assert "value" not in flags["nobody"], "whoever gets no variant gets the default of the code"
    assert (flags["theme"]["variant"], flags["theme"]["reason"]) == ("ink", "SPLIT")
    assert flags["killed"]["reason"] == "DISABLED"
    assert b'"value":2.0' in ask(client, product.project_key, f"{ALL}/limit").data, "a float stays one"


def test_attributes_and_groups_are_what_conditions_ask_for(work: Work, client: Browser) -> None:
    product = a_product(work)
    conditions = [{"properties": [person("plan", "pro")], "rollout_percentage": 100}]
    a_flag(work, product=product, key="pro", conditions=conditions)
    path = f"{ALL}/pro"
    assert ask(client, product.project_key, path, context(plan="pro")).json["value"] is True
    assert ask(client, product.project_key, path, context(plan="free")).json["value"] is False
    odd = context(groups={"company": 7, "odd": None}, groupProperties={"company": []})
    assert ask(client, product.project_key, path, odd).status_code == 200


def test_an_unchanged_answer_is_not_sent_again(work: Work, client: Browser, soon: Callable[[], None]) -> None:
    product = a_product(work)
    flag = a_flag(work, product=product, key="plain")
    first = ask(client, product.project_key)
    again = ask(client, product.project_key, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    service.kill(work, flag.id)
    work.session.commit()
    soon()
    changed = ask(client, product.project_key, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_flags_for_servers_are_shown_to_the_secret_key_alone(work: Work, client: Browser) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="internal", runtime=Runtime.SERVER)
    secret = products.replace_secret_key(work, product.id)
    work.session.commit()
    assert ask(client, product.project_key).json["flags"] == []
    hidden = ask(client, product.project_key, f"{ALL}/internal")
    assert (hidden.status_code, hidden.json["errorCode"]) == (404, "FLAG_NOT_FOUND")
    assert ask(client, secret, f"{ALL}/internal").json["value"] is True
    by_header = client.post(ALL, data=orjson.dumps(context()), headers={"X-API-Key": secret}, csrf=False)
    assert [each["key"] for each in by_header.json["flags"]] == ["internal"]
    from_a_page = ask(client, secret, Origin="https://shop.example")
    assert from_a_page.json["flags"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "PARSE_ERROR"),
        (b"\xff\xfe", 400, "PARSE_ERROR"),
        (b"[" * 10_000, 400, "PARSE_ERROR"),
        ([], 400, "INVALID_CONTEXT"),
        ({}, 400, "INVALID_CONTEXT"),
        ({"context": "me"}, 400, "INVALID_CONTEXT"),
        ({"context": {str(each): each for each in range(1_002)}}, 400, "INVALID_CONTEXT"),
        ({"context": {}}, 400, "TARGETING_KEY_MISSING"),
        ({"context": {"targetingKey": ""}}, 400, "TARGETING_KEY_MISSING"),
        ({"context": {"targetingKey": 7}}, 400, "TARGETING_KEY_MISSING"),
        (b" " * (1 << 19), 413, "GENERAL"),
        (gzip.compress(b" " * 50_000_000, mtime=0), 413, "GENERAL"),
    ],
)
def test_33_a_question_that_makes_no_sense_is_told_why(
    work: Work, client: Browser, body: Any, status: int, code: str
) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="plain")
    for path in (ALL, f"{ALL}/plain"):
        answer = ask(client, product.project_key, path, body)
        assert answer.status_code == status, answer.text
        assert answer.json["errorCode"] == code
        assert answer.json["errorDetails"]
        assert answer.json.get("key") == (None if path == ALL else "plain")


def test_30_only_known_keys_and_allowed_origins_are_answered(work: Work, client: Browser) -> None:
    product = a_product(work)
    product.origins = ["https://shop.example"]
    a_flag(work, product=product, key="plain")
    work.session.commit()
    assert ask(client, "bo_nobody").status_code == 401
    assert client.post(ALL, data=b"{}", csrf=False).status_code == 401
    assert ask(client, product.project_key, Origin="https://evil.example").status_code == 403
    allowed = ask(client, product.project_key, Origin="https://shop.example")
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert allowed.headers["Access-Control-Expose-Headers"] == "ETag"
    assert client.get(ALL).status_code == 405
    assert client.options(ALL, headers={"Origin": "https://shop.example"}).status_code == 204
