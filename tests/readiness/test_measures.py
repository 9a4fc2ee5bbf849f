from datetime import timedelta
from typing import Any

import pytest

from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import measures, queries
from betaops.readiness.measures import Sample
from betaops.surveys.models import Survey
from betaops.surveys.ready import measures as ready
from tests.factories import surveys
from tests.factories.programs import a_program
from tests.factories.readiness import an_expectation, some_testers, some_use

ASKED = ("csat", "ces", "sus", "umux_lite", "pmf")


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, capacity=300)


def an_element(name: str, draft: dict[str, Any]) -> Any:
    """As it stands ready, with nothing that has to be answered."""

    def eased(each: Any) -> Any:
        if isinstance(each, list):
            return [eased(item) for item in each]
        if not isinstance(each, dict):
            return each
        return {key: eased(value) for key, value in each.items() if "equired" not in key}

    return eased(ready.element(name, draft, "en"))


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    """Every instrument that one tester is scored by, each on its own page."""
    draft: dict[str, Any] = {"pages": []}
    for name in ASKED:
        draft["pages"].append({"name": f"p_{name}", "elements": [an_element(name, draft)]})
    return surveys.a_survey(work, program=program, definition=draft)


def offered(work: Work, program: Program, kind: str) -> dict[str, Any]:
    (offer,) = measures.named(kind).offers(work.session, program)
    return offer.parameters


def answer(work: Work, survey: Survey, kind: str, said: list[list[int]]) -> None:
    """Each of so many new testers says to every part which of its answers, counted from 1."""
    program = work.session.get(Program, survey.program_id)
    assert program is not None
    parts = offered(work, program, kind)["parts"]
    for person, places in zip(some_testers(work, program, len(said)), said, strict=True):
        given: dict[str, Any] = {}
        for part, place in zip(parts, places, strict=True):
            code: Any = part["codes"][place - 1]
            code = int(code) if code.isdigit() else code
            if part["row"]:
                given.setdefault(part["item"], {})[part["row"]] = code
            else:
                given[part["item"]] = code
        surveys.a_response(work, survey, given, enrollment=person)


def sample(work: Work, program: Program, kind: str, parameters: dict[str, Any] | None = None) -> Sample:
    measure = measures.named(kind)
    told = measure.read(offered(work, program, kind) if parameters is None else parameters)
    return measure.sample(work.session, queries.scope(work.session, program, today=work.now.date()), told)


def counted(found: Sample) -> dict[float, int]:
    return {level: count for level, count in zip(found.levels, found.counts, strict=True) if count}


@pytest.mark.parametrize(
    ("kind", "said", "scores"),
    [
        ("csat", [[5], [4], [3], [1]], {1.0: 2, 0.0: 2}),
        ("ces", [[7], [4], [1]], {1.0: 1, 0.5: 1, 0.0: 1}),
        # Brooke 1996: his worked example comes to 22 of 40 points, a score of 55.
        ("sus", [[5, 4, 2, 1, 2, 3, 2, 4, 5, 2], [5, 1] * 5, [3] * 10], {0.55: 1, 1.0: 1, 0.5: 1}),
        # Lewis, Utesch and Maher 2013: (7 + 7 − 2) · 100 / 12 = 100, (4 + 4 − 2) · 100 / 12 = 50.
        ("umux_lite", [[7, 7], [4, 4]], {1.0: 1, 0.5: 1}),
        ("pmf", [[1], [1], [2], [3]], {1.0: 2, 0.0: 2}),
    ],
)
def test_each_tester_is_scored_as_published(
    work: Work, program: Program, survey: Survey, kind: str, said: list[list[int]], scores: dict[float, int]
) -> None:
    answer(work, survey, kind, said)
    assert counted(sample(work, program, kind)) == scores


