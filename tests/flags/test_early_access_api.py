"""Features, choices and values by hand over the REST API."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.enrollment.models import Enrollment
from betaops.flags import promotion
from betaops.flags.models import Flag
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag
from tests.factories.programs import a_program

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Call = Callable[..., Any]


@pytest.fixture
def call(client: Any, work: Work) -> Call:
    def send(method: str, path: str, **body: Any) -> Any:
        _row, key = keys.create_key(work, "Deploy", {Permission.FLAGS_READ, Permission.FLAGS_WRITE})
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
        if method in ("post", "patch", "put"):
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def flag(work: Work, program: Program) -> Flag:
    product = program_queries.product(work.session, program.product_id)
    return a_flag(work, product=product, key="focus", conditions=[])


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, name="Ana")


def test_a_feature_from_offering_to_ending(call: Call, program: Program, flag: Flag) -> None:
    at = f"/flags/{encode('flg', flag.id)}/feature"
    made = call("post", at, name="Focus mode", payload={"icon": "moon"})
    assert (made.status_code, made.json["stage"], made.json["key"]) == (201, "concept", "focus")
    assert (made.json["joined"], made.json["left"], made.json["blocked_by"]) == (0, 0, [])
    assert call("post", at, name="Again").status_code == 409
    one = f"/features/{made.json['id']}"
    changed = call("patch", one, description="Quiet.", version=1)
    assert (changed.json["name"], changed.json["payload"], changed.json["version"]) == (
        "Focus mode",
        {"icon": "moon"},
        2,
    )
    assert call("patch", one, name="Older", version=1).status_code == 409
    assert call("patch", one, documentation_url="ftp://x").status_code == 409
    listed = call("get", f"/products/{encode('prd', program.product_id)}/features")
    assert [item["id"] for item in listed.json["items"]] == [made.json["id"]]
    assert call("delete", one).status_code == 204
    assert call("get", one).status_code == 404


def test_stages_go_up_and_down_and_a_repeated_call_changes_nothing(
    call: Call, flag: Flag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "_gates", [])
    made = call("post", f"/flags/{encode('flg', flag.id)}/feature", name="Focus mode")
    one = f"/features/{made.json['id']}"
    for _twice in range(2):
        assert call("post", f"{one}/promotion", stage="beta").json["stage"] == "beta"
    assert call("post", f"{one}/promotion", stage="alpha").status_code == 409
    assert call("post", f"{one}/demotion", stage="general-availability").status_code == 409
    assert call("post", f"{one}/promotion", stage="beta", for_everybody=True).status_code == 409
    promotion.register(lambda *_about: ["Three questions are open.", "No GO is decided yet."])
    assert call("get", one).json["blocked_by"] == ["Three questions are open.", "No GO is decided yet."]
    blocked = call("post", f"{one}/promotion", stage="general-availability")
    assert (blocked.status_code, blocked.json["detail"]) == (
        409,
        "Three questions are open. No GO is decided yet.",
    )
    assert call("post", f"{one}/demotion", stage="alpha").json["stage"] == "alpha"
    monkeypatch.setattr(promotion, "_gates", [])
    released = call("post", f"{one}/promotion", stage="general-availability", for_everybody=True)
    assert released.json["stage"] == "general-availability"
    groups = call("get", f"/flags/{encode('flg', flag.id)}").json["filters"]["groups"]
    assert groups == [{"properties": [], "rollout_percentage": 100, "variant": None}]


def test_a_person_is_enrolled_and_their_value_set_by_hand(
    call: Call, work: Work, program: Program, flag: Flag, ana: Enrollment
) -> None:
    feature = call("post", f"/flags/{encode('flg', flag.id)}/feature", name="Focus mode", stage="beta").json[
        "id"
    ]
    tester = encode("tst", ana.tester_id)
    person = f"/products/{encode('prd', program.product_id)}/testers/{tester}/flags"
    [before] = call("get", person).json["items"]
    assert (before["value"], before["choice"], before["override"]) == (False, None, None)
    assert call("put", f"/features/{feature}/choices/{tester}", joined=True).status_code == 204
    [given] = call("get", person).json["items"]
    assert (given["value"], given["reason"]) == (True, "Enrolled by hand by Deploy")
    assert (given["choice"]["joined"], given["choice"]["by"], given["choice"]["stage"]) == (
        True,
        "Deploy",
        "beta",
    )
    override = f"/flags/{encode('flg', flag.id)}/overrides/{tester}"
    assert call("put", override, value=False, why="It crashes.").status_code == 204
    [given] = call("get", person).json["items"]
    assert (given["value"], given["reason"]) == (False, "Set by hand by Deploy: It crashes.")
    assert given["override"]["why"] == "It crashes."
    assert call("put", override, value="gone", why="x").status_code == 409
    assert call("put", override, value=1, why="x").status_code == 422
    assert call("delete", override).status_code == 204
    assert call("delete", override).status_code == 204
    assert call("get", person).json["items"][0]["value"] is True


def test_who_is_nobody_of_the_product_is_not_found(call: Call, work: Work, flag: Flag) -> None:
    stranger = an_enrollment(work, program=a_program(work, name="Other", codename="Other"))
    override = f"/flags/{encode('flg', flag.id)}/overrides/{encode('tst', stranger.tester_id)}"
    assert call("put", override, value=True, why="x").status_code == 404
