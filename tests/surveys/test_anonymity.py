"""Anonymous surveys: nothing in the database joins a response to a person, not even order or time."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.cohorts.models import Trait
from betaops.enrollment.models import Enrollment
from betaops.kernel import clock, ids
from betaops.kernel.db import Database
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.events import RecordedEvent
from betaops.kernel.ids import new_id
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs.models import Program
from betaops.surveys import anonymity, links, provided, queries, releasing, respond, service
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.models import Answer, Response, ResponseState, Survey, SurveyLedger, SurveyLink
from betaops.surveys.queries.doors import Door, Way
from betaops.surveys.queries.exporting import exported
from tests.factories.enrollment import an_enrollment
from tests.factories.surveys import CHECK_IN, a_placement, a_response, a_survey
from tests.support.at_once import at_once
from tests.support.browsers import Browser
from tests.support.running import RunJobs


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    """Whose answers, were it not anonymous, would become facts."""
    found = a_survey(work, program=program, definition=CHECK_IN, name="Said freely")
    _make(work, found, is_anonymous=True)
    return found


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com")


def make_anonymous(work: Work, survey: Survey) -> None:
    _make(work, survey, is_anonymous=True)


def _make(work: Work, survey: Survey, *, is_anonymous: bool) -> None:
    service.change_settings(
        work,
        survey.id,
        name=survey.name,
        origins=[],
        opens_at=None,
        closes_at=None,
        is_anonymous=is_anonymous,
    )


def _answer(client: Browser, token: str) -> Any:
    """Through both pages; the last question comes up by the one before it."""
    address, sent = f"/s/{token}", None
    for answers in ({"used_import": "no"}, {"nps": "3"}, {"why": "Only Ana would say that"}):
        sent = client.submit(address, {**answers, "__action": "next"})
        address = sent.location
    return sent


def test_no_table_joins_an_anonymous_response_to_its_person(
    work: Work, program: Program, client: Browser, survey: Survey, ana: Enrollment
) -> None:
    token = links.personal_link(work, survey.id, ana.id)
    assert client.get(_answer(client, token).location).status_code == 200
    response = work.session.scalars(select(Response).where(Response.survey_id == survey.id)).one()
    assert (response.state, response.answers["nps"]) == (ResponseState.COMPLETE, 3)
    assert (response.enrollment_id, response.tester_id, response.link_id) == (None, None, None)
    for moment in (response.started_at, response.saved_at, response.finished_at):
        assert moment is not None
        assert (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    assert _mentions(work, {response.id.hex, str(response.id)}) == {"response"}
    ledger = work.session.scalars(select(SurveyLedger).where(SurveyLedger.survey_id == survey.id)).one()
    assert ledger.enrollment_id == ana.id
    for number in range(4):
        place = an_enrollment(work, program=program, mail=f"other{number}@example.com")
        a_response(work, survey, {"used_import": "no", "nps": 9}, enrollment=place)
    rows = work.session.scalars(select(Answer.code).where(Answer.response_id == response.id)).all()
    assert rows
    # Random ids: version 7 would tell the moment.
    assert {row.version for row in (response.id, ledger.id)} == {4}
    assert not response.submission_key.startswith(new_id().hex[:7])
    assert _mentions(work, {response.id.hex, str(response.id)}) == {"response", "answer", "tail_response"}
    assert work.session.scalar(select(Trait).where(Trait.tester_id == ana.tester_id)) is None
    work.platform.tallies.flush()
    link = work.session.scalars(select(SurveyLink).where(SurveyLink.survey_id == survey.id)).one()
    assert (link.opens, link.opened_at) == (0, None)
    kinds = set(work.session.scalars(select(RecordedEvent.kind)))
    assert "survey_answered" not in kinds


def _mentions(work: Work, spellings: set[str]) -> set[str]:
    """Tables of which any column of any row has one of these in it."""
    found = set()
    for table in inspect(work.session.connection()).get_table_names():
        for row in work.session.execute(text(f'SELECT * FROM "{table}"')):
            if any(spelling in str(value) for value in row for spelling in spellings):
                found.add(table)
    return found


def test_the_ledger_says_who_has_answered_and_nothing_else(
    work: Work, client: Browser, survey: Survey, ana: Enrollment
) -> None:
    token = links.personal_link(work, survey.id, ana.id)
    assert queries.count_unanswered(work.session, survey) == 1
    _answer(client, token)
    assert queries.count_unanswered(work.session, survey) == 0
    assert queries.waiting_for(work.session, ana, work.now) == []
    again = client.get(f"/s/{token}")
    assert again.status_code == 410
    assert "You have answered this survey" in again.text
    columns = {column.name for column in SurveyLedger.__table__.columns}
    assert columns == {"id", "workspace_id", "survey_id", "enrollment_id"}
    work.session.refresh(ana, ["tester"])
    known = provided.data(work.session, ana.tester)
    assert known == [{"survey": "Said freely", "answered_anonymously": True}]


def test_sqlite_keeps_the_ledger_in_no_order_of_time(work: Work) -> None:
    if work.session.get_bind().dialect.name != "sqlite":
        return
    made = work.session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'survey_ledger'"))
    assert "WITHOUT ROWID" in str(made)


def test_a_second_way_begun_on_another_device_counts_once(
    work: Work, client: Browser, survey: Survey, ana: Enrollment
) -> None:
    token = links.personal_link(work, survey.id, ana.id)
    first = {"used_import": "no", "__action": "next"}
    here = client.submit(f"/s/{token}", first).location
    there = client.submit(f"/s/{token}", first).location
    assert client.submit(here, {"nps": "9", "__action": "next"}).status_code == 303
    refused = client.submit(there, {"nps": "9", "__action": "next"})
    assert refused.status_code == 410
    assert queries.count_complete(work.session, survey.id) == 1


def test_whether_it_is_anonymous_stays_once_somebody_has_answered(work: Work, survey: Survey) -> None:
    _make(work, survey, is_anonymous=False)
    _make(work, survey, is_anonymous=True)
    a_response(work, survey)
    with pytest.raises(Refused):
        _make(work, survey, is_anonymous=False)
    other = a_survey(work)
    a_response(work, other)
    with pytest.raises(Refused):
        _make(work, other, is_anonymous=True)


def test_the_database_refuses_a_name_on_an_anonymous_response(
    work: Work, survey: Survey, ana: Enrollment
) -> None:
    response = a_response(work, survey, enrollment=ana)
    assert response.enrollment_id is None
    response.enrollment_id, response.tester_id = ana.id, ana.tester_id
    with pytest.raises(IntegrityError):
        work.session.flush()
    work.session.rollback()


def test_by_the_api_too_a_person_answers_once(work: Work, survey: Survey, ana: Enrollment) -> None:
    first = a_response(work, survey, enrollment=ana, key="one")
    assert a_response(work, survey, enrollment=ana, key="one").id == first.id
    with pytest.raises(Refused) as refused:
        a_response(work, survey, enrollment=ana, key="two")
    assert refused.value.code == "answered"


def test_an_anonymous_survey_does_not_stand_in_the_product(work: Work, survey: Survey) -> None:
    with pytest.raises(Invalid):
        a_placement(work, survey)
    other = a_survey(work)
    a_placement(work, other)
    with pytest.raises(Refused):
        _make(work, other, is_anonymous=True)


def test_what_fewer_than_five_said_is_shown_to_nobody(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser]
) -> None:
    base = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    pm = member_client("manager")
    answers = {"used_import": "yes", "import_easy": 2, "nps": 3, "why": "Only Ana would say that"}
    for _ in range(4):
        response = a_response(work, survey, answers)
    assert "Too few answers to show" in pm.get(f"{base}/results").text
    address = f"{base}/responses/{ids.encode('rsp', response.id)}"
    assert pm.get(address).status_code == 404
    assert list(exported(work.session, survey.id, [ResponseState.COMPLETE])) == []
    a_response(work, survey, answers)
    assert "Only Ana would say that" in pm.get(f"{base}/results").text
    assert pm.get(address).status_code == 200
    assert len(list(exported(work.session, survey.id, [ResponseState.COMPLETE]))) == 5


def test_a_quota_does_not_tell_what_fewer_than_five_said(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser], client: Browser
) -> None:
    quota = service.add_quota(work, survey.id, name="Unhappy", condition="{nps} < 5", most=6)
    _row, key = keys.create_key(work, "test", {Permission.SURVEYS_READ})
    pages = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    address, headers = f"/api/v1/quotas/{ids.encode('quo', quota.id)}", {"Authorization": f"Bearer {key}"}
    pm = member_client("manager")
    for taken in range(6):
        told = client.get(address, headers=headers).json
        is_told = taken in (0, 5)
        assert told is not None
        assert (told["taken"], told["is_full"]) == ((taken, False) if is_told else (None, None))
        for page in ("quotas", "results", "settings"):
            assert ("too few to show" in pm.get(f"{pages}/{page}").text) is not is_told
        a_response(work, survey, {"used_import": "no", "nps": 3})


def test_pages_do_not_tell_where_fewer_than_five_stand(
    work: Work,
    program: Program,
    survey: Survey,
    member_client: Callable[..., Browser],
    client: Browser,
    run_jobs: RunJobs,
) -> None:
    """No visits are kept, but who is under way stands on a page, and being led to it may be an answer."""
    journey = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/journey"
    pm = member_client("manager")
    for number in range(6):
        place = an_enrollment(work, program=program, mail=f"tester{number}@example.com")
        address = f"/s/{links.personal_link(work, survey.id, place.id)}"
        # The last one alone is asked how easy it was.
        answers = {"used_import": "no"} if number < 5 else {"used_import": "yes", "import_easy": "4"}
        client.submit(address, {**answers, "__action": "next"})
        work.enqueue("surveys.tell_all_positions")
        run_jobs()
        page = pm.get(journey).text
        # The sixth is not told before four more have moved: until then the page stays as it was.
        told = [words in page for words in ("Saw it", "Shown to", "Too few people")]
        assert told == [number >= 4, False, number < 4]


def test_where_people_stand_is_told_five_at_a_time(work: Work, survey: Survey) -> None:
    """Two looks, before and after one person goes on, say the same."""
    version_id = queries.live_version_id(work.session, survey)
    assert version_id is not None

    def look() -> tuple[Any, ...]:
        seen = tuple(
            (step.page, step.seen, step.stopped) for step in queries.steps(work.session, survey, version_id)
        )
        groups = tuple((each.started, each.complete) for each in queries.by_door(work.session, survey))
        return seen, groups

    def told() -> dict[Any, Any]:
        rows = work.session.execute(select(Response.id, Response.told_state, Response.told_page))
        return {row[0]: row[1:] for row in rows if row[1] is not None}

    begun, looks, positions, moves = [], [look()], told(), []
    for number in range(23):
        begun.append(respond.begin(work, Door(Way.PUBLIC, survey), submission_key=f"key{number}").response)
        if number % 3 == 2:
            respond.save(work, begun[number - 2], {}, page=1)
        if number % 4 == 3:
            respond.save(work, begun[number - 1], {"used_import": "no", "nps": 9})
            respond.finish(work, begun[number - 1], queries.published(work.session, version_id))
        work.session.flush()
        releasing.tell_positions(work, survey.id)
        now = told()
        moves.append(sum(now[each] != positions.get(each) for each in now))
        assert moves[-1] >= 5 or (moves[-1] == 0 and look() == looks[-1])
        looks.append(look())
        positions = now
    assert moves[:4] == [0, 0, 0, 0], "four have begun, and nothing is told"
    assert sum(move > 0 for move in moves) >= 3
    [(started, complete)] = looks[-1][1]
    assert (started >= 20, complete) == (True, 5), "of those who are done, as many as the results count"


def test_taking_one_out_leaves_the_ledger_as_it_is(work: Work, survey: Survey, ana: Enrollment) -> None:
    response = a_response(work, survey, enrollment=ana)
    respond.withdraw(work, response.id)
    assert queries.count_unanswered(work.session, survey) == 0


def test_the_ledger_is_written_anew_in_no_order(work: Work, program: Program, survey: Survey) -> None:
    """So that neither place nor transaction joins its lines to responses of the same moment."""
    people = [an_enrollment(work, program=program) for _ in range(6)]
    for person in people:
        a_response(work, survey, enrollment=person)
    listed = select(SurveyLedger.id, SurveyLedger.enrollment_id).where(SurveyLedger.survey_id == survey.id)
    before = work.session.execute(listed).all()
    anonymity.shuffle_ledger(work, survey.id)
    after = work.session.execute(listed).all()
    assert {row.enrollment_id for row in after} == {person.id for person in people}
    assert not {row.id for row in after} & {row.id for row in before}
    with pytest.raises(Refused):
        a_response(work, survey, enrollment=people[0])


NO: dict[str, Any] = {"used_import": "no"}
YES: dict[str, Any] = {"used_import": "yes", "import_easy": 4}


def _shares(work: Work, survey: Survey) -> dict[str, int]:
    """Of the answers to the first question, by every count that pages are made of."""
    asked = queries.current_questions(work.session, survey.id)["used_import"].id
    told = {
        part.code: part.times
        for part in queries.tallies(work.session, survey.id)
        if part.question_id == asked
    }
    narrowed = queries.tallies(work.session, survey.id, Narrowing(version=1))
    assert {part.code: part.times for part in narrowed if part.question_id == asked} == told
    assert queries.people_per_question(work.session, survey.id).get(asked, 0) == sum(told.values())
    return told


@pytest.mark.parametrize("is_folded", [True, False])
def test_above_five_answers_are_shown_five_at_a_time(work: Work, survey: Survey, is_folded: bool) -> None:
    """So two looks never differ by what fewer than five people said."""
    seen = []
    for number in range(11):
        a_response(work, survey, {**(YES if number % 2 else NO), "nps": 8})
        if is_folded:
            service.fold(work, survey.id)
        shown = _shares(work, survey)
        listed = queries.responses(work.session, survey.id, size=100).items
        written = list(exported(work.session, survey.id, [ResponseState.COMPLETE]))
        assert len(listed) == len(written) == sum(shown.values()) == (number + 1) // 5 * 5
        assert queries.count_held(work.session, survey) == (number + 1) % 5
        assert queries.funnel(work.session, survey.id).complete == sum(shown.values())
        seen.append(shown)
    assert seen[3:5] == [{}, {"no": 3, "yes": 2}]
    assert seen[4:9] == [seen[4]] * 5
    assert seen[9:] == [{"no": 5, "yes": 5}] * 2
    assert service.mend(work) == 0


def test_the_page_says_how_many_answers_wait(
    work: Work, program: Program, survey: Survey, member_client: Callable[..., Browser]
) -> None:
    for _ in range(7):
        response = a_response(work, survey, {"used_import": "no", "nps": 3})
    base = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    pm = member_client("manager")
    assert "2 answers are not in these numbers yet." in pm.get(f"{base}/results").text
    assert pm.get(f"{base}/responses/{ids.encode('rsp', response.id)}").status_code == 404


def test_what_waits_can_be_taken_out_and_then_waits_no_more(work: Work, survey: Survey) -> None:
    held = a_response(work, survey, {**YES, "nps": 9})
    respond.withdraw(work, held.id)
    for _ in range(5):
        a_response(work, survey, {"used_import": "no", "nps": 3})
    assert _shares(work, survey) == {"no": 5}


def test_who_is_under_way_anonymously_is_read_by_nobody(work: Work, survey: Survey) -> None:
    for _ in range(5):
        a_response(work, survey, {"used_import": "no", "nps": 3})
    begun = respond.begin(work, Door(Way.PUBLIC, survey), submission_key="under-way").response
    respond.save(work, begun, {"used_import": "yes"}, page=1)
    assert begun.id not in {row.id for row in queries.responses(work.session, survey.id, size=100).items}
    assert list(exported(work.session, survey.id, [ResponseState.PARTIAL])) == []
    with pytest.raises(NotFound):
        queries.response(work.session, begun.id)


def test_however_many_finish_at_once_five_never_go_on_waiting(
    work: Work, program: Program, survey: Survey, platform: Platform, database: Database
) -> None:
    """Neither of two that end in the same moment would see the other wait."""
    workspace_id, survey_id = survey.workspace_id, survey.id
    work.session.commit()

    def answer(number: int) -> None:
        with platform.database.writing(workspace_id) as session:
            alone = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
            respond.submit(
                alone,
                session.get_one(Survey, survey_id),
                {"used_import": "no", "nps": 9},
                submission_key=f"at-once-{number}",
            )

    for once in range(4):
        assert at_once(range(10 * once, 10 * once + 10), answer) == []
        work.session.expire_all()
        held = work.session.scalars(select(Response).where(Response.is_held)).all()
        assert len(held) == 0, "all ten are shown: two times five"
        work.session.commit()