@pytest.mark.parametrize(
    ("kind", "value", "score", "imagined"),
    [
        ("csat", 0.7, 0.7, 1.0),
        ("ces", 5.5, 0.75, 1.0),
        ("sus", 68, 0.68, 0.5),
        ("umux_lite", 69, 0.69, 0.5),
        ("pmf", 0.4, 0.4, 1.0),
    ],
)
def test_a_line_is_in_the_unit_of_its_measure_and_judged_from_0_to_1(
    work: Work, program: Program, survey: Survey, kind: str, value: float, score: float, imagined: float
) -> None:
    measure = measures.named(kind)
    told = measure.read(offered(work, program, kind))
    assert measure.to_score(value, told) == pytest.approx(score)
    assert measure.from_score(score, told) == pytest.approx(value)
    assert measure.imagined == imagined


def test_who_no_longer_uses_it_does_not_count_for_product_market_fit(work: Work, program: Program) -> None:
    draft: dict[str, Any] = {"pages": []}
    element = an_element("pmf", draft)
    if len(element["choices"]) == 3:
        element["choices"].append({"value": "gone", "text": "I no longer use it"})
    draft["pages"].append({"name": "one", "elements": [element]})
    survey = surveys.a_survey(work, program=program, definition=draft)
    answer(work, survey, "pmf", [[1], [2], [4]])
    found = sample(work, program, "pmf")
    assert (counted(found), found.excluded["does_not_count"], found.waiting) == ({1.0: 1, 0.0: 1}, 1, 0)


def test_who_leaves_a_statement_out_has_no_score_and_is_not_silent(
    work: Work, program: Program, survey: Survey
) -> None:
    (person,) = some_testers(work, program, 1)
    part = offered(work, program, "umux_lite")["parts"][0]
    said: Any = {part["row"]: int(part["codes"][6])} if part["row"] else int(part["codes"][6])
    surveys.a_response(work, survey, {part["item"]: said}, enrollment=person)
    found = sample(work, program, "umux_lite")
    assert (found.n, found.excluded["unscored"], found.waiting) == (0, 1, 0)


def test_an_expectation_on_sus_is_judged_on_the_scale_of_sus(
    work: Work, program: Program, survey: Survey
) -> None:
    answer(work, survey, "sus", [[5, 1] * 5] * 30)
    row = an_expectation(work, program, "sus", parameters=offered(work, program, "sus"), threshold=68)
    reading = queries.latest_readings(work.session, program.id)[row.id]
    assert (reading.verdict, reading.estimate, reading.n) == ("met", 100.0, 30)


def test_adoption_waits_until_the_days_of_a_tester_are_over(work: Work, program: Program) -> None:
    early, lazy, late, new = some_testers(work, program, 4)
    began = work.now.date()
    some_use(work, program, early, "exported", 2, began + timedelta(days=6))
    some_use(work, program, late, "exported", 2, began + timedelta(days=7))
    some_use(work, program, new, "exported", 2, began + timedelta(days=9))
    work.now += timedelta(days=8)
    new.activated_at = work.now - timedelta(days=1)
    work.session.flush()
    told = {"event": "exported", "times": 2, "days": 7}
    found = sample(work, program, "adoption", told)
    assert {each: found.scores[each.tester_id] for each in (early, lazy, late)} == {
        early: 1,
        lazy: 0,
        late: 0,
    }
    assert (found.n, found.excluded["not_elapsed"]) == (3, 1)
    work.now += timedelta(days=6)
    assert sample(work, program, "adoption", told).scores[new.tester_id] == 1


def test_retention_is_use_in_the_week_that_begins_on_the_day(work: Work, program: Program) -> None:
    stays, left, never = some_testers(work, program, 3)
    began = work.now.date()
    some_use(work, program, stays, "opened", 1, began + timedelta(days=20))
    some_use(work, program, left, "opened", 1, began + timedelta(days=13))
    work.now += timedelta(days=20)
    assert sample(work, program, "retention", {"days": 14}).n == 0
    work.now += timedelta(days=1)
    found = sample(work, program, "retention", {"days": 14})
    assert {each: found.scores[each.tester_id] for each in (stays, left, never)} == {
        stays: 1,
        left: 0,
        never: 0,
    }


def test_every_measure_says_how_a_tester_is_scored() -> None:
    assert all(str(each.scoring) for each in measures.KINDS.values())
