"""Results narrowed, put together, compared; the responses behind numbers; tags and themes of texts."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from betaops.cohorts import service as cohort_service
from betaops.enrollment.models import Enrollment
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import links, policy, queries, respond, service
from betaops.surveys.analysis import crosstabs, waves
from betaops.surveys.analysis.narrowing import CameBy, Given, Narrowing, read
from betaops.surveys.models import Response, Survey
from betaops.surveys.queries.doors import Door, Way
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.surveys import a_response, a_survey
from tests.support.queries import counted

SURVEY: dict[str, Any] = {
    "elements": [
        {"type": "radiogroup", "name": "plan", "title": "Which plan?", "choices": ["team", "pro"],
         "x-betaops": {"trait": "plan"}},
        {"type": "boolean", "name": "happy", "title": "Happy?"},
        {"type": "rating", "name": "easy", "title": "Easy?", "rateMin": 1, "rateMax": 5},
        {"type": "checkbox", "name": "uses", "title": "Uses", "choices": ["web", "app"]},
        {"type": "comment", "name": "why", "title": "Why?"},
        {"type": "matrix", "name": "umux", "title": "How it went", "rows": ["needs", "ease"],
         "columns": [1, 2, 3, 4, 5, 6, 7], "x-betaops": {"instrument": "umux_lite"}},
    ]
}  # fmt: skip


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work, definition=SURVEY, name="Reading")


def base(work: Work, survey: Survey) -> str:
    program = work.session.get_one(Program, survey.program_id)
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"


def person(work: Work, survey: Survey, number: int) -> Enrollment:
    program = work.session.get_one(Program, survey.program_id)
    return an_enrollment(work, program=program, mail=f"p{number}@example.com", name=f"Person {number}")


def question(work: Work, survey: Survey, name: str) -> Any:
    return next(row.id for row in queries.survey_questions(work.session, survey.id) if row.name == name)


def in_wave(work: Work, survey: Survey, place: Enrollment | None, wave: int, **answers: Any) -> Response:
    door = Door(Way.PRODUCT, survey, None, place, wave=wave)
    begun = respond.begin(work, door, submission_key=f"w{wave}-{place.id if place else answers}")
    respond.save(work, begun.response, answers)
    assert not respond.finish(
        work, begun.response, queries.published(work.session, begun.response.version_id)
    ).problems
    return begun.response


def shown(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_an_address_is_read_into_filters_and_back() -> None:
    given = Given(UUID("018f0000-0000-7000-8000-000000000001"), "", ("9", "10"))
    narrowing = read({"cohort": ["coh_1"], "trait": ['survey.plan="pro"'], "wave": ["2"], "door": ["product"],
                      "since": ["2026-03-01"], "answer": [given.written()]})  # fmt: skip
    assert (narrowing.trait, narrowing.wave, narrowing.came_by) == (("survey.plan", "pro"), 2, CameBy.PRODUCT)
    assert narrowing.answers[0].codes == ("9", "10")
    again = {name: value if isinstance(value, list) else [value] for name, value in narrowing.query().items()}
    assert read(again) == narrowing
    assert Narrowing().is_open
    assert not narrowing.is_open


@pytest.mark.parametrize(
    ("name", "value"),
    [("wave", "x"), ("wave", "-1"), ("version", "9" * 30), ("since", "yesterday"), ("door", "window"), ("trait", "a"),
     ("trait", "a={"), ("trait", "a=[1]"), ("answer", "[1]"), ("answer", "x"), ("answer", '["x",""]'),
     ("answer", "WzFd"), ("answer", "W10"), ("cohort", "a\0")],
)  # fmt: skip
def test_what_cannot_be_read_narrows_nothing_and_is_said(name: str, value: str) -> None:
    narrowing = read({name: [value]})
    assert narrowing.is_open
    assert narrowing.unread == (name,)


def test_results_are_narrowed_by_cohort_trait_door_version_and_day(work: Work, survey: Survey) -> None:
    team, pro = person(work, survey, 1), person(work, survey, 2)
    a_response(work, survey, {"plan": "team"}, enrollment=team)
    a_response(work, survey, {"plan": "pro"}, enrollment=pro)
    a_response(work, survey, {"plan": "pro"})
    program = work.session.get_one(Program, survey.program_id)
    cohort = a_cohort(work, program=program)
    cohort_service.add_members(work, cohort.id, [team.tester_id])

    def count(**narrow: Any) -> int:
        return queries.count_narrowed(work.session, survey.id, Narrowing(**narrow))

    session, today = work.session, work.now.date()
    assert count() == 3
    assert count(cohort=ids.encode("coh", cohort.id)) == 1
    assert count(cohort="coh_nonsense") == 0
    assert count(trait=("survey.plan", "pro")) == 1
    assert count(trait=("survey.plan", "gone")) == 0
    assert (count(version=1), count(version=2)) == (3, 0)
    assert (count(since=today), count(until=today)) == (3, 3)
    assert count(until=today.replace(year=today.year - 1)) == 0
    assert (count(came_by=CameBy.PORTAL), count(came_by=CameBy.API), count(came_by=CameBy.PRODUCT)) == (
        2,
        1,
        0,
    )
    plan = question(work, survey, "plan")
    assert count(answers=(Given(plan, "", ("pro",)),)) == 2
    assert count(answers=(Given(plan),)) == 3
    assert count(answers=(Given(plan, "", ("pro",)), Given(question(work, survey, "why")))) == 0
    assert queries.doors_answered(session, survey.id) == [CameBy.PORTAL, CameBy.API]
    assert queries.traits_answered(session, survey.id) == [
        ("survey.plan", "pro", 1),
        ("survey.plan", "team", 1),
    ]
    assert [row[1:] for row in queries.cohorts_answered(session, survey.id, program.id)] == [(cohort.name, 1)]
    tallies = queries.tallies(session, survey.id, Narrowing(came_by=CameBy.API))
    assert [(row[2], row[4]) for row in tallies] == [("pro", 1)]


def test_a_response_from_a_frame_is_told_from_one_by_the_link(work: Work, client: Any) -> None:
    survey = a_survey(work, definition={"elements": [{"type": "text", "name": "a"}]})
    token = links.public_link(work, survey.id).token
    work.session.commit()
    client.submit(f"/s/{token}?embed=1", {"a": "framed", "__action": "next"})
    client.submit(f"/s/{token}", {"a": "linked", "__action": "next"})
    for door in (CameBy.EMBEDDED, CameBy.PUBLIC):
        assert queries.count_narrowed(work.session, survey.id, Narrowing(came_by=door)) == 1


def test_the_results_page_keeps_filters_in_every_link(work: Work, survey: Survey, member_client: Any) -> None:
    for number in range(3):
        a_response(
            work, survey, {"plan": "pro", "happy": True, "easy": 4}, enrollment=person(work, survey, number)
        )
    a_response(work, survey, {"plan": "team", "umux": {"needs": 6, "ease": 6}})
    browser = member_client("viewer")
    page = browser.get(f"{base(work, survey)}/results?door=portal&wave=x")
    text = shown(page)
    assert "3 of 4 complete responses." in text
    assert "chance alone may make these numbers" in text
    assert "A filter in this address cannot be read" in text
    behind = re.search(r'href="([^"]*/responses\?[^"]*answer=[^"]*)"', page.text)
    assert behind is not None
    address = behind[1].replace("&amp;", "&")
    assert "door=portal" in address
    listed = browser.get(address)
    assert shown(listed).count("@example.com") == 3
    assert "The complete responses behind a number." in listed.text
    assert "Nobody has answered all of it yet." in text
    everything = shown(browser.get(f"{base(work, survey)}/results"))
    assert "83.3 UMUX-Lite, n = 1" in everything
    assert "As SUS it would be about 77.1" in everything


def test_the_summary_is_counted_by_the_database_in_few_statements(
    work: Work, survey: Survey, member_client: Any
) -> None:
    browser = member_client("viewer")
    numbers = []
    for round_ in range(2):
        for number in range(4):
            a_response(work, survey, {"plan": "pro", "easy": 3, "umux": {"needs": 5, "ease": 5}},
                       enrollment=person(work, survey, 10 * round_ + number))  # fmt: skip
        work.session.commit()
        with counted(work.platform.database) as statements:
            assert browser.get(f"{base(work, survey)}/results?door=portal").status_code == 200
        numbers.append(len(statements))
        assert not any("response.answers" in each for each in statements)
    assert numbers[0] == numbers[1]


def test_two_questions_together(work: Work, survey: Survey, member_client: Any) -> None:
    for plan, happy, times in (("team", True, 12), ("team", False, 3), ("pro", True, 4), ("pro", False, 11)):
        for _time in range(times):
            a_response(work, survey, {"plan": plan, "happy": happy, "uses": ["web", "app"]})
    a_response(work, survey, {"plan": "pro"})
    page = member_client("viewer").get(
        f"{base(work, survey)}/results/crosstab?down={question(work, survey, 'happy')}:&across={question(work, survey, 'plan')}:"
    )
    text = shown(page)
    assert "30 people answered both." in text
    assert "12 80% 59% to 92%" in text
    assert "have something to do with each other (chi-square 8.57, 1 degrees of freedom, p = 0.003" in text
    cell = re.findall(r'href="([^"]*counted=1[^"]*)"', page.text)[0].replace("&amp;", "&")
    assert member_client("viewer").get(cell).text.count("<tr") == 13
    several = shown(member_client("viewer").get(
        f"{base(work, survey)}/results/crosstab?down={question(work, survey, 'uses')}:&across={question(work, survey, 'plan')}:"
    ))  # fmt: skip
    assert "a person may give several of these answers" in several
    assert "30 people answered both." in several
    for odd in (
        "",
        "?down=x&across=y",
        f"?down={question(work, survey, 'plan')}:&across={question(work, survey, 'plan')}:",
    ):
        assert member_client("viewer").get(f"{base(work, survey)}/results/crosstab{odd}").status_code == 200


def side(*codes: str, is_several: bool = False) -> crosstabs.Side:
    from uuid import UUID

    return crosstabs.Side(UUID(int=1), "", "Q", tuple((code, code) for code in codes), is_several)


def test_small_columns_are_kept_back_and_then_nothing_is_tested() -> None:
    counts = {("a", "x"): 20, ("b", "x"): 20, ("a", "y"): 2, ("b", "y"): 1}
    table = crosstabs.crosstab(side("a", "b"), side("x", "y"), counts, {"x": 40, "y": 3}, 43, smallest=5)
    assert [column.is_kept_back for column in table.columns] == [False, True]
    assert [cell.count for cell in table.columns[1].cells] == [0, 0]
    assert (table.independence, table.untested) == (None, "kept_back")
    shown_all = crosstabs.crosstab(side("a", "b"), side("x", "y"), counts, {"x": 40, "y": 3}, 43)
    assert (shown_all.independence, shown_all.untested) == (None, "few")


def test_answers_that_are_no_longer_offered_stay_in_the_table() -> None:
    table = crosstabs.crosstab(side("a"), side("x"), {("gone", "old"): 2}, {"old": 2}, 2)
    assert [code for code, _label in table.down.answers] == ["a", "gone"]
    assert [column.code for column in table.columns] == ["x", "old"]


def test_waves_compare_the_same_people_with_themselves(
    work: Work, survey: Survey, member_client: Any
) -> None:
    for number in range(8):
        place = person(work, survey, number)
        in_wave(work, survey, place, 1, plan="team", easy=2 + number % 2, happy=number > 5)
        in_wave(work, survey, place, 2, plan="team", easy=4 + number % 3 // 2, happy=True)
    for number in range(20, 24):
        in_wave(work, survey, person(work, survey, number), 1, easy=3, plan="pro", happy=False)
        in_wave(
            work, survey, person(work, survey, number + 10), 2, easy=3 + number % 2, plan="team", happy=True
        )
    assert queries.waves(work.session, survey.id) == [(1, 12), (2, 12)]
    text = shown(member_client("viewer").get(f"{base(work, survey)}/results/waves"))
    assert "The same people, n = 8" in text
    assert "Different people, n = 4" in text
    pairs = queries.paired(work.session, survey.id, (1, 2))
    before = queries.fresh(work.session, survey.id, 1, 2)
    after = queries.fresh(work.session, survey.id, 2, 1)
    easy = crosstabs.Side(
        question(work, survey, "easy"), "", "Easy?", tuple((str(at), "") for at in range(1, 6))
    )
    [compared] = waves.compare([easy], pairs, before, after)
    [change] = compared.same
    assert (change.n, change.before, change.after) == ((8, 8), 2.5, 4.25)
    assert change.is_clear
    [other] = compared.others
    assert (other.n, other.before, other.after) == ((4, 4), 3, 3.5)
    assert waves.compare([easy], pairs, before, after, smallest=5)[0].others == ()
    plain = crosstabs.Side(question(work, survey, "happy"), "", "Happy?", (("true", "Yes"), ("false", "No")))
    [happy] = waves.compare([plain], pairs, before, after)
    assert [(each.before, each.after) for each in happy.same] == [(0.25, 1.0), (0.75, 0.0)]
    assert (
        member_client("viewer").get(f"{base(work, survey)}/results/waves?before=1&after=1").status_code == 200
    )


def test_one_wave_has_nothing_to_be_compared_with(work: Work, survey: Survey, member_client: Any) -> None:
    a_response(work, survey, {"plan": "pro"})
    assert "Only one wave so far" in member_client("viewer").get(f"{base(work, survey)}/results/waves").text


def test_texts_are_found_whatever_their_case_and_umlauts(work: Work, survey: Survey) -> None:
    for text in ("ÄRGER mit der Übersicht", "ärger", "Freude", "50% off_"):
        a_response(work, survey, {"why": text})
    why = question(work, survey, "why")

    def found(words: str) -> list[str]:
        return [each.text for each in queries.texts(work.session, survey.id, why, words=words)]

    assert sorted(found("Ärger")) == ["ÄRGER mit der Übersicht", "ärger"]
    assert found("übersicht") == ["ÄRGER mit der Übersicht"]
    assert found("0% OFF_") == ["50% off_"]
    assert found("0_ off") == []


def test_texts_are_tagged_found_by_tag_and_untagged(work: Work, survey: Survey, member_client: Any) -> None:
    for text in ("Sync is slow", "Fine"):
        a_response(work, survey, {"why": text})
    why = question(work, survey, "why")
    address = f"{base(work, survey)}/results/{why}"
    browser = member_client("manager")
    answer = next(each for each in queries.texts(work.session, survey.id, why) if each.text == "Sync is slow")
    for spelled in (" Speed ", "SPEED"):
        assert (
            browser.post(f"{address}/tags", data={"answer": str(answer.key), "tag": spelled}).status_code
            == 303
        )
    work.session.expire_all()
    assert queries.tags_counted(work.session, survey.id, why) == [("speed", "Speed", 1)]
    assert queries.tag_names(work.session, survey.id) == ["Speed"]
    page = browser.get(f"{address}?tag=speed").text
    assert "Sync is slow" in page
    assert "Fine" not in page
    refused = browser.post(
        f"{address}/tags", data={"answer": str(answer.key), "tag": "  "}, follow_redirects=True
    )
    assert "Write a tag" in refused.text
    viewer = member_client("viewer")
    assert viewer.post(f"{address}/tags", data={"answer": str(answer.key), "tag": "x"}).status_code == 403
    assert browser.post(f"{address}/tags", data={"answer": "nonsense", "tag": "x"}).status_code == 404
    browser.post(f"{address}/tags", data={"answer": str(answer.key), "untag": "speed"})
    assert queries.tags_counted(work.session, survey.id, why) == []


def test_only_written_answers_of_the_question_are_tagged(work: Work, survey: Survey) -> None:
    a_response(work, survey, {"why": "Words", "plan": "pro"})
    why, plan = question(work, survey, "why"), question(work, survey, "plan")
    answer = queries.texts(work.session, survey.id, why)[0].key
    with pytest.raises(NotFound):
        service.tag_answer(work, plan, answer, "x")
    with pytest.raises(Invalid, match="at most"):
        service.tag_answer(work, why, answer, "x" * 61)


def test_a_suggested_theme_is_tagged_at_once_unless_texts_came_in(
    work: Work, survey: Survey, member_client: Any
) -> None:
    for number in range(6):
        a_response(work, survey, {"why": f"The sync of my notes is slow on day {number}"})
        a_response(work, survey, {"why": f"Such an expensive price for plan {number}"})
    why = question(work, survey, "why")
    address = f"{base(work, survey)}/results/{why}/themes"
    browser = member_client("manager")
    page = browser.get(address).text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    assert browser.post(address, data={"seen": seen[1], "theme": "0", "tag": "Sync"}).status_code == 303
    [(_key, _name, tagged)] = queries.tags_counted(work.session, survey.id, why)
    assert 3 <= tagged <= 6
    a_response(work, survey, {"why": "Another one"})
    late = browser.post(address, data={"seen": seen[1], "theme": "0", "tag": "Late"}, follow_redirects=True)
    assert "Look at the themes again" in late.text
    assert [key for key, _name, _count in queries.tags_counted(work.session, survey.id, why)] == ["sync"]
    viewer = member_client("viewer")
    assert viewer.get(address).status_code == 200
    assert viewer.post(address, data={"seen": seen[1], "theme": "0", "tag": "x"}).status_code == 403


def test_groups_too_small_to_be_shown_say_nothing(
    work: Work, survey: Survey, member_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_response(work, survey, {"plan": "pro", "why": "Secret words", "umux": {"needs": 6, "ease": 6}})
    monkeypatch.setattr(policy, "smallest_group", lambda survey: 5)
    browser = member_client("viewer")
    page = browser.get(f"{base(work, survey)}/results").text
    assert "Too few people answered to show anything" in page
    assert "Secret words" not in page
    assert "83.3" not in page
    why = question(work, survey, "why")
    assert "Secret words" not in browser.get(f"{base(work, survey)}/results/{why}").text
    assert "Secret words" not in browser.get(f"{base(work, survey)}/results/{why}/themes").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_count_reads_the_answers_of_other_surveys(work: Work, survey: Survey) -> None:
    """Answers have no index but their key: SQLite is to find them by the responses of the survey. (PostgreSQL plans by
    how many rows there are.)"""
    a_response(work, survey, {"plan": "pro", "happy": True, "uses": ["web"], "why": "Words"})
    plan, happy, why = (question(work, survey, name) for name in ("plan", "happy", "why"))
    kept = Narrowing(answers=(Given(happy, "", ("true",)),))
    connection, asked = work.session.connection(), list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        asked.append((statement, given))

    event.listen(connection, "before_cursor_execute", note)
    for narrowing in (None, kept):
        queries.crossed(work.session, survey.id, (plan, ""), (happy, ""), narrowing)
        queries.crossed_several(work.session, survey.id, (plan, ""), (happy, ""), narrowing)
        queries.tallies(work.session, survey.id, narrowing)
        queries.people_per_question(work.session, survey.id, narrowing)
        queries.texts(work.session, survey.id, why, narrowing)
    event.remove(connection, "before_cursor_execute", note)
    steps = [
        row[3]
        for statement, given in asked
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        if re.search(r"(SEARCH|SCAN) answer\b", row[3])
    ]
    assert steps
    assert [step for step in steps if "(response_id=?" not in step] == []
