import copy
from typing import Any

import pytest

from betaops.cohorts.models import Cohort, CohortMember
from betaops.kernel.errors import Invalid, NotFound, Stale
from betaops.kernel.work import Work
from betaops.readiness import provided, queries, service
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.measures import answers
from betaops.readiness.scope import Scope
from betaops.readiness.verdict import Verdict
from betaops.surveys import service as survey_service
from tests.factories import surveys
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.readiness import (
    DEFINITION,
    a_draft,
    a_response,
    a_survey,
    a_top_box,
    about,
    an_expectation,
    top_box,
)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("need", {"need": "   "}),
        ("measure", {"measure": "open_blockers", "need": "x", "threshold": -1}),
        ("threshold", {"threshold": 0.5}),
        ("cohort", {"cohort_id": __import__("uuid").uuid4()}),
    ],
)
def test_what_cannot_be_judged_is_refused_and_nothing_is_kept(
    work: Work, field: str, values: dict[str, object]
) -> None:
    program = a_program(work)
    with pytest.raises(Invalid):
        service.add(work, program, a_draft(**values))
    assert queries.expectations(work.session, program.id) == []


@pytest.mark.parametrize("confidence", [0.5, 0.99995, 1 - 2**-53, 1.0, float("nan")])
def test_nobody_can_be_so_sure_that_evidence_is_divided_by_nothing(work: Work, confidence: float) -> None:
    program = a_program(work)
    with pytest.raises(Invalid, match=r"at most 99\.99%"):
        an_expectation(work, program, confidence=confidence)
    a_top_box(work, program, good=20, bad=0, confidence=0.9999)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 1.7, -0.2])
def test_a_line_that_no_sample_could_cross_is_refused(work: Work, threshold: float) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    with pytest.raises(Invalid, match="no sample can prove"):
        an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=threshold)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"event": ""},
        {"event": "x", "times": 0},
        {"event": "x", "more": 1},
    ],
)
def test_parameters_that_a_measure_cannot_use_are_refused(work: Work, parameters: dict[str, object]) -> None:
    program = a_program(work)
    with pytest.raises(Invalid):
        an_expectation(work, program, "usage_share", parameters=parameters, threshold=0.3)


def test_a_stale_page_is_refused_and_says_who_saved(work: Work) -> None:
    program = a_program(work)
    row = an_expectation(work, program)
    service.change(work, program, row.id, a_draft(need="Nothing crashes"), version=1)
    with pytest.raises(Stale):
        service.change(work, program, row.id, a_draft(need="Nothing hangs"), version=1)
    assert queries.expectation(work.session, program.id, row.id).need == "Nothing crashes"


def test_a_moved_line_is_judged_anew(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=20, bad=12, survey=survey, threshold=0.95)
    assert queries.latest_readings(work.session, program.id)[row.id].verdict is Verdict.NOT_MET
    draft = a_draft("survey_share", need="Import is easy", parameters=top_box(survey), threshold=0.35)
    service.change(work, program, row.id, draft, version=None)
    reading = queries.latest_readings(work.session, program.id)[row.id]
    assert (reading.verdict, reading.version) == (Verdict.MET, 2)


def test_only_the_cohort_counts_where_one_is_named_and_anonymous_answers_do_not(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    cohort = Cohort(
        program_id=program.id, number=1 << 30, name="iOS", created_at=work.now, changed_at=work.now
    )
    work.add(cohort)
    inside, outside = (an_enrollment(work, program=program) for _ in range(2))
    work.add(CohortMember(cohort_id=cohort.id, tester_id=inside.tester_id, since=work.now))
    a_response(work, survey, inside, **{"import": 5})
    a_response(work, survey, outside, **{"import": 1})
    a_response(work, survey, None, **{"import": 1})
    row = an_expectation(
        work, program, "survey_share", parameters=top_box(survey), threshold=0.7, cohort_id=cohort.id
    )
    reading = queries.latest_readings(work.session, program.id)[row.id]
    assert (reading.n, reading.estimate) == (1, 1.0)
    assert reading.sample["excluded"] == {"anonymous": 1, "outside": 1, "skipped": 0}
    assert provided.users_of_cohort(work.session, cohort) == [
        "the expectation “Nothing stops me from working”"
    ]


def test_answers_to_a_later_series_of_its_question_are_not_counted_and_said(work: Work) -> None:
    program = a_program(work)
    survey = surveys.a_survey(work, program=program, definition=DEFINITION)
    ana, bob = (an_enrollment(work, program=program) for _ in range(2))
    surveys.a_response(work, survey, {"import": 5}, enrollment=ana)
    to_ten: Any = copy.deepcopy(DEFINITION)
    to_ten["pages"][0]["elements"][0]["rateMax"] = 10
    survey_service.edit_draft(work, survey.id, lambda _draft: to_ten)
    survey_service.publish(work, survey.id, new_series=["import"])
    surveys.a_response(work, survey, {"import": 4}, enrollment=bob)
    offered = {each.key: each for each in answers.questions(work.session, program)}[
        f"{about(survey, '')['survey']}:import"
    ]
    assert (offered.about["series"], offered.high) == (2, 10)
    scope = Scope(program.id, program.product_id, frozenset({ana.tester_id, bob.tester_id}), frozenset())
    first = answers.AboutQuestion(**about(survey, "import"))
    whom = answers.whom_of(work.session, scope, first.survey)
    by_tester, left_out = answers.given(work.session, scope, first, whom)
    assert (set(by_tester), left_out["later_series"], left_out["skipped"]) == ({ana.tester_id}, 1, 0)
    assert answers.sample(whom, by_tester, {ana.tester_id: 1.0}, left_out).asked == 1
    now = answers.AboutQuestion(**offered.about)
    by_tester, left_out = answers.given(work.session, scope, now, whom)
    assert (set(by_tester), left_out.get("later_series"), left_out["skipped"]) == ({bob.tester_id}, None, 1)


def test_expectations_are_moved_among_those_of_their_weight(work: Work) -> None:
    program = a_program(work)
    first, wish, second = (
        an_expectation(work, program, need=need, weight=weight)
        for need, weight in (("a", Weight.MUST), ("b", Weight.SHOULD), ("c", Weight.MUST))
    )
    service.move(work, program, second.id, up=True)
    work.session.flush()
    musts = [row for row in queries.expectations(work.session, program.id) if row.weight is Weight.MUST]
    assert [row.need for row in musts] == ["c", "a"]
    service.move(work, program, second.id, up=True)
    service.move(work, program, wish.id, up=False)
    assert {first.id, wish.id, second.id} == {
        row.id for row in queries.expectations(work.session, program.id)
    }


def test_an_expectation_of_another_program_is_not_there(work: Work) -> None:
    program, other = a_program(work), a_program(work, name="Another")
    row = an_expectation(work, program)
    for act in (
        lambda: service.change(work, other, row.id, a_draft(), version=None),
        lambda: service.remove(work, other, row.id),
        lambda: service.move(work, other, row.id, up=True),
    ):
        with pytest.raises(NotFound):
            act()
