"""Quotas over the REST API."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.models import Survey
from tests.factories.accounts import key_elsewhere
from tests.factories.surveys import a_response, a_survey

Call = Callable[..., Any]
IMPORTERS = {"name": "Importers", "condition": "{used_import} = 'yes'", "most": 1}


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work)


@pytest.fixture
def call(work: Work, client: Any) -> Call:
    """A request with a key that may build surveys."""
    _row, key = keys.create_key(work, "test", {Permission.SURVEYS_READ, Permission.SURVEYS_WRITE})
    work.session.commit()

    def send(method: str, path: str, *, key: str = key, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        return client.open(f"/api/v1/{path}", method=method, headers=headers, csrf=False, **options)

    return send


def own(survey: Survey) -> str:
    return f"surveys/{ids.encode('svy', survey.id)}/quotas"


def test_a_quota_is_made_fills_is_changed_and_taken_away(work: Work, survey: Survey, call: Call) -> None:
    made = call("POST", own(survey), json=IMPORTERS)
    assert made.status_code == 201
    assert (made.json["taken"], made.json["is_full"], made.json["when_full"]) == (0, False, "turn_away")
    a_response(work, survey, {"used_import": "yes", "import_easy": 4, "nps": 9})
    work.session.commit()
    [listed] = call("GET", own(survey)).json["items"]
    assert (listed["id"], listed["taken"], listed["is_full"]) == (made.json["id"], 1, True)

    address = f"quotas/{made.json['id']}"
    changed = call("PATCH", address, json={"most": 50, "when_full": "close", "words": "<p>Enough.</p>"})
    assert (changed.json["most"], changed.json["is_full"]) == (50, False)
    assert (changed.json["when_full"], changed.json["words"]) == ("close", "<p>Enough.</p>")
    assert call("GET", address).json == changed.json
    refused = call("PATCH", address, json={"condition": "{used_import} = 'no'"})
    assert (refused.status_code, "has counted answers" in refused.json["detail"]) == (409, True)
    assert call("DELETE", address).status_code == 204
    assert call("GET", address).status_code == 404
    assert queries.count_complete(work.session, survey.id) == 1


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"condition": "{used_import} ="}, 409, "cannot be read"),
        ({"condition": "{nowhere} = 1"}, 409, "no question {nowhere}"),
        ({"condition": "fly({nps})"}, 409, "not known"),
        ({"most": 0}, 422, ""),
        ({"most": "3"}, 422, ""),
        ({"name": " "}, 422, ""),
        ({"limit": 3}, 422, ""),
    ],
)
def test_what_cannot_be_is_refused(
    survey: Survey, call: Call, change: dict[str, Any], status: int, words: str
) -> None:
    refused = call("POST", own(survey), json={**IMPORTERS, **change})
    assert refused.status_code == status
    assert words in refused.json["detail"]
    assert call("GET", own(survey)).json["items"] == []


def test_a_retry_makes_no_second_one(survey: Survey, call: Call) -> None:
    once, again = (
        call("POST", own(survey), json=IMPORTERS, headers={"Idempotency-Key": "quota"}) for _time in range(2)
    )
    assert once.json == again.json
    assert len(call("GET", own(survey)).json["items"]) == 1
    assert call("POST", own(survey), json=IMPORTERS).status_code == 409, "its name is taken"


def test_a_key_needs_the_scope_and_sees_its_own_workspace_alone(
    work: Work, survey: Survey, call: Call
) -> None:
    other_workspace_key = key_elsewhere(work)
    address = f"quotas/{call('POST', own(survey), json=IMPORTERS).json['id']}"
    _row, reader = keys.create_key(work, "reader", {Permission.SURVEYS_READ})
    work.session.commit()
    assert call("GET", address, key=reader).status_code == 200
    assert call("DELETE", address, key=reader).status_code == 403
    for method, path in (("GET", address), ("PATCH", address), ("DELETE", address), ("GET", own(survey))):
        options = {"json": {}} if method == "PATCH" else {}
        assert call(method, path, key=other_workspace_key, **options).status_code == 404
