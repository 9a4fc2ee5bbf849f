"""What is expected is fixed when the program starts: the close is read once, and what changes later is told for ever."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase, Program
from betaops.readiness import queries, service
from betaops.readiness.events import CriteriaSealed
from betaops.readiness.judging import criteria
from betaops.readiness.models import AmendmentKind, Expectation, Reading
from betaops.readiness.verdict import Verdict
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_draft,
    a_survey,
    a_top_box,
    an_expectation,
    answer_rating,
    some_testers,
    top_box,
)
from tests.support.browsers import Browser as Client


def last(work: Work, row: Expectation) -> Reading:
    return queries.latest_readings(work.session, row.program_id)[row.id]


def running(work: Work, run_jobs: Any) -> Program:
    """A program that has started, with one expectation that was there before."""
    program = a_program(work)
    an_expectation(work, program, need="Nothing stops me", threshold=2)
    program_service.change_phase(work, program.id, Phase.RUNNING)
    run_jobs()
    return program


def test_starting_the_program_seals_what_is_expected_and_the_audit_log_has_the_hash(
    work: Work, run_jobs: Any
) -> None:
    program = running(work, run_jobs)
    seal = queries.seal(work.session, program.id)
    assert seal is not None
    rows = queries.expectations(work.session, program.id)
    assert seal.criteria == [criteria.criterion(row) for row in rows]
    assert seal.digest == criteria.digest_of(seal.criteria, {"is_strict": False, "margins": []})
    told = work.session.scalars(
        select(RecordedEvent.data).where(RecordedEvent.kind == CriteriaSealed.kind)
    ).one()
    assert told["digest"] == seal.digest


def test_the_seal_is_there_with_the_phase_and_before_any_job_ran(work: Work, app: Any) -> None:
    program = a_program(work)
    row = an_expectation(work, program, need="Nothing stops me", threshold=2)
    program_service.change_phase(work, program.id, Phase.RUNNING)
    assert queries.seal(work.session, program.id) is not None
    with pytest.raises(Invalid, match="Say why"):
        service.change(work, program, row.id, a_draft(need="Nothing stops me", threshold=9), version=None)


def test_a_program_that_starts_again_keeps_its_first_seal(work: Work, run_jobs: Any) -> None:
    program = running(work, run_jobs)
    first = queries.seal(work.session, program.id)
    program_service.change_phase(work, program.id, Phase.RECRUITING)
    program_service.change_phase(work, program.id, Phase.RUNNING)
    run_jobs()
    assert queries.seal(work.session, program.id) is first


def test_after_the_seal_a_change_says_why_and_its_history_stays(work: Work, run_jobs: Any) -> None:
    program = running(work, run_jobs)
    row = queries.expectations(work.session, program.id)[0]
    lower = a_draft(need="Nothing stops me", threshold=5)
    with pytest.raises(Invalid, match="Say why"):
        service.change(work, program, row.id, lower, version=None)
    work.session.rollback()
    row = queries.expectations(work.session, program.id)[0]
    assert row.threshold == 2
    service.change(work, program, row.id, lower, version=None, reason="The contract says five")
    added = service.add(work, program, a_draft(need="It is safe"), reason="Heard in a review")
    service.remove(work, program, added.id, reason="Covered by another")
    found = queries.amendments(work.session, program.id)
    assert [each.kind for each in found] == [
        AmendmentKind.CHANGED,
        AmendmentKind.ADDED,
        AmendmentKind.REMOVED,
    ]
    assert found[0].changes == [{"what": "threshold", "before": 2.0, "after": 5.0}]
    assert found[0].verdict is Verdict.INCONCLUSIVE
    assert found[2].need == "It is safe"


def test_words_may_be_mended_freely(work: Work, run_jobs: Any) -> None:
    program = running(work, run_jobs)
    row = queries.expectations(work.session, program.id)[0]
    service.change(
        work, program, row.id, a_draft(need="Nothing ever stops me", threshold=2, source="Ana"), version=None
    )
    assert queries.amendments(work.session, program.id) == []
    assert row.amended_at is None


def test_the_close_is_read_once_and_stands(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=10, bad=0, survey=survey, threshold=0.7, closes_on=work.now.date())
    assert (last(work, row).verdict, last(work, row).outcome["mode"]) == (Verdict.INCONCLUSIVE, "live")
    work.now += timedelta(days=1)
    service.take_readings(work, program)
    assert (last(work, row).verdict, last(work, row).outcome["mode"]) == (Verdict.MET, "close")
    answer_rating(work, survey, some_testers(work, program, 30), [1] * 30)
    work.now += timedelta(days=1)
    service.take_readings(work, program)
    assert (last(work, row).verdict, last(work, row).n) == (Verdict.MET, 10)


def test_what_was_read_at_the_close_is_not_read_so_again_though_nothing_is_sealed_yet(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=10, bad=0, survey=survey, threshold=0.7, closes_at=10)
    assert last(work, row).outcome["mode"] == "close"
    other = a_draft(
        "survey_share",
        need=row.need,
        parameters=top_box(survey, good=("1", "2")),
        threshold=0.7,
        closes_at=10,
    )
    service.change(work, program, row.id, other, version=None)
    assert (last(work, row).outcome["mode"], last(work, row).estimate) == ("anytime", 0.0)
    assert queries.amendments(work.session, program.id) == []


def test_the_close_may_be_a_number_of_answers(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=9, bad=0, survey=survey, threshold=0.7, closes_at=10)
    assert last(work, row).outcome["mode"] == "live"
    answer_rating(work, survey, some_testers(work, program, 1), [5])
    service.take_readings(work, program)
    assert (last(work, row).outcome["mode"], last(work, row).verdict) == ("close", Verdict.MET)


def test_an_amended_expectation_has_no_close_any_more(work: Work, run_jobs: Any) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=10, bad=0, survey=survey, threshold=0.8, closes_at=20)
    program_service.change_phase(work, program.id, Phase.RUNNING)
    run_jobs()
    sooner = a_draft("survey_share", need=row.need, parameters=top_box(survey), threshold=0.7, closes_at=10)
    service.change(work, program, row.id, sooner, version=None, reason="We cannot wait")
    assert (last(work, row).outcome["mode"], last(work, row).verdict) == ("anytime", Verdict.INCONCLUSIVE)


def test_nothing_is_called_before_as_many_have_answered_as_was_planned(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    some_testers(work, program, 40)
    row = a_top_box(work, program, good=30, bad=0, survey=survey, threshold=0.7, least_answered=0.5)
    assert last(work, row).verdict is Verdict.INCONCLUSIVE
    assert last(work, row).outcome["is_held"]
    page = queries.board(work.session, program.id)[0].sentence
    assert "At least 50% of the 70 who are asked must have answered" in page
    answer_rating(work, survey, some_testers(work, program, 12), [5] * 12)
    service.take_readings(work, program)
    assert last(work, row).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("field", "value"), [("closes_at", 0), ("closes_at", 2_000_000), ("least_answered", 1.5)]
)
def test_a_close_that_cannot_be_is_refused_where_it_was_typed(work: Work, field: str, value: Any) -> None:
    program = a_program(work)
    with pytest.raises(Invalid) as refused:
        service.add(
            work,
            program,
            a_draft(
                "survey_share", parameters=top_box(a_survey(work, program)), threshold=0.7, **{field: value}
            ),
        )
    assert refused.value.values["field"] == field


def test_the_page_asks_why_and_shows_what_was_amended(work: Work, run_jobs: Any, member_client: Any) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=3, bad=0, survey=survey, need="Import is easy")
    client: Client = member_client()
    where = f"/console/programs/{program.slug}/readiness"
    assert "Not sealed yet" in client.get(where).text
    program_service.change_phase(work, program.id, Phase.RUNNING)
    run_jobs()
    assert "Sealed when the program started" in client.get(where).text
    edit = f"{where}/expectations/{ids.encode('exp', row.id)}"
    form = client.get(edit)
    assert "Why does it change now?" in form.text
    typed = {
        "need": "Import is easy", "weight": "must", "direction": "at_least", "threshold": "60", "confidence": "0.95",
        "counted": ["4", "5"], "closes_on": "2027-01-31", "version": str(row.version),
    }  # fmt: skip
    refused = client.post(edit, data=typed)
    assert refused.status_code == 422
    assert "Say why it changes now" in refused.text
    assert 'value="60"' in refused.text
    assert client.post(edit, data={**typed, "reason": "The contract says so"}).status_code == 303
    page = client.get(where).text
    assert "Amended once since" in page
    assert "The contract says so" in page
    assert "0.7 → 0.6" in page
    removal = client.post(f"{edit}/removal", follow_redirects=True)
    assert "Say why it changes now" in removal.text
    assert queries.expectations(work.session, program.id)
