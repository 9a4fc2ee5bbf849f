"""What was predicted, and what came true after the launch."""

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries, service
from betaops.readiness.deciding import calibration
from betaops.readiness.deciding.calibration import Prediction, chance, score, summary
from betaops.readiness.deciding.realities import Found, Known, Refusal, read
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.figures import Unit, number_of
from betaops.readiness.models import Decision, Stance
from betaops.readiness.verdict import Direction
from tests.factories.accounts import a_user
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_survey,
    a_top_box,
    all_waived,
    an_expectation,
    decided_by,
    some_use,
)

PREDICTED = Prediction(0.8, 0.7, 0.9, 0.75, Direction.AT_LEAST, 0.9)


@pytest.mark.parametrize(
    ("reality", "is_met", "is_inside", "error", "brier"),
    [(0.8, True, True, 0.0, 0.01), (0.7, False, True, -0.1, 0.81), (0.95, True, False, 0.15, 0.01)],
)
def test_a_prediction_is_scored_by_its_range_its_estimate_and_its_chance(
    reality: float, is_met: bool, is_inside: bool, error: float, brier: float
) -> None:
    found = score(PREDICTED, reality)
    assert (found.is_met, found.is_inside) == (is_met, is_inside)
    assert found.error == pytest.approx(error)
    assert found.brier == pytest.approx(brier)


def test_what_was_not_estimated_is_met_or_not_and_nothing_else() -> None:
    found = score(Prediction(None, None, None, 2, Direction.AT_MOST, None), 3)
    assert found == (False, None, None, None)


def test_scores_are_summed_up_over_what_each_of_them_has() -> None:
    bare = score(PREDICTED._replace(low=None, high=None, chance=None), 0.8)
    found = summary([score(PREDICTED, 0.8), score(PREDICTED, 0.5), bare])
    assert (found.number, found.inside, found.ranged) == (3, 1, 2)
    assert found.brier == pytest.approx((0.01 + 0.81) / 2)
    assert summary([]).brier is None


def test_the_chance_follows_from_the_counts() -> None:
    """Beta(30.25, 10.25) lies above 0.7 with a chance of 0.7634 (scipy.stats.beta)."""
    levels, counts = [0.0, 1.0], [10, 30]
    above = chance(levels, counts, 0.7, Direction.AT_LEAST)
    assert above == pytest.approx(0.763401, abs=1e-6)
    below = chance(levels, counts, 0.7, Direction.AT_MOST)
    assert above is not None
    assert below == pytest.approx(1 - above)
    assert chance(levels, [0, 0], 0.7, Direction.AT_LEAST) is None


@pytest.mark.parametrize(
    ("typed", "unit", "number"),
    [
        ("72 %", Unit.SHARE, 0.72),
        ("72,5", Unit.SHARE, 0.725),
        ("101", Unit.SHARE, None),
        ("−12", Unit.POINTS, -12),
        ("-1", Unit.COUNT, None),
        ("1,234", Unit.COUNT, None),
        ("1.5", Unit.COUNT, None),
        ("1_0", Unit.COUNT, None),
        ("10,0", Unit.COUNT, 10),
        ("4.2", Unit.MEAN, 4.2),
        ("many", Unit.MEAN, None),
        ("nan", Unit.MEAN, None),
        ("", Unit.MEAN, None),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, unit: Unit, number: float | None) -> None:
    assert number_of(typed, unit) == number


def test_a_file_is_read_row_by_row_with_the_reason_of_each_refusal() -> None:
    known = {"exp_a": Known("exp_a", "Import is easy", Unit.SHARE)}
    known["import is easy"] = known["exp_a"]
    text = (
        "Expectation;Days;Value;Note\nexp_a;30;72 %;panel\nImport is easy;90;70;\n"
        ";;;\nSync;30;1;\nexp_a;31;1;\nexp_a;30;lots;\n"
    )
    assert list(read(text, known)) == [
        Found(2, "exp_a", 30, 0.72, "panel"),
        Found(3, "exp_a", 90, 0.7, ""),
        Refusal(5, "Sync", "The decision rests on no such expectation."),
        Refusal(6, "exp_a", "Days are 30 or 90."),
        Refusal(7, "exp_a", "The value is no number."),
    ]
    [refused] = read("a,b\n1,2\n", known)
    assert isinstance(refused, Refusal)
    assert "must name the columns" in refused.why


def test_a_row_that_may_mean_several_expectations_is_taken_for_none(work: Work, program: Program) -> None:
    survey = a_survey(work, program)
    for threshold in (0.5, 0.6):
        a_top_box(work, program, good=10, bad=0, survey=survey, need="Import is easy", threshold=threshold)
    decision = a_go(work, program)
    decision.in_force_at = work.now - timedelta(days=31)
    work.session.flush()
    first, second = queries.outturns(work.session, decision)
    rows = f"expectation,days,value\nIMPORT is easy,30,80\n{second.key},30,70\n"
    taken, refused = service.import_realities(work, program, rows)
    assert (taken, [each.why for each in refused]) == (
        1,
        ["Several expectations state this need: name the one by its id."],
    )
    first, second = queries.outturns(work.session, decision)
    assert (first.realities, second.realities[30].value) == ({}, 0.7)


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, name="Lantern")


