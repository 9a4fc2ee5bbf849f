"""Arms before anybody has begun: in the mail's first question, and in the product, where everybody is shown their own."""

import re
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.enrollment.models import Enrollment
from betaops.kernel import clock, ids
from betaops.kernel.db import Database
from betaops.kernel.errors import Refused
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs.models import Program
from betaops.surveys import arming, links, queries, respond, service
from betaops.surveys.engine.arms import in_arm, settled, worded
from betaops.surveys.engine.filling import first_question
from betaops.surveys.models import Audience, Response, ResponseState, Survey, SurveyAllotment
from betaops.surveys.product.payload import arm_id, flag_key
from betaops.surveys.queries.doors import Door, Way
from betaops.surveys.reading import read
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.surveys import TWO_WORDINGS, a_placement, an_armed_survey
from tests.support.at_once import at_once
from tests.support.browsers import Browser
from tests.support.outbox import Outbox
from tests.support.running import RunJobs
from tests.support.survey_sdk import Sdk
from tests.surveys.test_arms import taken

_ASKED = re.compile(r"Would you buy (\w+)\?")
#: Each arm begins with a question of its own, and offers an answer of its own.
OTHERWISE: dict[str, Any] = {
    "pages": [
        {"name": "tins", "visibleIf": "{__arm} = 'tin'",
         "elements": [{"type": "rating", "name": "shine", "title": "How does the {__arm} shine?"}]},
        {"name": "all", "elements": [
            {"type": "panel", "name": "group", "visibleIf": "{__arm} <> 'tin'", "elements": [
                {"type": "radiogroup", "name": "fold", "title": "Does it fold?",
                 "choices": ["yes", {"value": "no", "visibleIf": "{__arm} = 'box'"}, "perhaps"]}]},
            {"type": "comment", "name": "why"},
        ]},
    ],
}  # fmt: skip


def allotted(work: Work) -> int:
    return work.session.scalar(select(func.count()).select_from(SurveyAllotment)) or 0


def people(work: Work, program: Program, count: int) -> dict[str, Enrollment]:
    """By mail address."""
    mails = [f"p{at}@example.com" for at in range(count)]
    return {mail: an_enrollment(work, program=program, mail=mail) for mail in mails}


# -- Pure.


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("", True),
        ("{__arm} = 'tin'", True),
        ("{__ARM} = 'Tin'", True),
        ("{__arm} anyof ['box', 'bag']", False),
        ("{__arm} = 'box' or {nps} > 6", "'tin' = 'box' or {nps} > 6"),
        ("{nps} > 6", "{nps} > 6"),
        ("{__arm} = 'tin' and today() > '2020-01-01'", "'tin' = 'tin' and today() > '2020-01-01'"),
    ],
)
def test_a_condition_on_the_arm_is_settled_where_it_hangs_on_nothing_else(
    condition: str, found: bool | str
) -> None:
    assert settled(condition, "tin") == found
    assert settled(condition, "") == (condition or True)


def test_texts_read_in_an_arm_as_on_its_pages() -> None:
    assert worded("Buy { __arm }, {__ARM}, {arm}", "tin") == "Buy tin, tin, {arm}"
    assert worded("Buy {__arm}", "") == "Buy {__arm}"


def test_the_first_question_is_that_of_the_arm() -> None:
    first = {arm: first_question(in_arm(read(OTHERWISE), arm), "en") for arm in ("tin", "box", "bag", "")}
    tin, box, bag = (first[arm] for arm in ("tin", "box", "bag"))
    assert tin is not None
    assert (tin.title, tin.name) == ("How does the tin shine?", "fill.shine")
    assert box is not None
    assert [value for _words, value in box.choices] == ["yes", "no", "perhaps"]
    assert bag is not None
    assert [value for _words, value in bag.choices] == ["yes", "perhaps"]
    assert first[""] is None


