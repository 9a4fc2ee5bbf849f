"""What the overview asks of a PM: each line with one action that this member may take."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from betaops.accounts.permissions import Permission
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work
from betaops.programs.models import Phase, Program
from betaops.readiness import overview
from betaops.readiness.models import Decision, DecisionState
from betaops.surveys.models import Quota
from betaops.surveys.queries import Unfilled
from tests.factories.programs import a_program
from tests.factories.readiness import a_survey

TODAY = date(2026, 3, 2)
NOW = datetime.fromisoformat("2026-03-02T09:00:00+00:00")


def a_decision(state: DecisionState, *days: int | None) -> Decision:
    return Decision(
        id=new_id(),
        state=state,
        conditions=[
            {
                "text": f"Condition {number}",
                "owner": "Ana",
                "due_on": (TODAY + timedelta(days=day)).isoformat() if day is not None else None,
            }
            for number, day in enumerate(days)
        ],
    )


def test_conditions_are_overdue_the_day_after_they_were_due() -> None:
    found = overview.overdue(a_decision(DecisionState.IN_FORCE, -1, 0, 5, None), TODAY)
    assert [need.text for need in found] == ["A condition is overdue: “Condition 0”"]
    assert "Ana" in found[0].note
    assert not overview.overdue(a_decision(DecisionState.PROPOSED, -1), TODAY)
    assert not overview.overdue(None, TODAY)


def a_running_program(**values: Any) -> Program:
    told: dict[str, Any] = {
        "phase": Phase.RUNNING,
        "recruits_while_running": True,
        "capacity": 10,
        "seats_taken": 4,
        "ends_on": TODAY + timedelta(days=30),
    }
    return Program(**{**told, **values})


def test_free_seats_are_spoken_of_while_people_may_come_and_nobody_waits() -> None:
    program = a_running_program()
    assert [need.text for need in overview.seats(program, 0)] == ["6 seats are free and nobody waits"]
    assert not overview.seats(program, 2)
    assert not overview.seats(a_running_program(recruits_while_running=False), 0)
    assert not overview.seats(a_running_program(seats_taken=10), 0)


def unfilled(name: str, closes: int | None) -> Unfilled:
    at = NOW + timedelta(days=closes) if closes is not None else None
    return Unfilled(UUID(int=1), "First week", at, name, 3, 10)


def test_quotas_are_spoken_of_when_time_runs_out() -> None:
    quotas = [unfilled("soon", 3), unfilled("later", 20), unfilled("open", None), unfilled("closed", -1)]
    found = overview.quotas(a_running_program(), quotas, NOW)
    assert [need.text for need in found] == ["“soon” of “First week” is not full: 3 of 10"]
    ending = overview.quotas(a_running_program(ends_on=TODAY + timedelta(days=2)), quotas, NOW)
    assert ["open" in need.text for need in ending] == [False, False, True]


@pytest.mark.parametrize(("days", "role"), [(2, "waiting"), (4, "danger")])
def test_triage_is_urgent_when_the_oldest_waits_for_days(days: int, role: str) -> None:
    [found] = overview.untriaged(2, NOW - timedelta(days=days), NOW)
    assert found.role == role
    assert not overview.untriaged(0, None, NOW)


def test_whoever_may_not_act_is_led_elsewhere_or_spared() -> None:
    [seats] = overview.seats(a_running_program(), 0)
    assert seats.for_(lambda _permission: False) is None
    assert seats.for_(lambda _permission: True) is seats
    need = overview.Need(
        "Too few",
        "arrivals.invite",
        {},
        "Invite",
        permission=Permission.TESTERS_IMPORT,
        instead=overview.Way("readiness.index", {}, "See why"),
    )
    led = need.for_(lambda _permission: False)
    assert led is not None
    assert (led.endpoint, led.verb, led.permission) == ("readiness.index", "See why", None)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_unfilled_quota_and_free_seats_stand_on_the_overview(work: Work, member_client: Any) -> None:
    program = a_program(work, phase=Phase.RUNNING, ends_on=work.now.date() + timedelta(days=5))
    survey = a_survey(work, program)
    work.add(Quota(survey_id=survey.id, name="Power users", condition="{import} > 3", most=30, taken=12))
    address = f"/console/programs/{program.slug}"
    page = member_client("manager").get(address).text
    assert "“Power users” of “After the first week” is not full: 12 of 30" in page
    assert "seats are free and nobody waits" in page
    assert "seats are free and nobody waits" not in member_client("viewer").get(address).text
