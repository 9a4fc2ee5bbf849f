"""Roll-outs, scheduled changes and guardrails over the REST API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.feedback.models import Severity
from betaops.flags.models import Flag
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from tests.factories.feedback import a_report
from tests.factories.flags import a_flag
from tests.factories.programs import a_program
from tests.support.clock import Clock
from tests.support.running import RunJobs

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
STEPS = [{"share": 10, "hours": 24}, {"share": 100, "hours": 0}]


@pytest.fixture
def call(client: Any, work: Work) -> Callable[..., Any]:
    _row, key = keys.create_key(work, "test", {Permission.FLAGS_READ, Permission.FLAGS_WRITE})

    def send(method: str, path: str, **body: Any) -> Any:
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}}
        if method in ("post", "put"):
            options["json"] = body
        return getattr(client, method)(f"/api/v1{path}", **options)

    return send


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def flag(work: Work, program: Program) -> Flag:
    return a_flag(work, product=program_queries.product(work.session, program.product_id), percentage=0)


def test_a_rollout_from_its_plan_to_its_end(call: Any, flag: Flag, clock: Clock) -> None:
    at = f"/flags/{encode('flg', flag.id)}/rollouts"
    made = call("post", at, steps=STEPS)
    assert (made.status_code, made.json["state"], made.json["step"]) == (201, "running", 0)
    assert made.json["steps"] == STEPS
    one = f"/rollouts/{made.json['id']}"
    assert call("post", at, steps=[{"share": 5, "hours": 1}]).status_code == 409
    paused = call("post", f"{one}/pause", reason="The fair")
    assert (paused.json["state"], paused.json["pause_reason"]) == ("paused", "The fair")
    assert call("delete", f"{one}/pause").json["state"] == "running"
    assert call("post", f"{one}/previous").status_code == 409
    assert call("post", f"{one}/next", step=0).json["state"] == "finished"
    assert [item["id"] for item in call("get", at).json["items"]] == [made.json["id"]]
    again = call("post", at, steps=STEPS, at=(clock.now + timedelta(days=1)).isoformat())
    assert (again.status_code, again.json["state"]) == (201, "waiting")
    assert call("delete", f"/rollouts/{again.json['id']}").json["state"] == "ended"
    assert call("get", one).json["state"] == "finished"


def test_what_makes_no_sense_is_refused(call: Any, flag: Flag, clock: Clock) -> None:
    at = f"/flags/{encode('flg', flag.id)}"
    assert call("post", f"{at}/rollouts", steps=[]).status_code == 422
    shrinking = call("post", f"{at}/rollouts", steps=list(reversed(STEPS)))
    assert (shrinking.status_code, shrinking.json["detail"]) == (
        409,
        "Each step's share is larger than the one before.",
    )
    assert call("post", f"{at}/schedules", change="on", at="2026-03-02T08:00:00").status_code == 422
    past = call("post", f"{at}/schedules", change="on", at="2026-03-02T08:00:00Z")
    assert (past.status_code, past.json["detail"]) == (
        409,
        "That moment is past. Choose one that lies ahead.",
    )
    assert call("get", "/rollouts/rol_00000000000000000000000000").status_code == 404


def test_a_scheduled_change_is_made_listed_and_cancelled(call: Any, flag: Flag, clock: Clock) -> None:
    at = f"/flags/{encode('flg', flag.id)}/schedules"
    made = call("post", at, change="share", share=25, at="2026-03-03T10:00:00+01:00")
    assert (made.status_code, made.json["at"]) == (201, "2026-03-03T09:00:00Z")
    assert [item["share"] for item in call("get", at).json["items"]] == [25]
    assert call("delete", f"/schedules/{made.json['id']}").json["state"] == "cancelled"


def test_a_guardrail_is_set_changed_broken_and_no_key_can_sign(
    call: Any, work: Work, program: Program, flag: Flag, clock: Clock, run_jobs: RunJobs
) -> None:
    at = f"/flags/{encode('flg', flag.id)}"
    assert call("post", f"{at}/guardrails", measure="weather", limit=1, window_hours=1).status_code == 409
    made = call("post", f"{at}/guardrails", measure="new_blockers", limit=3, window_hours=24)
    one = f"/guardrails/{made.json['id']}"
    changed = call("put", one, limit=0, window_hours=12, version=1)
    assert (changed.json["limit"], changed.json["window_hours"]) == (0, 12)
    rollout = call("post", f"{at}/rollouts", steps=STEPS).json["id"]
    a_report(work, program=program, severity=Severity.BLOCKER)
    run_jobs()
    [shown] = call("get", f"{at}/guardrails").json["items"]
    assert (shown["broken_reading"], shown["broken_at"]) == (1, "2026-03-02T09:00:00Z")
    assert call("get", f"/rollouts/{rollout}").json["state"] == "paused"
    for method, path in (("delete", f"/rollouts/{rollout}/pause"), ("delete", one)):
        refused = call(method, path)
        assert refused.status_code == 409
        assert "has to sign" in refused.json["detail"]
