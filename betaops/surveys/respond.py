"""Answering: beginning, saving, going on, finishing. Every way in (page, frame, API) ends here.

Whatever is sent twice has one outcome: a response is found again by its person or its submission key, both
unique in the database, and finishing a finished one changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from betaops.cohorts import service as cohort_service
from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Insertion
from betaops.kernel.rows import write
from betaops.kernel.work import Work
from betaops.surveys import arming, places, queries, releasing, service
from betaops.surveys.analysis.quality import digest, doubts
from betaops.surveys.analysis.series import trait_name
from betaops.surveys.anonymity import moment_of, row_id
from betaops.surveys.anonymity import note_answered as note_in_ledger
from betaops.surveys.engine.calculating import answered, begun
from betaops.surveys.engine.judging import Judged, is_too_much, judge_all
from betaops.surveys.engine.plain import TypedRows
from betaops.surveys.engine.quotas import Ending
from betaops.surveys.engine.scene import Scene
from betaops.surveys.events import ResponseWithdrawn, SurveyAnswered
from betaops.surveys.models import Answer, Response, ResponseState, Survey
from betaops.surveys.queries.doors import Door, Way
from betaops.surveys.queries.surveys import Published
from betaops.surveys.service import filing
from betaops.surveys.showing import note_answered

LONGEST_KEY = 100
#: Seconds on one page that count at most.
MOST_SECONDS = 1800.0


_responses = Insertion(Response)


@dataclass(frozen=True)
class Begun:
    """The response, and whether this call made it."""

    response: Response
    is_new: bool


def begin(
    work: Work,
    door: Door,
    *,
    submission_key: str,
    language: str = "en",
    arm: str = "",
    version_id: UUID | None = None,
) -> Begun:
    """The response of whoever stands at the door: theirs if there is one, else a new one on the live version.

    `arm` is the one that a trial asks for, or that was shown in the product; others do not choose. `version_id` is what
    they were shown where that is another version.
    """
    if door.response is not None:
        return Begun(work.lock(Response, door.response.id), is_new=False)
    survey = door.survey
    if door.way is not Way.PRODUCT:  # there, it has been shown
        person = door.enrollment.id if door.enrollment else None
        arm = arming.arm_for(work, survey, person, is_test=door.is_test, wanted=arm)
    published = _live(work, survey, arm, version_id, live_id=door.live_version_id)
    response = _insert(
        work,
        survey,
        published,
        enrollment=door.enrollment,
        submission_key=submission_key,
        link_id=door.link.id if door.link and not _tells_who(door) else None,
        state=ResponseState.TEST if door.is_test else ResponseState.STARTED,
        language=language,
        answers=begun(published.definition, now=work.now, language=language, seed=submission_key),
        wave=door.wave,
        arm=arm,
        is_in_product=door.way is Way.PRODUCT,
    )
    if response is not None:
        return Begun(response, is_new=True)
    return Begun(_earlier(work, survey.id, door.enrollment, submission_key, door.wave), is_new=False)


def check_size(answers: Mapping[str, Any]) -> None:
    """Before anything is made of them: `Invalid` where they are more than a survey asks."""
    if is_too_much(answers):
        raise Invalid("too_many_answers", _("These are more answers than a survey has questions."))


def save(work: Work, response: Response, answers: Mapping[str, Any], *, page: int | None = None) -> None:
    """Keep what was typed, right or wrong, and the page to go on with. A finished response stays as it is."""
    if response.is_finished:
        return
    check_size(answers)
    response.answers = dict(answers)
    response.saved_at = moment_of(work, is_anonymous=response.is_anonymous)
    if page is not None:
        response.page = page
        if response.state is ResponseState.STARTED:
            response.state = ResponseState.PARTIAL


def finish(work: Work, response: Response, published: Published, *, door: Door | None = None) -> Judged:
    """Judge everything; if all is right, drop hidden answers and end the response: complete where there is a place.

    `door` is by which they came: it knows whose an anonymous one is. `Refused` where they have answered already.
    """
    if response.is_finished:
        return Judged(dict(response.answers), ())
    judged, rows = _judged(work, response, published)
    if judged.problems:
        return judged
    note_in_ledger(work, response, door.enrollment if door else None)
    response.answers = judged.values
    response.finished_at = response.saved_at = moment_of(work, is_anonymous=response.is_anonymous)
    if published.definition.has_files:
        filing.tidy(work, response)
    survey = door.survey if door else queries.survey_to_answer(work.session, response.survey_id)
    _settle(work, response, published, survey, rows)
    return judged


def _judged(work: Work, response: Response, published: Published) -> tuple[Judged, TypedRows | None]:
    """With the typed rows, where they are at hand."""
    plain = published.plain.judge(response.answers, now=work.now) if published.plain is not None else None
    if plain is not None:
        return Judged(plain.values, ()), plain.rows
    judged = judge_all(
        published.definition,
        response.answers,
        now=work.now,
        language=response.language,
        seed=response.submission_key,
        files=filing.addresses(work, response) if published.definition.has_files else frozenset(),
    )
    return judged, None


def end_early(
    work: Work, response: Response, ending: Ending, *, enrollment: Enrollment | None = None
) -> None:
    """An answer has ended the survey before its last page: what was told is kept, and not judged."""
    if response.is_finished:
        return
    note_in_ledger(work, response, enrollment)
    response.finished_at = response.saved_at = moment_of(work, is_anonymous=response.is_anonymous)
    places.turn_away(response, ending)
    work.session.flush()


def submit(
    work: Work,
    survey: Survey,
    answers: Mapping[str, Any],
    *,
    submission_key: str,
    enrollment: Enrollment | None = None,
    language: str = "en",
) -> Begun:
    """A whole response at once (API, imports): judged first, then written. The same key again gives the first one.

    `Invalid` with `problems` in its values; nothing is written then.
    """
    if not submission_key or len(submission_key) > LONGEST_KEY:
        raise Invalid(
            "bad_submission_key", _("A submission key has 1 to %(most)s letters.", most=LONGEST_KEY)
        )
    check_size(answers)
    if not survey.takes_answers(work.now):
        earlier = _find(work, survey.id, enrollment, submission_key)
        if earlier is not None:
            return Begun(earlier, is_new=False)
    arm = arming.arm_for(work, survey, enrollment.id if enrollment else None)
    published = _live(work, survey, arm)
    definition, seed = published.definition, submission_key
    filled = answered(definition, {}, answers, now=work.now, language=language, seed=seed)
    judged = judge_all(definition, filled, now=work.now, language=language, seed=seed)
    if judged.problems:
        earlier = _find(work, survey.id, None, submission_key)
        if earlier is not None:
            return Begun(earlier, is_new=False)
        raise Invalid("wrong_answers", _("Some answers cannot be taken."), problems=judged.problems)
    response = _insert(
        work,
        survey,
        published,
        enrollment=enrollment,
        submission_key=submission_key,
        link_id=None,
        state=ResponseState.COMPLETE,
        language=language,
        answers=judged.values,
        arm=arm,
    )
    if response is None:
        return Begun(_earlier(work, survey.id, enrollment, submission_key), is_new=False)
    note_in_ledger(work, response, enrollment)
    _settle(work, response, published, survey)
    return Begun(response, is_new=True)


def withdraw(work: Work, response_id: UUID) -> None:
    """Take a response out of everything: its answers go, that there was one stays known."""
    response = work.lock(Response, response_id)
    if response.state is ResponseState.WITHDRAWN:
        return
    survey = queries.survey_to_answer(work.session, response.survey_id)
    if response.state is ResponseState.COMPLETE and not response.is_held:
        service.count_out(work, response)
    response.is_held = False
    places.give_back(work, response, survey)
    work.session.execute(delete(Answer).where(Answer.response_id == response.id))
    response.answers = {}
    filing.tidy(work, response)
    response.answers_digest = None
    response.state = ResponseState.WITHDRAWN
    response.finished_at = response.finished_at or work.now
    work.session.flush()
    work.record(ResponseWithdrawn(response_id=response.id, survey_id=survey.id, program_id=survey.program_id))


def _insert(
    work: Work,
    survey: Survey,
    published: Published,
    *,
    enrollment: Enrollment | None,
    submission_key: str,
    link_id: UUID | None,
    state: ResponseState,
    language: str,
    answers: dict[str, Any],
    wave: int = 0,
    arm: str = "",
    is_in_product: bool = False,
) -> Response | None:
    """One statement; None where the person or the key has a response already."""
    named = None if survey.is_anonymous else enrollment
    at = moment_of(work, is_anonymous=survey.is_anonymous)
    response = _responses.put(
        work.session,
        id=row_id() if survey.is_anonymous else new_id(),
        workspace_id=survey.workspace_id,
        survey_id=survey.id,
        version_id=published.id,
        enrollment_id=named.id if named else None,
        tester_id=named.tester_id if named else None,
        is_anonymous=survey.is_anonymous,
        link_id=link_id,
        wave=wave,
        arm=arm,
        is_in_product=is_in_product,
        submission_key=submission_key[:LONGEST_KEY],
        state=state,
        language=language[:20],
        page=0,
        answers=answers,
        started_at=at,
        saved_at=at,
        finished_at=at if state is ResponseState.COMPLETE else None,
    )
    if response is None:
        return None
    _refuse_changed(work, survey)
    if state is not ResponseState.TEST:
        arming.count(work, survey, arm, enrollment.id if enrollment else None)
    return response


def _refuse_changed(work: Work, survey: Survey) -> None:
    """Whether it is anonymous may have been changed since it was read: from now on it cannot (the row holds it)."""
    if work.session.get_bind().dialect.name != "postgresql":
        return  # SQLite's writers come one after the other
    seen = select(Survey.is_anonymous).where(Survey.id == survey.id)
    if work.session.scalar(seen) != survey.is_anonymous:
        raise Refused("changed", _("The survey was changed just now. Open it again."))


def _tells_who(door: Door) -> bool:
    """A personal link names its person, which an anonymous response does not."""
    return door.survey.is_anonymous and door.enrollment is not None


def _live(
    work: Work, survey: Survey, arm: str, shown_id: UUID | None = None, *, live_id: UUID | None = None
) -> Published:
    """What new responses in that arm are to, or what was shown instead; `Refused` where none are taken."""
    live_id = live_id or queries.live_version_id(work.session, survey)
    if live_id is None or not survey.takes_answers(work.now):
        raise Refused("closed", _("This survey does not take answers now."))
    return queries.published(work.session, shown_id or live_id, arm)


def _earlier(
    work: Work, survey_id: UUID, enrollment: Enrollment | None, submission_key: str, wave: int = 0
) -> Response:
    found = _find(work, survey_id, enrollment, submission_key, wave)
    if found is None:
        raise NotFound
    return work.lock(Response, found.id)


def _find(
    work: Work, survey_id: UUID, enrollment: Enrollment | None, submission_key: str, wave: int = 0
) -> Response | None:
    wanted = select(Response).where(Response.survey_id == survey_id)
    if enrollment is not None:
        person = wanted.where(
            Response.enrollment_id == enrollment.id,
            Response.wave == wave,
            Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
        )
        found = work.session.scalar(person)
        if found is not None:
            return found
    return work.session.scalar(wanted.where(Response.submission_key == submission_key[:LONGEST_KEY]))


def _settle(
    work: Work, response: Response, published: Published, survey: Survey, rows: TypedRows | None = None
) -> None:
    scene = Scene(
        published.definition,
        response.answers,
        now=work.now,
        language=response.language,
        seed=response.submission_key,
    )
    places.settle(work, response, survey, scene)
    _look_for_doubts(work, response, published)
    write(work.session, response)
    if response.state is ResponseState.COMPLETE:
        _count_in(work, response, published, survey, rows)


def _look_for_doubts(work: Work, response: Response, published: Published) -> None:
    """Marks only: nothing is refused, and what is doubtful counts unless somebody who reads wants it not to."""
    mark = digest(published.definition, response.answers)
    is_repeated = mark is not None and queries.was_answered_so(work.session, response, mark)
    found = doubts(
        published.definition,
        response.answers,
        seconds=response.active_seconds,
        is_repeated=is_repeated,
    )
    response.doubt(*found)
    response.answers_digest = mark if response.state is ResponseState.COMPLETE else None


def spend(response: Response, seconds: float) -> None:
    """Add what somebody took for a page; more than half an hour was not spent on it."""
    if not response.is_finished:
        response.active_seconds = (response.active_seconds or 0.0) + min(max(seconds, 0.0), MOST_SECONDS)


def _count_in(
    work: Work, response: Response, published: Published, survey: Survey, rows: TypedRows | None
) -> None:
    """What follows from a complete response: typed rows, facts about the person, the event."""
    if response.is_anonymous:
        releasing.hold(work, response)
        return  # an event would tell the moment
    releasing.write(work, response, published, rows)
    if response.tester_id is not None:
        for question in published.definition.asked:
            if question.trait:
                value = response.answers.get(question.key)
                name = trait_name(question.trait, published.series.get(question.name, 1))
                cohort_service.set_trait(work, response.tester_id, name, value)
        note_answered(work, survey.id, survey.program_id, response.tester_id, work.now)
    work.record(
        SurveyAnswered(
            response_id=response.id,
            survey_id=survey.id,
            program_id=survey.program_id,
            enrollment_id=response.enrollment_id,
            tester_id=response.tester_id,
        )
    )
