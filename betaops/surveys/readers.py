"""What SDKs tell about surveys in the product: shown, closed, left, answered. For `wiring.USAGE_READERS`.

Each is called once for an event, in the transaction that keeps it. What is refused here (a survey that is closed or
not ours, answers that cannot be) costs the event nothing: it stays among the product's events.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Actor, Work
from betaops.surveys import policy, queries, respond, showing
from betaops.surveys.cleaning import storable
from betaops.surveys.engine.walking import Walk
from betaops.surveys.kinds import Wrong
from betaops.surveys.models import Repeat, Response, SurveyPlacement
from betaops.surveys.product.answers import answers, named
from betaops.surveys.product.payload import iteration_of
from betaops.surveys.queries.doors import Door, Way


class Heard(Protocol):
    """An event, as far as it matters here."""

    @property
    def uuid(self) -> UUID: ...

    @property
    def at(self) -> datetime: ...

    @property
    def properties(self) -> dict[str, Any]: ...


def shown(work: Work, product_id: UUID, owner: UUID | None, event: Heard) -> None:
    """Of strangers nothing is kept: their own browser knows."""
    survey, placement, _arm = queries.survey_shown_in(
        work.session, product_id, event.properties.get("$survey_id")
    )
    if owner is not None:
        showing.note_shown(work, placement, survey.program_id, owner, event.at)


def dismissed(work: Work, product_id: UUID, owner: UUID | None, event: Heard) -> None:
    """Also somebody who left in the middle; what they had answered was sent with every step."""
    survey, placement, _arm = queries.survey_shown_in(
        work.session, product_id, event.properties.get("$survey_id")
    )
    if owner is not None:
        showing.note_dismissed(work, placement, survey.program_id, owner, event.at)


def sent(work: Work, product_id: UUID, owner: UUID | None, event: Heard) -> None:
    """Answers: those of one step (`$survey_completed` is false), or all of them."""
    survey, placement, arm = queries.survey_shown_in(
        work.session, product_id, event.properties.get("$survey_id")
    )
    if not survey.takes_answers(work.now) or survey.program.is_over:
        raise Refused("closed", _("This survey does not take answers now."))
    if survey.is_anonymous:
        raise Refused("anonymous", _("This survey is anonymous. In the product it is known who answers."))
    place = None if owner is None else queries.place_of(work.session, survey.program_id, owner)
    if place is not None and not policy.may_answer(place):
        raise Refused("left", _("This person takes part no longer."))
    key = _submission_key(event)
    door = Door(Way.PRODUCT, survey, None, place, wave=_wave(placement, key, event.at))
    with _as_tester(work, place):
        shown_id = queries.version_shown(work.session, survey.id, named(event.properties))
        begun = respond.begin(
            work, door, submission_key=key, language=_language(event), arm=arm, version_id=shown_id
        )
        response = begun.response
        _claim(response, place)
        _take(work, response, event.properties)


def _claim(response: Response, place: Enrollment | None) -> None:
    """Answers of somebody who was a stranger when they began become theirs; nobody goes on with another's."""
    if response.enrollment_id == (place.id if place else None) or response.is_finished:
        return
    if place is None or response.enrollment_id is not None:
        raise Refused("not_theirs", _("These answers are another person’s."))
    response.enrollment_id, response.tester_id = place.id, place.tester_id


def _take(work: Work, response: Response, properties: dict[str, Any]) -> None:
    items = queries.compiled_version(work.session, response.version_id, response.arm).outline.items
    published = queries.published(work.session, response.version_id, response.arm)
    walk = Walk(published.definition, work.now, response.language, response.submission_key)
    try:
        told = answers(items, storable(properties))
    except Wrong as wrong:
        raise Invalid("wrong_answers", str(wrong)) from wrong
    respond.save(work, response, walk.answered(response.answers, told), page=response.page)
    if properties.get("$survey_completed") is False:
        return
    if problems := respond.finish(work, response, published).problems:
        raise Invalid("wrong_answers", problems[0].message)


def _submission_key(event: Heard) -> str:
    """One for all steps of one person's way; an SDK that sends none sends everything at once."""
    sent_id = event.properties.get("$survey_submission_id")
    return sent_id if isinstance(sent_id, str) and 0 < len(sent_id) <= respond.LONGEST_KEY else event.uuid.hex


def _wave(placement: SurveyPlacement, key: str, at: datetime) -> int:
    """Which of a person's responses this is: their one, that of a period, or one of its own."""
    if placement.repeat is Repeat.ALWAYS:
        return 1 + int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") // 4
    return iteration_of(placement, at) or 0


def _language(event: Heard) -> str:
    language = event.properties.get("$survey_language")
    return language if isinstance(language, str) and language.replace("-", "").isalnum() else "en"


@contextmanager
def _as_tester(work: Work, place: Enrollment | None) -> Iterator[None]:
    """What happens inside is this person's doing; the work goes on to other events afterwards."""
    before = work.actor
    if place is not None:
        work.actor = Actor("tester", place.tester_id, place.tester.name)
    try:
        yield
    finally:
        work.actor = before