def test_a_question_in_a_group_that_hangs_on_answers_is_no_first_question() -> None:
    asked = {"type": "rating", "name": "nps"}
    group = {"type": "panel", "name": "group", "visibleIf": "{other} = 1", "elements": [asked]}
    other = {"type": "rating", "name": "other"}
    assert first_question(read({"elements": [group, other]}), "en") is None
    assert first_question(read({"elements": [{**group, "visibleIf": ""}, other]}), "en") is not None
    hidden = first_question(read({"elements": [{**asked, "visible": False}, other]}), "en")
    assert hidden is not None
    assert hidden.name == "fill.other"


# -- By mail.


def test_a_mail_shows_the_first_question_of_the_persons_arm_and_leads_into_it(
    work: Work, program: Program, client: Browser, run_jobs: RunJobs, outbox: Outbox
) -> None:
    survey = an_armed_survey(work, program=program)
    people(work, program, 6)
    links.send(work, survey.id)
    run_jobs()
    letters = outbox.of_kind("surveys.invitation")
    shown = [_ASKED.search(letter.text)[1] for letter in letters]  # type: ignore[index]  # each asks it
    assert Counter(shown) == {"tin": 3, "box": 3}
    assert taken(work, survey) == {"tin": 3, "box": 3}
    for letter, arm in zip(letters, shown, strict=True):
        yes = next(link for link in outbox.links(letter) if "fill.buy=yes" in link)
        address = yes.removeprefix("http://localhost")
        page = client.get(address).text
        assert f"Would you buy {arm}?" in page
        assert re.search(r'<input[^>]*checked[^>]*value="yes"|<input[^>]*value="yes"[^>]*checked', page)
        assert client.submit(address, {"buy": "yes", "__action": "next"}).status_code == 303
    work.session.expire_all()
    given = Counter(row.arm for row in queries.responses(work.session, survey.id).items)
    assert given == {"tin": 3, "box": 3}
    assert taken(work, survey) == {"tin": 3, "box": 3}  # each counts once


def test_asking_again_shows_the_same_arm_and_counts_nobody_twice(
    work: Work, program: Program, run_jobs: RunJobs, outbox: Outbox
) -> None:
    survey = an_armed_survey(work, program=program)
    people(work, program, 5)
    for _round in range(2):
        links.send(work, survey.id, may_ask_again=True)
        run_jobs()
        survey.sent_at = None
    by_person: dict[str, set[str]] = {}
    for letter in outbox.of_kind("surveys.invitation"):
        by_person.setdefault(letter.to, set()).add(_ASKED.search(letter.text)[1])  # type: ignore[index]
    assert [len(arms) for arms in by_person.values()] == [1] * 5
    assert sorted(taken(work, survey).values()) == [2, 3]
    assert allotted(work) == 5


def test_whoever_is_left_alone_is_put_into_no_arm(
    work: Work, program: Program, run_jobs: RunJobs, outbox: Outbox
) -> None:
    first, second = an_armed_survey(work, program=program), an_armed_survey(work, program=program)
    [person] = people(work, program, 1)
    links.set_contact_days(work, 7)
    links.send(work, first.id)
    run_jobs()
    an_enrollment(work, program=program, mail="late@example.com")
    links.send(work, second.id)
    run_jobs()
    assert [letter.to for letter in outbox.of_kind("surveys.invitation")] == [
        person,
        "late@example.com",
    ]
    assert sorted(taken(work, second).values()) == [0, 1]


def test_the_mail_of_an_anonymous_survey_asks_nothing_and_puts_nobody_into_an_arm(
    work: Work, program: Program, client: Browser, run_jobs: RunJobs, outbox: Outbox
) -> None:
    survey = an_armed_survey(work, program=program)
    survey.is_anonymous = True
    people(work, program, 1)
    links.send(work, survey.id)
    run_jobs()
    letter = outbox.of_kind("surveys.invitation")[0]
    assert "Would you buy" not in letter.text
    assert (allotted(work), taken(work, survey)) == (0, {"tin": 0, "box": 0})
    address = outbox.links(letter)[0].removeprefix("http://localhost")
    begun = client.post(address, data={"__action": "begin", "__submission": "a" * 32})
    assert begun.status_code == 303
    # Its response alone knows the arm; nothing that names the person does.
    assert allotted(work) == 0
    assert sum(taken(work, survey).values()) == 1


AT_ONCE = 40


