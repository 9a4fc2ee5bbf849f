"""A question that means something else now begins a new series: no past answer is lost, moved, hidden or counted with others."""

import copy
import csv
import io
import itertools
from collections import Counter
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from betaops.cohorts.models import Trait
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.surveys import exports, queries, respond, service
from betaops.surveys.analysis.series import ended, trait_name
from betaops.surveys.changes import Weight
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.models import Answer, Response, Survey, SurveyQuestion
from betaops.surveys.queries.doors import Door, Way
from betaops.surveys.reading import read
from tests.factories.enrollment import an_enrollment
from tests.factories.surveys import a_survey

EASE: dict[str, Any] = {
    "title": "Ease",
    "pages": [
        {
            "elements": [
                {"type": "rating", "name": "ease", "title": {"default": "Easy?", "de": "Leicht?"},
                 "x-betaops": {"trait": "ease"}},
                {"type": "radiogroup", "name": "plan", "title": "Plan?", "choices": ["pro", "team"]},
            ]
        }
    ],
}  # fmt: skip


def with_ease(**options: Any) -> dict[str, Any]:
    changed = copy.deepcopy(EASE)
    changed["pages"][0]["elements"][0] |= options
    return changed


TO_TEN = with_ease(rateMin=0, rateMax=10)
IN_WORDS = with_ease(type="comment")


def edit(work: Work, survey: Survey, definition: dict[str, Any]) -> None:
    service.edit_draft(work, survey.id, lambda _draft: definition)


def anew(work: Work, survey: Survey, definition: dict[str, Any], *names: str) -> None:
    edit(work, survey, definition)
    service.publish(work, survey.id, new_series=names or ("ease",))
    work.session.refresh(survey)


def submit(work: Work, survey: Survey, key: str, **answers: Any) -> Response:
    return respond.submit(work, survey, answers, submission_key=key).response


def rows_of(work: Work, survey: Survey) -> list[SurveyQuestion]:
    rows = queries.survey_questions(work.session, survey.id)
    return sorted(rows, key=lambda row: (row.name, row.series))


def told(work: Work, survey: Survey) -> Counter[tuple[str, int, str]]:
    """(question, series, code): how often, by the counts that are kept."""
    known = {row.id: row for row in rows_of(work, survey)}
    return Counter(
        {
            (known[part.question_id].name, known[part.question_id].series, part.code): part.times
            for part in queries.tallies(work.session, survey.id)
        }
    )


# -- Pure.


def test_a_series_that_has_ended_is_called_by_its_versions() -> None:
    rows = [
        SurveyQuestion(name="a", series=1, first_number=1, last_number=3, id=1),
        SurveyQuestion(name="a", series=2, first_number=5, last_number=5, id=2),
        SurveyQuestion(name="a", series=3, first_number=6, last_number=9, id=3),
        SurveyQuestion(name="b", series=1, first_number=1, last_number=2, id=4),
    ]
    found = ended(rows)
    assert {row_id: (each.words, each.followed) for row_id, each in found.items()} == {
        1: ("versions 1 to 3", 5), 2: ("version 5", 6),
    }  # fmt: skip
    ease = read(EASE).by_name["ease"]
    titled = found[rows[0].id].titled(ease)
    assert [titled.label(each) for each in ("default", "de")] == [
        "Easy? (versions 1 to 3)", "Leicht? (versions 1 to 3)",
    ]  # fmt: skip


def test_facts_of_a_later_series_have_names_of_their_own() -> None:
    names = [trait_name(trait, series) for trait in ("ease", "x" * 200) for series in (1, 2, 12)]
    assert names[:3] == ["survey.ease", "survey.ease.2", "survey.ease.12"]
    assert len(set(names)) == 6
    assert max(map(len, names)) <= 120


# -- Publishing.


@pytest.mark.parametrize("definition", [TO_TEN, IN_WORDS])
def test_a_breaking_edit_is_refused_unless_a_new_series_is_asked_for(
    work: Work, definition: dict[str, Any]
) -> None:
    survey = a_survey(work, definition=EASE)
    edit(work, survey, definition)
    with pytest.raises(Refused, match="new series") as refused:
        service.publish(work, survey.id)
    assert [change.name for change in refused.value.values["changes"]] == ["ease"]
    assert service.publish(work, survey.id, new_series=["ease"]).number == 2
    spans = [(row.name, row.series, row.first_number, row.last_number) for row in rows_of(work, survey)]
    assert spans == [("ease", 1, 1, 1), ("ease", 2, 2, 2), ("plan", 1, 1, 2)]


@pytest.mark.parametrize("name", ["plan", "ease", "nothing"])
def test_no_series_begins_where_answers_go_on_to_count_together(work: Work, name: str) -> None:
    survey = a_survey(work, definition=EASE)
    edit(work, survey, with_ease(title="Was it easy?"))
    with pytest.raises(Invalid) as refused:
        service.publish(work, survey.id, new_series=[name])
    assert refused.value.code == "no_new_series"
    assert service.publish(work, survey.id).number == 2


