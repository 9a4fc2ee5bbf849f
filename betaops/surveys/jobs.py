"""What surveys do behind the scenes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel import mail
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.surveys import anonymity, arming, exports, links, queries, releasing, service
from betaops.surveys.analysis import narrowing, themes
from betaops.surveys.engine.filling import First, first_question
from betaops.surveys.queries.rollups import Counted
from betaops.surveys.reading import read
from betaops.surveys.service import rollups
from betaops.web.letters import letter, link

KEEP_EXPORTS = timedelta(days=1)


def send_links(
    run: Run, *, survey_id: str, cohort_id: str | None = None, may_ask_again: bool = False
) -> dict[str, int]:
    """A personal link to everybody inside (or in a cohort) who has not answered and was not asked lately.

    One mail a person and round, however often it runs.
    """
    with run.work() as work:
        survey = queries.survey(work.session, UUID(survey_id))
        round_key = f"surveys.link:{survey.id}:{survey.sent_at.isoformat() if survey.sent_at else ''}"
        people = queries.unanswered(work.session, survey, UUID(cohort_id) if cohort_id else None)
    asked = 0
    for done, enrollment_id in enumerate(people):
        asked += _send_one(
            run, UUID(survey_id), enrollment_id, f"{round_key}:{enrollment_id}", may_ask_again=may_ask_again
        )
        if done % 25 == 0:
            run.progress(done, len(people))
    return {"people": len(people), "asked": asked}


def _send_one(run: Run, survey_id: UUID, enrollment_id: UUID, key: str, *, may_ask_again: bool) -> bool:
    """Whether this call has queued the mail."""
    arm = _arm_of(run, survey_id, enrollment_id, may_ask_again=may_ask_again)
    with run.work() as work:
        survey = queries.survey(work.session, survey_id)
        if not survey.takes_answers(work.now) or links.was_mailed(work, key):
            return False
        place = tester_queries.enrollment(work.session, survey.program_id, enrollment_id)
        if not may_ask_again and not links.may_ask(work, place.tester_id):
            return False
        definition = read(survey.draft)
        live_id = queries.live_version_id(work.session, survey)
        if live_id is not None:
            definition = queries.published(work.session, live_id, arm).definition
        token = links.personal_link(work, survey.id, place.id)
        # What is asked first may differ by arm. Of an anonymous survey nobody is put into one before they begin.
        tells_first = bool(arm) or not survey.has_arms
        first = first_question(definition, place.tester.locale or "") if tells_first else None
        written = letter(
            "surveys_invitation",
            place.tester.mail,
            kind="surveys.invitation",
            language=place.tester.locale,
            person_id=place.tester_id,
            name=place.tester.name,
            survey=survey.name,
            program=survey.program.name,
            minutes=definition.minutes,
            closes_on=survey.closes_at,
            address=link("surveys_portal.page", token=token),
            first=first,
            answers=_answers(token, first),
            home=link("portal.program", slug=survey.program.slug),
        )
        mail.queue(work, written, key=key)
        links.note_asked(work, place.tester_id)
        return True


def _arm_of(run: Run, survey_id: UUID, enrollment_id: UUID, *, may_ask_again: bool) -> str:
    """The arm whose first question the mail shows; by itself, for the mail holds the person. Whoever is left alone is put
    into none."""
    with run.work() as work:
        survey = queries.survey(work.session, survey_id)
        if not survey.has_arms or survey.is_anonymous or not survey.takes_answers(work.now):
            return ""
        place = tester_queries.enrollment(work.session, survey.program_id, enrollment_id)
        if not may_ask_again and queries.asked_lately(work.session, place.tester_id, work.now):
            return queries.allotted(work.session, survey.id, place.id)
        return arming.put_into(work, survey, place.id)


def _answers(token: str, first: First | None) -> list[tuple[str, str]]:
    """The first question as (words, address) of each answer."""
    if first is None:
        return []
    return [
        (words, link("surveys_portal.page", token=token, **{first.name: value}))
        for words, value in first.choices
    ]


def begin_placement(run: Run, *, survey_id: str) -> dict[str, int]:
    """Before a survey is shown in the product: note who has answered it already, then begin."""
    people = 0
    while True:
        with run.work() as work:
            noted = service.note_earlier_answers(work, UUID(survey_id))
        people += noted
        if not noted:
            break
    allot(run, survey_id=survey_id)
    with run.work() as work:
        service.begin_placement(work, UUID(survey_id))
    return {"people": people}


def allot_all(work: Work) -> dict[str, int]:
    """Periodic: people come into programs and cohorts for whom a survey with arms stands in the product."""
    found = queries.placed_with_arms(work.session)
    for workspace_id, survey_id in found:
        work.enter(workspace_id)
        work.enqueue("surveys.allot", {"survey_id": str(survey_id)}, unique=f"surveys.allot:{survey_id}")
    return {"surveys": len(found)}


def allot(run: Run, *, survey_id: str) -> dict[str, int]:
    """Everybody for whom it stands in the product is in one of its arms, and their flags know in which."""
    people = 0
    for step in (service.put_into_arms, service.tell_arms):
        done = -1
        while done:
            with run.work() as work:
                done = step(work, UUID(survey_id))
            people += done
    return {"people": people}


def fold(work: Work) -> dict[str, int]:
    """Periodic: what is answered and not in the counts of its survey yet."""
    found = queries.surveys_to_fold(work.session)
    for workspace_id, survey_id in found:
        work.enter(workspace_id)
        work.enqueue("surveys.fold_survey", {"survey_id": str(survey_id)}, unique=f"surveys.fold:{survey_id}")
    return {"surveys": len(found)}


def fold_survey(run: Run, *, survey_id: str) -> None:
    """In short transactions, each with what was counted before it: answers come in between."""
    found, done, rounds = _count_tail(run, survey_id), 0, 0
    if not found.is_kept:
        with run.work() as work:
            rollups.begin(work, UUID(survey_id))
        found = _count_tail(run, survey_id)
    with run.platform.database.reading(run.claimed.workspace_id) as session:
        most = queries.tail_size(session, UUID(survey_id)) if found.is_more else 0
    while found.waiting and found.is_kept:
        with run.work() as work:
            rollups.fold_counted(work, found)
        done, rounds = done + len(found.waiting), rounds + 1
        if rounds % 20 == 0:
            run.progress(done, max(done, most))
        found = _count_tail(run, survey_id)


def _count_tail(run: Run, survey_id: str) -> Counted:
    with run.platform.database.reading(run.claimed.workspace_id) as session:
        return queries.count_tail(session, UUID(survey_id), rollups.AT_ONCE)


def turn(work: Work, *, survey_id: str) -> None:
    """A survey in the product opens or closes now."""
    service.tell_product(work, queries.survey_to_answer(work.session, UUID(survey_id)))


def close_full(work: Work, *, survey_id: str) -> None:
    """A quota that closes its survey has taken its last."""
    service.close_full(work, UUID(survey_id))


def export_responses(run: Run, *, survey_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """A file of responses in the file store, for a day."""
    asked = exports.Wanted.from_json(wanted)
    with run.platform.database.reading_still(run.claimed.workspace_id) as session:
        survey = queries.survey(session, UUID(survey_id))
        pieces = exports.pieces(session, survey, asked, run.progress)
        name = run.platform.files.put_pieces(pieces, exports.CONTENT_TYPES[asked.format])
    with run.work() as work:
        work.enqueue("surveys.drop_export", {"file": name}, at=work.now + KEEP_EXPORTS)
    return {"file": name}


def suggest_themes(run: Run, *, survey_id: str, question_id: str, narrowed: dict[str, Any]) -> dict[str, Any]:
    """Themes of the newest texts; `seen` says of which. Kept as long as jobs are."""
    lists = {name: value if isinstance(value, list) else [value] for name, value in narrowed.items()}
    with run.platform.database.reading(run.claimed.workspace_id) as session:
        written = queries.texts(
            session, UUID(survey_id), UUID(question_id), narrowing.read(lists), limit=queries.MOST_TEXTS
        )
    found = themes.themes([each.text for each in written], run.progress)
    kept = [{"words": each.words, "members": each.members, "quotes": each.quotes} for each in found]
    return {"seen": queries.seen_of(written), "themes": kept}


def drop_export(work: Work, *, file: str) -> None:
    """Its day is over."""
    work.platform.files.delete(file)


def tell_all_positions(work: Work) -> dict[str, int]:
    """Periodic: people have moved on in anonymous surveys."""
    found = queries.surveys_that_moved(work.session)
    for workspace_id, survey_id in found:
        work.enter(workspace_id)
        work.enqueue(
            "surveys.tell_positions",
            {"survey_id": str(survey_id)},
            unique=f"surveys.tell_positions:{survey_id}",
        )
    return {"surveys": len(found)}


def tell_positions(work: Work, *, survey_id: str) -> None:
    """Where people stand in an anonymous survey, if enough have moved."""
    releasing.tell_positions(work, UUID(survey_id))


def shuffle_ledger(work: Work, *, survey_id: str) -> None:
    """Who has answered an anonymous survey, written down anew in no order."""
    anonymity.shuffle_ledger(work, UUID(survey_id))


def announce_told(work: Work, *, survey_id: str) -> None:
    """Further answers to an anonymous survey count: what rests on them is read anew."""
    releasing.announce_told(work, UUID(survey_id))