def test_mails_and_people_who_begin_at_once_are_split_in_halves(
    work: Work, program: Program, platform: Platform, database: Database
) -> None:
    survey = an_armed_survey(work, program=program)
    places = [place.id for place in people(work, program, AT_ONCE).values()]
    work.session.commit()

    def come(number: int) -> None:
        person = places[number // 2]
        with platform.database.writing(survey.workspace_id) as session:
            alone = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
            if number % 2:
                arming.put_into(alone, survey, person)
            else:
                place = session.get_one(Enrollment, person)
                door = Door(Way.PERSONAL, survey, None, place)
                respond.begin(alone, door, submission_key=f"begun{number}")

    # Each is mailed and begins in the same moment: one of the two decides, and the other finds it decided.
    assert at_once(range(2 * AT_ONCE), come) == []
    assert taken(work, survey) == {"tin": AT_ONCE // 2, "box": AT_ONCE // 2}
    rows = queries.responses(work.session, survey.id, size=2 * AT_ONCE).items
    assert len(rows) == AT_ONCE
    for row in rows:
        assert row.enrollment_id is not None
        assert row.arm == queries.allotted(work.session, survey.id, row.enrollment_id)


def test_arms_stay_as_they_are_once_somebody_was_shown_theirs(
    work: Work, program: Program, run_jobs: RunJobs
) -> None:
    survey = an_armed_survey(work, program=program)
    people(work, program, 1)
    links.send(work, survey.id)
    run_jobs()
    with pytest.raises(Refused) as refused:
        service.delete_arm(work, survey.id, queries.arms(work.session, survey.id)[0].id)
    assert refused.value.code == "answered"


# -- In the product.


def test_the_product_is_told_every_arm_and_each_person_has_the_flag_of_theirs(
    work: Work, program: Program, sdk: Sdk, run_jobs: RunJobs
) -> None:
    survey = an_armed_survey(work, program=program)
    placement = service.change_placement(work, survey.id, version=None, is_on=True)
    places = people(work, program, 4)
    run_jobs()
    assert taken(work, survey) == {"tin": 2, "box": 2}
    told = {wire["id"]: wire for wire in sdk.surveys()}
    arms = queries.arms(work.session, survey.id)
    assert list(told) == [arm_id(arm) for arm in arms]
    asked = {arm.name: [each["question"] for each in told[arm_id(arm)]["questions"]] for arm in arms}
    assert asked == {"tin": ["Would you buy tin?", "Why the tin?"], "box": ["Would you buy box?"]}
    for mail, place in places.items():
        theirs = queries.allotted(work.session, survey.id, place.id)
        on = {arm.name for arm in arms if sdk.flag(flag_key(placement, arm), mail)}
        assert on == {theirs}
    assert sdk.flag(flag_key(placement, arms[0]), "stranger@example.com") is False


def _answer(sdk: Sdk, who: str, told: dict[str, Any], *answers: str) -> None:
    properties: dict[str, Any] = {"$survey_completed": True, "$survey_submission_id": f"by-{who}"}
    for question, answer in zip(told["questions"], answers, strict=False):
        properties[f"$survey_response_{question['id']}"] = answer
    event = {
        "event": "survey sent",
        "distinct_id": who,
        "properties": {"$survey_id": told["id"], **properties},
    }
    sdk.again({**event, "uuid": str(ids.new_id())})


def test_answers_from_the_product_come_together_in_the_one_survey_with_their_arm(
    work: Work, program: Program, sdk: Sdk, run_jobs: RunJobs
) -> None:
    survey = an_armed_survey(work, program=program)
    service.change_placement(work, survey.id, version=None, is_on=True)
    places = people(work, program, 2)
    run_jobs()
    told = {wire["id"]: wire for wire in sdk.surveys()}
    by_name = {arm.name: told[arm_id(arm)] for arm in queries.arms(work.session, survey.id)}
    for mail, place in places.items():
        theirs = queries.allotted(work.session, survey.id, place.id)
        _answer(sdk, mail, by_name[theirs], "yes", "It shines")
    work.session.expire_all()
    rows = {row.arm: row for row in queries.responses(work.session, survey.id).items}
    assert rows["tin"].answers == {"buy": "yes", "why": "It shines"}
    assert rows["box"].answers == {"buy": "yes"}
    assert {row.state for row in rows.values()} == {ResponseState.COMPLETE}
    assert {row.survey_id for row in rows.values()} == {survey.id}
    assert taken(work, survey) == {"tin": 1, "box": 1}
    # What was shown is what was answered, whoever the device thinks it is by now.
    _answer(sdk, "stranger", by_name["tin"], "no")
    work.session.expire_all()
    stranger = work.session.scalars(select(Response).where(Response.tester_id.is_(None))).one()
    assert stranger.arm == "tin"
    assert taken(work, survey) == {"tin": 2, "box": 1}


def test_a_person_is_in_one_arm_in_mails_and_in_the_product(
    work: Work, program: Program, run_jobs: RunJobs
) -> None:
    survey = an_armed_survey(work, program=program)
    people(work, program, 4)
    links.send(work, survey.id)
    run_jobs()
    before = set(work.session.execute(select(SurveyAllotment.enrollment_id, SurveyAllotment.arm_id)))
    service.change_placement(work, survey.id, version=None, is_on=True)
    run_jobs()
    after = set(work.session.execute(select(SurveyAllotment.enrollment_id, SurveyAllotment.arm_id)))
    assert after == before
    assert taken(work, survey) == {"tin": 2, "box": 2}


def test_whoever_joins_later_is_put_into_an_arm_and_only_those_it_is_meant_for(
    work: Work, program: Program, sdk: Sdk, run_jobs: RunJobs
) -> None:
    insider = an_enrollment(work, program=program, mail="in@example.com")
    cohort = a_cohort(work, program=program, members=[insider])
    people(work, program, 2)
    survey = an_armed_survey(work, program=program)
    placement = service.change_placement(
        work, survey.id, version=None, is_on=True, audience=Audience.COHORTS, cohorts=[cohort.number]
    )
    run_jobs()
    assert sum(taken(work, survey).values()) == 1
    service.change_placement(work, survey.id, version=placement.version, audience=Audience.EVERYBODY)
    run_jobs()
    assert sorted(taken(work, survey).values()) == [1, 2]
    late = an_enrollment(work, program=program, mail="late@example.com")
    work.enqueue("surveys.allot_all")
    run_jobs()
    theirs = queries.allotted(work.session, survey.id, late.id)
    assert taken(work, survey) == {"tin": 2, "box": 2}
    [arm] = [each for each in queries.arms(work.session, survey.id) if each.name == theirs]
    assert sdk.flag(flag_key(placement, arm), "late@example.com") is True


_ROWS: dict[str, Any] = {
    "type": "matrix", "name": "rows", "columns": ["a", "b"], "rows": ["x", "y"], "visibleIf": "{__arm} = 'tin'",
}  # fmt: skip


def test_what_one_arm_cannot_show_there_is_refused_when_it_would_come_there(
    work: Work, program: Program
) -> None:
    survey = an_armed_survey(work, program=program)
    a_placement(work, survey)
    pages = TWO_WORDINGS["pages"]
    draft = {"pages": [{"elements": [*pages[0]["elements"], _ROWS]}]}
    service.edit_draft(work, survey.id, lambda _former: draft)
    with pytest.raises(Refused, match="In the arm “tin”: “rows” asks row by row") as refused:
        service.publish(work, survey.id)
    assert refused.value.code == "in_the_product"
    assert queries.live_version(work.session, survey).number == 1  # type: ignore[union-attr]  # it is published


def test_arms_join_a_survey_in_the_product_where_they_can_be_shown(
    work: Work, program: Program, sdk: Sdk, run_jobs: RunJobs
) -> None:
    survey: Survey = an_armed_survey(work, program=program)
    a_placement(work, survey)
    people(work, program, 4)
    run_jobs()
    service.add_arm(work, survey.id, name="bag")
    an_enrollment(work, program=program, mail="late@example.com")
    run_jobs()
    assert taken(work, survey) == {"tin": 2, "box": 2, "bag": 1}
    assert len(sdk.surveys()) == 3
