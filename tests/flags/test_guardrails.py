"""Guardrails: read, broken by what really happens, and gone on from by a signature."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from betaops.feedback import service as feedback_service
from betaops.feedback.models import Severity, State
from betaops.flags import guardrails, queries, service
from betaops.flags.models import Action, Flag, FlagProposal, FlagResume, Guardrail, Reaction, RolloutState
from betaops.flags.rolling import Step
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.events import history
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.usage import provided as usage_provided
from betaops.usage import service as usage_service
from betaops.usage.capture import Captured
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.flags import a_flag, person
from tests.factories.programs import a_program
from tests.support.clock import Clock
from tests.support.outbox import Outbox
from tests.support.running import RunJobs
from tests.support.signed_in import a_member

STEPS = (Step(50, 24), Step(100, 24))


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


def of_product(work: Work, program: Program, **more: Any) -> Flag:
    return a_flag(work, product=program_queries.product(work.session, program.product_id), **more)


def against_blockers(work: Work, flag: Flag, reaction: Reaction = Reaction.PAUSE) -> Guardrail:
    return service.set_guardrail(work, flag.id, "new_blockers", limit=0, window_hours=24, reaction=reaction)


def sign(work: Work, flag: Flag, reason: str = "Mended in 2.0.411.") -> None:
    user = a_member(work, "owner")
    service.sign_resume(replace(work, actor=Actor("member", user.id, user.name)), flag.id, reason)


def sweep(work: Work, run_jobs: RunJobs) -> list[str]:
    work.enqueue("flags.sweep")
    return run_jobs()


def did(work: Work, program: Program, mail: str, name: str, times: int = 1) -> None:
    """Events from the product, through the door that they come in by."""
    events = [Captured(uuid4(), mail, name, work.now, {}) for _number in range(times)]
    usage_service.take(work, program.product_id, events)


def test_a_blocker_stops_the_rollout_at_once_and_the_members_who_may_sign_hear_of_it(
    work: Work, program: Program, clock: Clock, run_jobs: RunJobs, outbox: Outbox
) -> None:
    for role in ("owner", "manager", "viewer"):
        a_member(work, role)
    flag = of_product(work, program, percentage=0)
    rail = against_blockers(work, flag)
    rollout = service.start_rollout(work, flag.id, STEPS)
    a_report(work, program=program, severity=Severity.MAJOR)
    assert "flags.check_guardrails" not in run_jobs()
    clock.shift(hours=3)
    a_report(work, program=program, severity=Severity.BLOCKER)
    assert "flags.check_guardrails" in run_jobs()
    assert (rollout.state, flag.is_active) == (RolloutState.PAUSED, True)
    assert flag.conditions[0]["rollout_percentage"] == 50
    assert (rail.broken_at, rail.broken_reading) == (clock.now, 1)
    assert rollout.pause_reason == (
        "Guardrail broken: New blocker reports: at most 0 in 24 hours, and it was 1."
    )
    told = outbox.of_kind("flags.guardrail")
    assert {letter.to for letter in told} == {"owner@example.com", "manager@example.com"}
    assert "New blocker reports: 1, and the limit is 0 in 24 hours." in told[0].text
    assert "/flags/flg_" in outbox.links(told[0])[0]
    assert queries.count_waiting(work.session, flag.product_id, None) == 1
    sweep(work, run_jobs)
    assert len(outbox.of_kind("flags.guardrail")) == 2


def test_going_on_takes_a_members_signature_and_counts_anew(
    work: Work, program: Program, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = of_product(work, program, percentage=0)
    rail = against_blockers(work, flag)
    rollout = service.start_rollout(work, flag.id, STEPS)
    a_report(work, program=program, severity=Severity.BLOCKER)
    run_jobs()
    for go_on in (
        lambda: service.resume_rollout(work, rollout.id),
        lambda: service.drop_guardrail(work, rail.id),
        lambda: service.change_guardrail(
            work, rail.id, version=None, limit=5, window_hours=24, reaction=Reaction.PAUSE
        ),
    ):
        with pytest.raises(Refused, match="has to sign"):
            go_on()
    with pytest.raises(Refused, match="Only a member"):
        service.sign_resume(work, flag.id, "I am a key.")
    with pytest.raises(Invalid, match="Say why"):
        sign(work, flag, "  ")
    clock.shift(hours=2)
    sign(work, flag)
    assert (rollout.state, rollout.next_at) == (RolloutState.RUNNING, clock.now + timedelta(hours=24))
    # The blocker from before the signature is within the window, and counts no more; another one does.
    sweep(work, run_jobs)
    assert (rail.reading, rail.broken_at, rollout.state) == (0, None, RolloutState.RUNNING)
    [resume] = work.session.scalars(select(FlagResume))
    assert (resume.name, resume.reason, resume.broken[0]["reading"]) == ("Owner", "Mended in 2.0.411.", 1)
    assert "flag_resume_signed" in [row.kind for row in history(work.session, work.workspace_id, flag.id)]
    with pytest.raises(Refused, match="nothing waits"):
        sign(work, flag)
    a_report(work, program=program, severity=Severity.BLOCKER)
    run_jobs()
    assert (rail.broken_reading, rollout.state) == (1, RolloutState.PAUSED)


def test_a_guardrail_may_switch_the_flag_off_and_only_a_signature_switches_it_on(
    work: Work, program: Program, clock: Clock, run_jobs: RunJobs
) -> None:
    flag = of_product(work, program, percentage=0)
    against_blockers(work, flag, Reaction.SWITCH_OFF)
    rollout = service.start_rollout(work, flag.id, STEPS)
    report = a_report(work, program=program, severity=Severity.MINOR)
    clock.shift(hours=1)
    feedback_service.amend(work, report, severity=Severity.BLOCKER)
    run_jobs()
    assert (flag.is_active, rollout.state) == (False, RolloutState.PAUSED)
    with pytest.raises(Refused, match="has to sign"):
        service.revive(work, flag.id)
    document = {"flags": [{"id": flag.number, "key": flag.key, "filters": flag.filters}]}
    with pytest.raises(Refused, match="has to sign"):
        service.import_definitions(work, flag.product_id, document)
    service.end_rollout(work, rollout.id)
    with pytest.raises(Refused):
        service.start_rollout(work, flag.id, STEPS)
    clock.shift(minutes=1)
    sign(work, flag)
    assert flag.is_active
    sweep(work, run_jobs)
    assert flag.is_active


def test_a_signature_does_not_stand_for_the_second_person_that_a_product_asks_for(
    work: Work, program: Program, run_jobs: RunJobs
) -> None:
    flag = of_product(work, program)
    rail = against_blockers(work, flag, Reaction.SWITCH_OFF)
    a_report(work, program=program, severity=Severity.BLOCKER)
    run_jobs()
    a_member(work, "owner"), a_member(work, "manager")
    service.switch_approval(work, flag.product_id, is_on=True)
    sign(work, flag)
    assert (rail.broken_at, flag.is_active) == (None, False)
    user = a_member(work, "owner")
    wanted = service.Wanted(Action.REVIVE, flag.product_id, flag.id, flag.version)
    proposal = service.make(replace(work, actor=Actor("member", user.id, user.name)), wanted)
    assert isinstance(proposal, FlagProposal)


@pytest.mark.parametrize(
    ("measure", "limit", "reading"),
    [("events", 4, 5), ("events_per_person", 2, 2.5), ("people_with_event", 49, 50)],
)
def test_events_count_of_those_who_have_the_flag(
    work: Work, program: Program, clock: Clock, run_jobs: RunJobs, measure: str, limit: float, reading: float
) -> None:
    for mail, plan in (("ana@x.org", "pro"), ("ben@x.org", "pro"), ("cem@x.org", "free")):
        an_enrollment(work, program=program, mail=mail, attributes={"plan": plan})
    flag = of_product(work, program, conditions=[{"properties": [person("plan", "pro")]}])
    did(work, program, "ana@x.org", "$exception", 50)
    clock.shift(minutes=1)
    rail = service.set_guardrail(work, flag.id, measure, event="$exception", limit=limit, window_hours=1)
    sweep(work, run_jobs)
    assert (rail.reading, rail.broken_at) == (0, None)
    did(work, program, "ana@x.org", "$exception", 5)
    did(work, program, "ben@x.org", "opened")
    did(work, program, "cem@x.org", "$exception", 70)
    did(work, program, "nobody@x.org", "$exception", 70)
    sweep(work, run_jobs)
    assert (rail.reading, rail.broken_at) == (reading, clock.now)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_of_very_many_people_a_sample_is_asked(
    work: Work, program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_provided, "MOST_ASKED", 4)
    flag = of_product(work, program)
    for number in range(12):
        an_enrollment(work, program=program, mail=f"t{number}@x.org")
        did(work, program, f"t{number}@x.org", "$exception", 3)
    for measure, reading in (("events", 36), ("events_per_person", 3), ("people_with_event", 100)):
        rail = service.set_guardrail(work, flag.id, measure, event="$exception", limit=500, window_hours=1)
        assert queries.measured(work.session, rail, clock.now).value == reading


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_settled_or_long_ago_is_no_new_blocker(work: Work, program: Program, clock: Clock) -> None:
    since = clock.now
    a_report(work, program=program, severity=Severity.BLOCKER, state=State.DECLINED)
    a_report(work, program=a_program(work), severity=Severity.BLOCKER)
    old = a_report(work, program=program, severity=Severity.BLOCKER)
    assert _blockers(work, program, since) == 1
    clock.shift(hours=1)
    feedback_service.change_state(work, old, State.IN_PROGRESS)
    feedback_service.amend(work, old, title="Another title")
    assert _blockers(work, program, clock.now) == 0


def _blockers(work: Work, program: Program, since: Any) -> int:
    from betaops.feedback import queries as feedback_queries

    return feedback_queries.new_blockers(work.session, program.product_id, since)


def test_a_measure_that_fails_says_so_and_harms_no_other(
    work: Work, program: Program, clock: Clock, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(session: Any, *_arguments: Any, **_values: Any) -> float:
        from sqlalchemy import text

        session.execute(text("SELECT no_such_column FROM flag"))
        return 0

    flag = of_product(work, program)
    kind = guardrails.kinds()["events"]
    monkeypatch.setitem(guardrails._kinds, "events", kind._replace(measure=fails))
    broken = service.set_guardrail(work, flag.id, "events", event="x", limit=3, window_hours=1)
    sound = against_blockers(work, flag)
    gone = service.set_guardrail(work, flag.id, "events_per_person", event="x", limit=3, window_hours=1)
    monkeypatch.delitem(guardrails._kinds, "events_per_person")
    sweep(work, run_jobs)
    assert (broken.reading, broken.problem) == (None, "It could not be read. It is tried again each minute.")
    assert "measures this any more" in gone.problem
    assert (sound.reading, sound.problem, sound.read_at) == (0, "", clock.now)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_reading_from_before_a_signature_is_thrown_away(work: Work, program: Program, clock: Clock) -> None:
    flag = of_product(work, program)
    rail = against_blockers(work, flag)
    late = queries.Reading(rail.id, rail.counts_since, 7)
    service.note_readings(work, flag.id, [late])
    clock.shift(minutes=1)
    sign(work, flag)
    assert service.note_readings(work, flag.id, [late]) == []
    assert (rail.broken_at, rail.reading) == (None, None)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_flag_that_is_off_is_not_measured(work: Work, program: Program, run_jobs: RunJobs) -> None:
    flag = of_product(work, program)
    rail = against_blockers(work, flag)
    service.kill(work, flag.id)
    a_report(work, program=program, severity=Severity.BLOCKER)
    assert "flags.check_guardrails" not in [*run_jobs(), *sweep(work, run_jobs)]
    service.check_soon(work, flag.id)
    run_jobs()
    assert (rail.read_at, rail.broken_at) == (None, None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"measure": "weather"}, "Choose what is measured"),
        ({"measure": "events"}, "Name the event"),
        ({"limit": -1}, "0 to 1000000"),
        ({"limit": float("nan")}, "0 to 1000000"),
        ({"window_hours": 0}, "1 to 672 hours"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_rule_that_makes_no_sense_is_refused_in_a_sentence(
    work: Work, values: dict[str, Any], sentence: str
) -> None:
    rule = {"measure": "new_blockers", "limit": 1, "window_hours": 24, **values}
    with pytest.raises(Invalid, match=sentence):
        service.set_guardrail(work, a_flag(work).id, **rule)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_rule_twice_is_one_guardrail(work: Work) -> None:
    flag = a_flag(work)
    assert against_blockers(work, flag).id == against_blockers(work, flag).id
    with pytest.raises(Invalid, match="watched already"):
        against_blockers(work, flag, Reaction.SWITCH_OFF)
