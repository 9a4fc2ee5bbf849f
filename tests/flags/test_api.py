"""Cohorts and flags over the REST API."""

from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.flags import service
from betaops.flags.service.exposures import Met
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_program
from tests.flags.conftest import API_SCOPES


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


def test_a_cohort_from_making_to_dropping(call: Any, work: Work, program: Program) -> None:
    ana = an_enrollment(work, program=program, attributes={"plan": "pro"})
    at = f"/programs/{encode('prg', program.id)}/cohorts"
    made = call("post", at, name="Pros", rule=where("attribute.plan", "is", "pro"))
    assert (made.status_code, made.json["size"], made.json["kind"]) == (201, 1, "rule")
    one = f"/cohorts/{made.json['id']}"
    assert [each["tester"] for each in call("get", f"{one}/members").json["items"]] == [
        encode("tst", ana.tester_id)
    ]
    changed = call("patch", one, rule=where("attribute.plan", "is", "team"), version=1)
    assert (changed.status_code, changed.json["size"], changed.json["name"]) == (200, 0, "Pros")
    assert call("patch", one, name="Older", version=1).status_code == 409
    bad = call("patch", one, rule={"all": [where("attribute.plan", "rhymes", "x")]})
    assert bad.status_code == 409
    assert bad.json["detail"] == "Choose how to compare."
    assert [item["id"] for item in call("get", at).json["items"]] == [made.json["id"]]
    assert call("delete", one).status_code == 204
    assert call("get", one).status_code == 404


def test_people_are_picked_over_the_api(call: Any, work: Work, program: Program) -> None:
    ana = an_enrollment(work, program=program)
    stranger = an_enrollment(work, program=a_program(work, name="Other", codename="Other"))
    one = f"/cohorts/{encode('coh', a_cohort(work, program=program).id)}"
    mine, theirs = encode("tst", ana.tester_id), encode("tst", stranger.tester_id)
    assert call("post", f"{one}/members", testers=[mine, theirs]).status_code == 404
    assert call("post", f"{one}/members", testers=[mine]).json == {"changed": 1}
    assert call("post", f"{one}/members", testers=[mine]).json == {"changed": 0}
    assert call("post", f"{one}/members/removal", testers=[mine]).json == {"changed": 1}
    assert call("post", f"{one}/members", testers=["nonsense"]).status_code == 404


def test_a_flag_from_making_to_dropping(call: Any, work: Work, program: Program) -> None:
    at = f"/products/{encode('prd', program.product_id)}/flags"
    filters = {"groups": [{"properties": [person("plan", "pro")], "rollout_percentage": 50}]}
    made = call("post", at, key="new-editor", filters=filters)
    assert (made.status_code, made.json["filters"], made.json["is_active"]) == (201, filters, True)
    one = f"/flags/{made.json['id']}"
    assert call("post", at, key="new-editor").status_code == 409
    assert call("patch", one, description="Now described", version=1).json["version"] == 2
    assert call("patch", one, description="older", version=1).status_code == 409
    assert call("patch", one, filters={"groups": [{"rollout_percentage": 101}]}).status_code == 409
    assert call("patch", one, key="other").status_code == 422
    killed = call("post", f"{one}/kill", note="It ate a note")
    assert killed.json["is_active"] is False
    assert call("delete", f"{one}/kill").json["is_active"] is True
    assert [item["key"] for item in call("get", at).json["items"]] == ["new-editor"]
    assert call("delete", one).status_code == 204
    assert call("get", one).status_code == 404


def test_each_verb_needs_its_scope(call: Any, work: Work, program: Program) -> None:
    flag = f"/flags/{encode('flg', a_flag(work).id)}"
    cohort = f"/cohorts/{encode('coh', a_cohort(work, program=program).id)}"
    for method, path, needed in (
        ("get", flag, Permission.FLAGS_READ),
        ("patch", flag, Permission.FLAGS_WRITE),
        ("post", f"{flag}/kill", Permission.FLAGS_KILL),
        ("get", cohort, Permission.COHORTS_READ),
        ("patch", cohort, Permission.COHORTS_WRITE),
    ):
        assert call(method, path, scopes=API_SCOPES - {needed}).status_code == 403, path
        assert call(method, path, scopes={needed}).status_code == 200, path


@pytest.mark.parametrize(
    "filters",
    [
        {"groups": [[]]},
        {"groups": 7},
        {"groups": None, "payloads": 3},
        {
            "multivariate": {
                "variants": [{"key": [], "rollout_percentage": 50}, {"key": "b", "rollout_percentage": 50}]
            }
        },
        {"groups": [{"properties": [{"key": "id", "type": "cohort", "value": "9" * 5_000}]}]},
    ],
)
def test_odd_filters_are_refused_not_crashed_on(call: Any, program: Program, filters: Any) -> None:
    response = call(
        "post", f"/products/{encode('prd', program.product_id)}/flags", key="odd", filters=filters
    )
    assert response.status_code in (400, 409, 422), response.text
    assert response.content_type.startswith("application/problem+json")


def test_a_flag_says_what_it_wants_to_know_and_who_met_it(call: Any, work: Work, program: Program) -> None:
    flag = a_flag(work, product=program_queries.product(work.session, program.product_id), key="sync")
    met = Met(flag.product_id, "sync", "on", work.now.date(), None)
    service.count_exposures(work, {met: 3})
    work.session.commit()
    one = f"/flags/{encode('flg', flag.id)}"
    assert call("get", one).json["identified_only"] is False
    assert call("patch", one, identified_only=True).json["identified_only"] is True
    assert call("patch", one, description="New words").json["identified_only"] is True
    today = work.now.date().isoformat()
    seen = call("get", f"{one}/exposures").json
    assert seen == {"items": [{"value": "on", "times": 3, "people": 0, "last_on": today}]}
    made = call(
        "post", f"/products/{encode('prd', program.product_id)}/flags", key="guarded", identified_only=True
    )
    assert made.json["identified_only"] is True