def test_every_breaking_question_is_chosen_by_itself(work: Work) -> None:
    survey = a_survey(work, definition=EASE)
    both = copy.deepcopy(TO_TEN)
    both["pages"][0]["elements"][1]["type"] = "text"
    edit(work, survey, both)
    with pytest.raises(Refused) as refused:
        service.publish(work, survey.id, new_series=["ease"])
    assert [change.name for change in refused.value.values["changes"]] == ["plan"]
    assert service.publish(work, survey.id, new_series=["ease", "plan"]).number == 2


@pytest.mark.parametrize("definition", [TO_TEN, IN_WORDS])
def test_a_question_that_comes_back_as_another_begins_anew_too(
    work: Work, definition: dict[str, Any]
) -> None:
    survey = a_survey(work, definition=EASE)
    submit(work, survey, "one", ease=4)
    without = {"elements": EASE["pages"][0]["elements"][1:]}
    edit(work, survey, without)
    service.publish(work, survey.id)
    edit(work, survey, definition)
    with pytest.raises(Refused):
        service.publish(work, survey.id)
    service.publish(work, survey.id, new_series=["ease"])
    over = ended(rows_of(work, survey))
    assert [(each.words, each.followed) for each in over.values()] == [("version 1", 3)]


def test_kinds_that_differ_in_their_looks_alone_count_on(work: Work) -> None:
    survey = a_survey(work, definition=EASE)
    for kind in ("buttongroup", "dropdown", "radiogroup"):
        submit(work, survey, kind, plan="pro")
        changed = copy.deepcopy(EASE)
        changed["pages"][0]["elements"][1]["type"] = kind
        edit(work, survey, changed)
        service.publish(work, survey.id)
        work.session.refresh(survey)
    assert told(work, survey) == {("plan", 1, "pro"): 3}


def test_a_question_that_comes_back_as_it_was_counts_on(work: Work) -> None:
    survey = a_survey(work, definition=EASE)
    submit(work, survey, "one", ease=4)
    for definition in ({"elements": EASE["pages"][0]["elements"][1:]}, with_ease(title="Easy now?")):
        edit(work, survey, definition)
        service.publish(work, survey.id)
    work.session.refresh(survey)
    submit(work, survey, "two", ease=4)
    assert told(work, survey) == {("ease", 1, "4"): 2}


def test_the_scale_of_before_is_a_series_of_its_own_once_more(work: Work) -> None:
    survey = a_survey(work, definition=EASE)
    submit(work, survey, "one", ease=4)
    anew(work, survey, TO_TEN)
    submit(work, survey, "two", ease=4)
    anew(work, survey, EASE)
    submit(work, survey, "three", ease=4)
    assert told(work, survey) == {("ease", series, "4"): 1 for series in (1, 2, 3)}


# -- Nothing is lost.


def test_answers_of_earlier_versions_stay_with_their_series(work: Work) -> None:
    survey = a_survey(work, definition=EASE)
    submit(work, survey, "one", ease=4, plan="pro")
    under_way = respond.begin(work, Door(Way.PUBLIC, survey), submission_key="slow").response
    before = {(row.response_id, row.question_id): row.code for row in work.session.scalars(select(Answer))}
    service.fold(work, survey.id)
    anew(work, survey, TO_TEN)
    submit(work, survey, "two", ease=10, plan="team")
    respond.save(work, under_way, {"ease": 5, "plan": "pro"})
    judged = respond.finish(
        work, under_way, queries.published(work.session, under_way.version_id, under_way.arm)
    )
    assert judged.problems == ()
    after = {(row.response_id, row.question_id): row.code for row in work.session.scalars(select(Answer))}
    assert before.items() <= after.items()
    counted = {
        ("ease", 1, "4"): 1, ("ease", 1, "5"): 1, ("ease", 2, "10"): 1, ("plan", 1, "pro"): 2, ("plan", 1, "team"): 1,
    }  # fmt: skip
    assert told(work, survey) == counted
    service.fold(work, survey.id)
    assert told(work, survey) == counted
    people = queries.people_per_question(work.session, survey.id)
    assert [people.get(row.id) for row in rows_of(work, survey)] == [2, 1, 3]
    respond.withdraw(work, under_way.id)
    assert told(work, survey) == +Counter({**counted, ("ease", 1, "5"): 0, ("plan", 1, "pro"): 1})
    assert work.session.get_one(Response, under_way.id).version_id != queries.live_version_id(
        work.session, survey
    )


SHAPES = {
    "five": ({}, 4),
    "ten": ({"rateMin": 0, "rateMax": 10}, 4),
    "words": ({"type": "comment"}, "4"),
    "choice": ({"type": "radiogroup", "choices": ["4", "5"]}, "4"),
}