def a_go(work: Work, program: Program) -> Decision:
    owner = a_user(work)
    waivers = all_waived(work, program)
    member = decided_by(work, owner.id, owner.name)
    found = service.propose(
        member, program, Choice.GO, role="PM", seen=None, reason="We dare", waivers=waivers
    )
    if waivers:
        other = a_user(work, "ben@example.com", name="Ben", totp=False)
        service.sign(decided_by(work, other.id, "Ben"), program, found.id, Stance.ASSENT, role="Lead")
    return found


def later(work: Work, days: int) -> Work:
    return replace(work, now=work.now + timedelta(days=days))


def test_horizons_are_due_after_the_launch_until_everything_is_known(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    assert queries.overdue_horizons(work.session, program.id, work.now.date()) == []
    a_go(work, program)
    today = work.now.date()
    assert queries.overdue_horizons(work.session, program.id, today + timedelta(days=29)) == []
    month = today + timedelta(days=30)
    assert queries.overdue_horizons(work.session, program.id, month) == [(30, month)]
    service.launch(work, program, today + timedelta(days=10))
    assert queries.overdue_horizons(work.session, program.id, month) == []
    with pytest.raises(Invalid, match="after it was decided"):
        service.launch(work, program, today - timedelta(days=1))
    [outturn] = queries.outturns(work.session, _decision(work, program))
    with pytest.raises(Refused, match="not over yet"):
        service.note_reality(work, program, 30, [service.Value(outturn.key, 0.8)])
    service.note_reality(later(work, 40), program, 30, [service.Value(outturn.key, 0.8)])
    assert queries.overdue_horizons(work.session, program.id, today + timedelta(days=40)) == []


def test_a_launch_lies_within_the_calendar(work: Work, program: Program, member_client: Any) -> None:
    """One beyond it would take the program's own page along: days are counted from there."""
    a_top_box(work, program, good=20, bad=0)
    a_go(work, program)
    client, here = member_client(), f"/console/programs/{program.slug}"
    for day in ("9999-12-31", "9999-10-05"):
        sent = client.post(f"{here}/readiness/calibration/launch", data={"launch-launched_on": day})
        assert (sent.status_code, "Choose a day within ten years." in sent.text) == (422, True)
    assert client.get(here).status_code == 200


@pytest.mark.parametrize("value", [84, -0.1, 1.0001])
def test_what_no_share_can_be_is_refused_however_it_comes(work: Work, program: Program, value: float) -> None:
    a_top_box(work, program, good=20, bad=0)
    a_go(work, program)
    [outturn] = queries.outturns(work.session, _decision(work, program))
    with pytest.raises(Invalid, match="share lies from 0 to 1"):
        service.note_reality(later(work, 31), program, 30, [service.Value(outturn.key, value)])
    assert queries.scores(work.session) == []


def test_what_came_true_is_said_anew_and_scored_by_program_and_measure(work: Work, program: Program) -> None:
    a_top_box(work, program, good=20, bad=0)
    a_go(work, program)
    [outturn] = queries.outturns(work.session, _decision(work, program))
    then = later(work, 31)
    twice = [service.Value(outturn.key, value) for value in (0.4, 0.5)]
    assert service.note_reality(then, program, 30, twice) == 1
    assert service.note_reality(then, program, 30, [service.Value(outturn.key, 0.5)]) == 0
    assert service.note_reality(then, program, 30, [service.Value(outturn.key, 0.9)]) == 1
    [scored] = queries.scores(work.session)
    assert (scored.program, scored.measure, scored.days) == ("Lantern", "survey_share", 30)
    assert scored.score.is_met
    assert scored.score.error == pytest.approx(-0.1)


def test_usage_after_the_launch_says_what_came_true_of_usage(work: Work, program: Program) -> None:
    people = [an_enrollment(work, program=program) for _ in range(4)]
    an_expectation(work, program, "usage_share", parameters={"event": "note", "times": 2}, threshold=0.6)
    a_top_box(work, program, good=20, bad=0)
    a_go(work, program)
    day = work.now.date()
    for person, times, event in (
        (people[0], 2, "note"),
        (people[1], 1, "note"),
        (people[2], 5, "other"),
    ):
        some_use(work, program, person, event, times, day + timedelta(days=3))
    some_use(work, program, people[3], "note", 9, day + timedelta(days=30))
    work.session.flush()
    assert service.take_from_usage(later(work, 30), program, 30) == 1
    found = next(each for each in queries.outturns(work.session, _decision(work, program)) if each.realities)
    assert found.row.measure.kind == "usage_share"
    assert found.realities[30].value == pytest.approx(1 / 3)


def test_calibration_is_written_down_on_its_page(work: Work, program: Program, member_client: Any) -> None:
    a_top_box(work, program, good=20, bad=0, need="Import is easy")
    here = f"/console/programs/{program.slug}/readiness/calibration"
    analyst = member_client("analyst")
    assert "Nothing to hold against reality yet" in analyst.get(here).text
    decision = a_go(work, program)
    assert "due on" in analyst.get(here).text
    early = analyst.post(f"{here}/30", data={"d30-value_0": "80"})
    assert early.status_code == 422
    assert "not over yet" in early.text
    decision.in_force_at = work.now - timedelta(days=31)
    work.session.flush()
    assert "30 days are over since the launch" in analyst.get(f"/console/programs/{program.slug}").text
    wrong = analyst.post(f"{here}/30", data={"d30-value_0": "most", "d30-note_0": "Panel of May"})
    assert wrong.status_code == 422
    assert "Write a number, such as 70 %." in wrong.text
    assert "Panel of May" in wrong.text
    assert analyst.post(f"{here}/30", data={"d30-value_0": "65 %"}).status_code == 303
    page = analyst.get(here).text
    assert "−35 points" in page
    assert "By measure" in page
    rows = b"expectation,days,value\nImport is easy,30,80\nSync,30,1\nImport is easy,90,80\n"
    sent = analyst.post(f"{here}/file", data={"upload-file": (io.BytesIO(rows), "came.csv")})
    assert "1 value was taken from the file." in sent.text
    assert "Row 3: The decision rests on no such expectation." in sent.text
    assert "Row 4: These days are not over yet." in sent.text
    assert "−20 points" in analyst.get(here).text
    assert analyst.post(f"{here}/31", data={}).status_code == 404
    assert member_client("viewer").post(f"{here}/30", data={}).status_code == 403


def _decision(work: Work, program: Program) -> Decision:
    found = queries.launched(work.session, program.id)
    assert found is not None
    return found.decision


def test_a_due_day_is_counted_from_the_launch() -> None:
    assert calibration.due_on(date(2026, 5, 1), 30) == date(2026, 5, 31)
