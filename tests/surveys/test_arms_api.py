"""Arms over the REST API."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.surveys.models import Survey
from tests.factories.accounts import key_elsewhere
from tests.factories.surveys import a_response, a_survey
from tests.surveys.test_quota_api import call  # noqa: F401  # a fixture

Call = Callable[..., Any]


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work)


def own(survey: Survey) -> str:
    return f"surveys/{ids.encode('svy', survey.id)}/arms"


def test_arms_are_made_changed_and_taken_away_as_long_as_nobody_has_answered(
    work: Work,
    survey: Survey,
    call: Call,  # noqa: F811  # the fixture
) -> None:
    made = [call("POST", own(survey), json={"name": name}).json for name in ("Box", "Tin")]
    assert [(each["name"], each["weight"], each["answered"]) for each in made] == [
        ("Box", 1, 0),
        ("Tin", 1, 0),
    ]
    tin = f"{own(survey)}/{made[1]['id']}"
    assert call("PATCH", tin, json={"weight": 3}).json["weight"] == 3
    assert call("DELETE", f"{own(survey)}/{made[0]['id']}").status_code == 204
    assert call("POST", own(survey), json={"name": "Bag"}).status_code == 201
    for _ in range(4):
        a_response(work, survey, {"used_import": "no", "nps": 9})
    work.session.commit()
    told = {each["name"]: each["answered"] for each in call("GET", own(survey)).json["items"]}
    assert told == {"Tin": 3, "Bag": 1}
    for refused in (call("PATCH", tin, json={"name": "Jar"}), call("DELETE", tin)):
        assert (refused.status_code, refused.json["type"]) == (409, "urn:betaops:answered")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": " "}, 409),
        ({"name": "a}b"}, 409),
        ({"name": "x", "weight": 0}, 422),
        ({"name": "BOX"}, 409),
        ({}, 422),
    ],
)
def test_what_is_no_arm_is_refused(survey: Survey, call: Call, body: dict[str, Any], status: int) -> None:  # noqa: F811
    call("POST", own(survey), json={"name": "Box"})
    assert call("POST", own(survey), json=body).status_code == status
    assert len(call("GET", own(survey)).json["items"]) == 1


def test_another_workspace_sees_no_arm(work: Work, survey: Survey, call: Call) -> None:  # noqa: F811
    made = call("POST", own(survey), json={"name": "Box"}).json
    other = key_elsewhere(work)
    for method, path in (("GET", own(survey)), ("DELETE", f"{own(survey)}/{made['id']}")):
        assert call(method, path, key=other).status_code == 404
