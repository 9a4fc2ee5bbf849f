"""Arms: everybody new is put into the one with the fewest, decided once, and known to the survey from the first page on."""

import csv
import io
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.kernel import clock
from betaops.kernel.db import Database
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import exports, queries, respond, service
from betaops.surveys.analysis import narrowing
from betaops.surveys.checking import check
from betaops.surveys.engine.arms import ARM, drawn, in_arm, next_of
from betaops.surveys.engine.scene import Scene
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.models import Response, ResponseState, Survey, SurveyArm
from betaops.surveys.queries.doors import Door, Way
from betaops.surveys.reading import read
from tests.factories.surveys import SHORT, TWO_WORDINGS, a_survey, an_armed_survey
from tests.support.at_once import at_once


@dataclass
class Stand:
    name: str
    weight: int
    taken: int = 0


def begin(work: Work, survey: Survey, key: str, way: Way = Way.PUBLIC) -> Response:
    return respond.begin(work, Door(way, survey), submission_key=key).response


def taken(work: Work, survey: Survey) -> dict[str, int]:
    return {each.name: each.taken for each in queries.arms(work.session, survey.id)}


def answered(work: Work, survey: Survey, count: int) -> Counter[str]:
    """So many whole responses, all of which say yes; by arm."""
    return Counter(
        respond.submit(work, survey, {"buy": "yes"}, submission_key=f"key{at}").response.arm
        for at in range(count)
    )


# -- Pure.


@given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(1, 6))
def test_whenever_as_many_came_as_the_weights_add_up_to_every_arm_has_its_share(
    weights: list[int], rounds: int
) -> None:
    arms = [Stand(str(at), weight) for at, weight in enumerate(weights)]
    for _person in range(rounds * sum(weights)):
        next_of(arms).taken += 1
    assert [arm.taken for arm in arms] == [rounds * weight for weight in weights]


def test_of_arms_with_equally_many_chance_decides() -> None:
    arms = [Stand("a", 2, 4), Stand("b", 1, 2), Stand("c", 1, 3)]
    assert {next_of(arms).name for _ in range(200)} == {"a", "b"}
    assert next_of([Stand("a", 3, 5), Stand("b", 1, 2)]).name == "a"


def test_a_trial_gets_any_arm_whatever_others_have() -> None:
    assert {drawn([Stand("a", 1, 900), Stand("b", 1)]).name for _ in range(200)} == {"a", "b"}


def test_conditions_and_texts_know_the_arm_and_no_answer_can_forge_it() -> None:
    definition = in_arm(read(TWO_WORDINGS), "box")
    scene = Scene(definition, {ARM: "tin"}, now=clock.now())
    assert [question.name for question in scene.asked] == ["buy"]
    tin = Scene(in_arm(read(TWO_WORDINGS), "tin"), {}, now=clock.now())
    assert [question.name for question in tin.asked] == ["buy", "why"]


def test_calculated_values_and_panels_know_the_arm() -> None:
    definition = {
        "calculatedValues": [{"name": "is_tin", "expression": "iif({__ARM} = 'TIN', 1, 0)"}],
        "elements": [
            {"type": "text", "name": "shown", "visibleIf": "{is_tin} = 1"},
            {"type": "paneldynamic", "name": "p", "panelCount": 1,
             "templateElements": [{"type": "text", "name": "in", "visibleIf": "{__arm} = 'tin'"}]},
        ],
    }  # fmt: skip
    assert check(read(definition), ["tin"]) == []
    tin, box = (Scene(in_arm(read(definition), arm), {}, now=clock.now()) for arm in ("tin", "box"))
    assert (len(tin.asked), len(box.asked)) == (2, 1)


@pytest.mark.parametrize(
    ("condition", "arms", "said"),
    [
        ("{__arm} = 'tin'", ["tin", "box"], None),
        ("'TIN' = {__arm}", ["tin"], None),
        ("{__arm} anyof ['tin', 'jar']", ["tin"], "“jar”"),
        ("{__arm} = 'jar' or {buy} = 'yes'", ["tin"], "“jar”"),
        ("{__arm} = 'tin'", [], "no arms"),
        ("{__arm} notempty", ["tin"], None),
    ],
)
def test_an_expression_that_names_an_arm_which_is_not_there_is_said(
    condition: str, arms: list[str], said: str | None
) -> None:
    definition = {
        "elements": [{"type": "text", "name": "buy"}, {"type": "text", "name": "q", "visibleIf": condition}]
    }
    found = [finding for finding in check(read(definition), arms) if finding.is_blocking]
    assert [finding.code for finding in found] == (["unknown_arm"] if said else [])
    assert said is None or said in found[0].message


# -- Making them.


