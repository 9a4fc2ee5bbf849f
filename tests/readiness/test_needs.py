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
from betaops.readiness.deciding import due, quorum
from betaops.readiness.deciding.due import Standing
from betaops.readiness.deciding.hitches import Condition
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision, DecisionState
from betaops.surveys.models import Quota
from betaops.surveys.queries import Unfilled
from tests.factories.programs import a_program
from tests.factories.readiness import a_survey

TODAY = date(2026, 3, 2)
NOW = datetime.fromisoformat("2026-03-02T09:00:00+00:00")


def standing(*days: int, state: DecisionState = DecisionState.IN_FORCE) -> Standing:
    """A conditional go with a condition due after each of so many days."""
    conditions = [
        Condition(f"Condition {number}", "Ana", TODAY + timedelta(days=day), False)
        for number, day in enumerate(days)
    ]
    decision = Decision(id=new_id(), state=state, choice=Choice.CONDITIONAL)
    return Standing(decision, quorum.Quorum([], 0), conditions, [], None)


def test_conditions_are_mentioned_before_their_day_and_press_after_it() -> None:
    found = due.needs(standing(-1, 0, due.SOON, due.SOON + 1), None, TODAY)
    assert [(need.text, need.role) for need in found] == [
        ("A condition is overdue: Condition 0", "danger"),
        ("A condition is due: Condition 1", "waiting"),
        ("A condition is due: Condition 2", "waiting"),
    ]
    assert "Ana" in found[0].note
    (waits,) = due.needs(standing(-1, state=DecisionState.PROPOSED), None, TODAY)
    assert waits.text == "A decision waits for signatures"
    assert not due.needs(None, None, TODAY)


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