@pytest.mark.parametrize(
    "steps", [["five", "ten", "ten", "words", "five"], ["words", "choice", "ten", "choice"]]
)
def test_whatever_a_question_becomes_every_answer_counts_once_where_it_was_given(
    work: Work, steps: list[str]
) -> None:
    survey = a_survey(work, definition=with_ease(**SHAPES[steps[0]][0]))
    given: list[tuple[Any, int]] = []
    series = 1
    for at, shape in enumerate(steps):
        options, value = SHAPES[shape]
        if at and shape != steps[at - 1]:
            anew(work, survey, with_ease(**options))
            series += 1
        response = submit(work, survey, f"key{at}", ease=value)
        given.append((response.id, series))
        if at % 2:
            service.fold(work, survey.id)
    by_series = {row.id: row.series for row in rows_of(work, survey)}
    kept = [(row.response_id, by_series[row.question_id]) for row in work.session.scalars(select(Answer))]
    assert sorted(kept) == sorted(given)
    assert sum(told(work, survey).values()) == len(steps)


@given(st.lists(st.sampled_from(list(SHAPES)), min_size=1, max_size=6))
def test_weights_of_changes_agree_in_both_directions(shapes: list[str]) -> None:
    from betaops.surveys.changes import compare

    for one, other in itertools.pairwise(shapes):
        old, new = (read(with_ease(**SHAPES[each][0])) for each in (one, other))
        heavy = [{each.name for each in compare(*pair) if each.weight is Weight.BREAKING}
                 for pair in ((old, new), (new, old))]  # fmt: skip
        assert heavy == [set() if one == other else {"ease"}] * 2


def test_facts_about_people_are_kept_apart(work: Work, program: Program) -> None:
    survey = a_survey(work, definition=EASE, program=program)
    ana, bob = (an_enrollment(work, program=program, mail=f"{name}@example.com") for name in ("ana", "bob"))
    respond.submit(work, survey, {"ease": 4}, submission_key="a", enrollment=ana)
    anew(work, survey, TO_TEN)
    respond.submit(work, survey, {"ease": 9}, submission_key="b", enrollment=bob)
    work.session.flush()
    kept = {(row.tester_id, row.name): row.value for row in work.session.scalars(select(Trait))
            if row.name.startswith("survey.ease")}  # fmt: skip
    assert kept == {(ana.tester_id, "survey.ease"): 4, (bob.tester_id, "survey.ease.2"): 9}
    names = queries.trait_names(work.session, program_queries.program_by_slug(work.session, program.slug))
    assert names == {
        "trait.survey.ease": f"Easy? (version 1) ({survey.name})",
        "trait.survey.ease.2": f"Easy? ({survey.name})",
    }


# -- Exports.


def _both(work: Work) -> Survey:
    survey = a_survey(work, definition=EASE)
    submit(work, survey, "one", ease=4, plan="pro")
    anew(work, survey, TO_TEN)
    submit(work, survey, "two", ease=10)
    return survey


def test_a_sheet_has_a_column_for_each_series(work: Work) -> None:
    survey = _both(work)
    sheet = b"".join(exports.pieces(work.session, survey, Wanted())).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert list(rows[0])[-3:] == ["Easy?", "Easy? (version 1)", "Plan?"]
    assert [(row["Easy?"], row["Easy? (version 1)"], row["Plan?"]) for row in rows] == [
        ("", "4", "pro"), ("10", "", ""),
    ]  # fmt: skip


def test_json_says_which_series_an_answer_belongs_to(work: Work) -> None:
    survey = _both(work)
    made = b"".join(exports.pieces(work.session, survey, Wanted(FileFormat.JSON)))
    told = [orjson.loads(line) for line in made.splitlines()]
    assert [(each["answers"], each["series"]) for each in told] == [
        ({"ease": 4, "plan": "pro"}, {"ease": "ease_series1"}), ({"ease": 10}, {}),
    ]  # fmt: skip


def test_texts_beside_a_choice_go_with_their_series(work: Work) -> None:
    choice = with_ease(type="radiogroup", choices=["a"], showOtherItem=True)
    survey = a_survey(work, definition=choice)
    submit(work, survey, "one", **{"ease": "other", "ease-Comment": "so so"})
    anew(work, survey, EASE)
    submit(work, survey, "two", ease=2)
    sheet = b"".join(exports.pieces(work.session, survey, Wanted())).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [row["Easy? (version 1) (text)"] for row in rows] == ["so so", ""]
    assert [row["Easy?"] for row in rows] == ["", "2"]


@pytest.mark.parametrize("kind", [FileFormat.SAV, FileFormat.XLSX])
def test_other_files_have_both_as_well(work: Work, kind: FileFormat) -> None:
    import zipfile

    made = b"".join(exports.pieces(work.session, _both(work), Wanted(kind)))
    if kind is FileFormat.XLSX:
        packed = zipfile.ZipFile(io.BytesIO(made))
        made = b"".join(packed.read(each) for each in packed.namelist())
    assert b"ease_series1" in made
    assert b"Easy? (version 1)" in made