def test_names_of_arms_are_those_that_a_condition_can_say(work: Work) -> None:
    survey = a_survey(work, is_published=False)
    service.add_arm(work, survey.id, name="  Wording   A ")
    assert taken(work, survey) == {"Wording A": 0}
    for name, code in (
        ("", "no_name"), ("x" * 61, "too_long"), ("{a}", "bad_name"), ("it's", "bad_name"), ("a\\", "bad_name"),
        ("a\u200bb", "bad_name"), ("wording a", "same_name"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            service.add_arm(work, survey.id, name=name)
        assert refused.value.code == code
    for weight in (0, 101):
        with pytest.raises(Invalid):
            service.add_arm(work, survey.id, name="b", weight=weight)
    assert list(taken(work, survey)) == ["Wording A"]


def test_once_somebody_has_answered_arms_may_only_be_added(work: Work) -> None:
    survey = an_armed_survey(work)
    tin, box = queries.arms(work.session, survey.id)
    service.change_arm(work, survey.id, tin.id, name="can", weight=2)
    service.change_arm(work, survey.id, tin.id, name="tin", weight=1)
    begin(work, survey, "trial", Way.TEST)
    service.change_arm(work, survey.id, box.id, weight=1)
    begin(work, survey, "one")
    for change in (
        lambda: service.change_arm(work, survey.id, tin.id, name="can"),
        lambda: service.change_arm(work, survey.id, tin.id, weight=3),
        lambda: service.delete_arm(work, survey.id, tin.id),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == "answered"
    begin(work, survey, "two")
    service.add_arm(work, survey.id, name="bag")
    assert begin(work, survey, "three").arm == "bag"  # it catches up
    assert taken(work, survey) == {"tin": 1, "box": 1, "bag": 1}


def test_a_survey_without_its_last_arm_has_none(work: Work) -> None:
    survey = an_armed_survey(work, definition=SHORT)
    for arm in queries.arms(work.session, survey.id):
        service.delete_arm(work, survey.id, arm.id)
    assert not survey.has_arms
    assert begin(work, survey, "one").arm == ""


def test_publishing_refuses_conditions_on_arms_that_are_not_there(work: Work) -> None:
    survey = a_survey(work, definition=TWO_WORDINGS, is_published=False)
    service.add_arm(work, survey.id, name="jar")
    with pytest.raises(Invalid) as refused:
        service.publish(work, survey.id)
    assert [finding.code for finding in refused.value.values["findings"]] == ["unknown_arm"]
    service.add_arm(work, survey.id, name="Tin")
    assert service.publish(work, survey.id).number == 1


def test_quotas_count_people_of_an_arm(work: Work) -> None:
    survey = an_armed_survey(work, definition=SHORT)
    for condition, code in (("{__arm} = 'jar'", "unknown_arm"), ("{__arms} = 'tin'", "unknown_name")):
        with pytest.raises(Invalid) as refused:
            service.add_quota(work, survey.id, name="Tin", condition=condition, most=2)
        assert refused.value.code == code
    service.add_quota(work, survey.id, name="Tin", condition="{__arm} = 'tin'", most=2)
    rows = [respond.submit(work, survey, {"nps": 9}, submission_key=f"k{at}").response for at in range(8)]
    ended = Counter((row.arm, row.state) for row in rows)
    assert ended == {
        ("tin", ResponseState.COMPLETE): 2,
        ("tin", ResponseState.OVER_QUOTA): 2,
        ("box", ResponseState.COMPLETE): 4,
    }


# -- Being put into one.


def test_people_are_put_into_arms_by_their_weights(work: Work) -> None:
    survey = an_armed_survey(work, 2, 1)
    assert answered(work, survey, 30) == {"tin": 20, "box": 10}
    assert taken(work, survey) == {"tin": 20, "box": 10}


def test_the_arm_is_decided_once(work: Work) -> None:
    survey = an_armed_survey(work)
    first = begin(work, survey, "same")
    arm = first.arm
    assert arm in ("tin", "box")
    assert {begin(work, survey, "same").arm for _ in range(10)} == {arm}
    assert begin(work, survey, "other").arm != arm
    assert sorted(taken(work, survey).values()) == [1, 1]
    # What was taken out stays counted: whoever comes next is not put there because of it.
    respond.withdraw(work, first.id)
    assert sorted(taken(work, survey).values()) == [1, 1]


def test_trials_are_put_into_an_arm_and_not_counted(work: Work) -> None:
    survey = an_armed_survey(work)
    rows = [begin(work, survey, f"trial{at}", Way.TEST) for at in range(40)]
    assert {row.arm for row in rows} == {"tin", "box"}
    chosen = respond.begin(work, Door(Way.TEST, survey), submission_key="chosen", arm="box").response
    assert chosen.arm == "box"
    assert taken(work, survey) == {"tin": 0, "box": 0}
    # Nobody else chooses.
    service.add_arm(work, survey.id, name="bag")
    for at in range(2):
        respond.begin(work, Door(Way.PUBLIC, survey), submission_key=f"real{at}", arm="bag")
    assert sorted(taken(work, survey).values()) == [0, 1, 1]


def test_what_is_sent_in_whole_is_judged_in_its_arm(work: Work) -> None:
    survey = an_armed_survey(work)
    rows = [
        respond.submit(work, survey, {"buy": "no", "why": "so"}, submission_key=f"k{at}").response
        for at in range(4)
    ]
    assert Counter((row.arm, "why" in row.answers) for row in rows) == {("tin", True): 2, ("box", False): 2}
    again = respond.submit(work, survey, {"buy": "no"}, submission_key="k0")
    assert not again.is_new
    assert again.response.arm == rows[0].arm
    with pytest.raises(Invalid):
        respond.submit(work, survey, {"buy": "maybe"}, submission_key="wrong")
    assert taken(work, survey) == {"tin": 2, "box": 2}


AT_ONCE = 200


def test_two_hundred_that_begin_at_once_are_split_in_halves(
    work: Work, platform: Platform, database: Database
) -> None:
    survey = an_armed_survey(work)
    work.session.commit()

    def begin(number: int) -> None:
        # Every second is sent twice, as browsers do.
        for _again in range(1 + number % 2):
            _begin_alone(platform, survey, f"begun{number}")

    assert at_once(range(AT_ONCE), begin) == []
    rows = queries.responses(work.session, survey.id, size=2 * AT_ONCE).items
    assert Counter(row.arm for row in rows) == {"tin": AT_ONCE // 2, "box": AT_ONCE // 2}
    assert taken(work, survey) == {"tin": AT_ONCE // 2, "box": AT_ONCE // 2}


def _begin_alone(platform: Platform, survey: Survey, key: str) -> None:
    with platform.database.writing(survey.workspace_id) as session:
        alone = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
        respond.begin(alone, Door(Way.PUBLIC, survey), submission_key=key)


# -- Results.


def test_results_are_narrowed_to_an_arm(work: Work) -> None:
    survey = an_armed_survey(work)
    answered(work, survey, 6)
    wanted = narrowing.read({"arm": ["tin"]})
    assert wanted.query() == {"arm": "tin"}
    assert queries.count_narrowed(work.session, survey.id, wanted) == 3
    assert queries.arms_answered(work.session, survey) == [("tin", 3), ("box", 3)]


def test_few_people_in_an_arm_of_an_anonymous_survey_are_told_by_nothing(work: Work) -> None:
    survey = an_armed_survey(work)
    survey.is_anonymous = True
    work.session.flush()
    answered(work, survey, 8)
    assert queries.arms_answered(work.session, survey) == []
    assert _column(work, survey, "arm") == [""] * 5
    for at in range(8, 10):
        respond.submit(work, survey, {"buy": "yes"}, submission_key=f"key{at}")
    assert queries.arms_answered(work.session, survey) == [("tin", 5), ("box", 5)]
    assert Counter(_column(work, survey, "arm")) == {"tin": 5, "box": 5}


def _column(work: Work, survey: Survey, name: str) -> list[str]:
    told = b"".join(exports.pieces(work.session, survey, Wanted())).decode("utf-8-sig")
    return [row[name] for row in csv.DictReader(io.StringIO(told))]


@pytest.mark.parametrize("kind", list(FileFormat))
def test_every_export_tells_the_arm(work: Work, kind: FileFormat) -> None:
    survey = an_armed_survey(work)
    answered(work, survey, 2)
    told = b"".join(exports.pieces(work.session, survey, Wanted(kind)))
    if kind is FileFormat.XLSX:
        import zipfile

        packed = zipfile.ZipFile(io.BytesIO(told))
        told = b"".join(packed.read(each) for each in packed.namelist())
    assert all(word in told for word in (b"arm", b"tin", b"box"))
    plain = a_survey(work, definition=SHORT)
    assert "arm" not in exports.ABOUT
    assert b'"arm"' not in b"".join(exports.pieces(work.session, plain, Wanted(FileFormat.JSON)))


def test_a_withdrawn_or_unfinished_one_is_in_its_arm_and_does_not_count_there(work: Work) -> None:
    survey = an_armed_survey(work)
    answered(work, survey, 2)
    begin(work, survey, "under way")
    assert sum(count for _name, count in queries.arms_answered(work.session, survey)) == 2
    assert sum(taken(work, survey).values()) == 3
    assert {row.state for row in queries.responses(work.session, survey.id).items} == {
        ResponseState.COMPLETE, ResponseState.STARTED,
    }  # fmt: skip
    assert {each.name for each in work.session.query(SurveyArm)} == {"tin", "box"}
