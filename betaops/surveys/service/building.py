"""Making and changing surveys: drafts, settings, state."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from betaops.kernel import versions
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys import editing
from betaops.surveys.checking import LARGEST_DEFINITION
from betaops.surveys.events import SurveyChanged, SurveyCreated, SurveyStateChanged
from betaops.surveys.models import Survey, SurveyState
from betaops.surveys.queries import count_answered, count_complete, count_responses, placement
from betaops.surveys.service.locking import locked
from betaops.surveys.service.placing import tell_product

LONGEST_NAME = 200
MOST_ORIGINS = 20
DEEPEST_JSON = 40


def create_survey(
    work: Work, *, program_id: UUID, name: str, definition: dict[str, Any] | None = None
) -> Survey:
    """A draft, with one empty page or the given SurveyJS JSON as it is."""
    draft = editing.empty(name) if definition is None else definition
    _refuse_unusable(draft)
    survey = Survey(program_id=program_id, name=_named(name), draft=draft, created_at=work.now)
    versions.stamp(work, survey)
    work.add(survey)
    work.record(SurveyCreated(survey_id=survey.id, program_id=program_id))
    return survey


def edit_draft(
    work: Work,
    survey_id: UUID,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    version: int | None = None,
    name: str | None = None,
) -> Survey:
    """Replace the draft by `change(draft)`. `Stale` where somebody saved since `version`."""
    survey = locked(work, survey_id)
    draft = change(survey.draft)
    _refuse_unusable(draft)
    values: dict[str, Any] = {"draft": draft} if name is None else {"draft": draft, "name": _named(name)}
    changed = versions.edit(work, survey, version, **values)
    if changed:
        work.record(SurveyChanged(survey_id=survey.id, program_id=survey.program_id, changed=changed))
    return survey


def change_settings(
    work: Work,
    survey_id: UUID,
    *,
    name: str,
    origins: list[str],
    opens_at: datetime | None,
    closes_at: datetime | None,
    response_limit: int | None = None,
    is_anonymous: bool | None = None,
    version: int | None = None,
) -> Survey:
    """`origins` are those of pages that may frame it: scheme, host, port, nothing behind."""
    survey = locked(work, survey_id)
    if response_limit is not None and response_limit < 1:
        raise Invalid("no_places", _("A limit lets in at least one."), field="response_limit")
    is_anonymous = survey.is_anonymous if is_anonymous is None else is_anonymous
    if is_anonymous != survey.is_anonymous:
        _refuse_fixed(work, survey)
    if survey.response_limit is None and response_limit is not None:
        # From here on every completion counts itself; those under way wait for the lock on the survey.
        survey.taken = count_complete(work.session, survey.id)
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Invalid("closes_before_it_opens", _("It must close after it opens."), field="closes_at")
    changed = versions.edit(
        work,
        survey,
        version,
        name=_named(name),
        origins=[origin_of(each) for each in origins],
        opens_at=opens_at,
        closes_at=closes_at,
        response_limit=response_limit,
        is_anonymous=is_anonymous,
    )
    if changed:
        work.record(SurveyChanged(survey_id=survey.id, program_id=survey.program_id, changed=changed))
        tell_product(work, survey)
    return survey


def _refuse_fixed(work: Work, survey: Survey) -> None:
    """Whether it is anonymous was promised to those who have answered; and in the product, events tell who answers."""
    if count_answered(work.session, survey.id):
        raise Refused(
            "answered",
            _("Somebody has answered already. Whether a survey is anonymous stays as it was then."),
            field="is_anonymous",
        )
    row = placement(work.session, survey.id)
    if row is not None and row.is_on:
        raise Refused(
            "in_the_product",
            _("In the product it is known who answers. Take the survey out of it first."),
            field="is_anonymous",
        )


def change_state(work: Work, survey_id: UUID, state: SurveyState) -> Survey:
    """Open, close or archive. Nothing happens where it is so already."""
    survey = work.lock(Survey, survey_id)
    if survey.state is state:
        return survey
    if not survey.may_become(state):
        raise Refused(
            "bad_state", _("That is not possible now. Publish the survey first, or reload the page.")
        )
    former, survey.state = survey.state, state
    versions.stamp(work, survey)
    work.session.flush()
    work.record(
        SurveyStateChanged(survey_id=survey.id, program_id=survey.program_id, former=former, state=state)
    )
    tell_product(work, survey)
    return survey


def delete_survey(work: Work, survey_id: UUID) -> None:
    """Only drafts that nobody answered; anything else is archived, its answers are evidence."""
    survey = work.lock(Survey, survey_id)
    if survey.live_number is not None or count_responses(work.session, survey.id):
        raise Refused("has_answers", _("This survey was published. Archive it; its answers stay."))
    work.delete(survey)


def origin_of(address: str) -> str:
    """ "https://App.example.com/page" is the origin https://app.example.com; `Invalid` where it is none.

    Only secure origins, and this machine's for trying out: a frame on any other could be read on the way.
    """
    refusal = Invalid(
        "bad_origin",
        _("“%(address)s” is not the address of a site, like https://app.example.com.", address=address[:100]),
        field="origins",
    )
    try:
        parts = urlsplit(address.strip().lower())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise refusal from error
    is_local = host in ("localhost", "127.0.0.1")
    is_plain = host.replace("-", "").replace(".", "").isalnum() and host.isascii()
    if (
        not is_plain
        or parts.username
        or not (parts.scheme == "https" or (parts.scheme == "http" and is_local))
    ):
        raise refusal
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _named(name: str) -> str:
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise Invalid("no_name", _("Give the survey a name."), field="name")
    return name


def _refuse_unusable(draft: Any) -> None:
    """What no database takes, or is no survey at all; everything else may be a draft."""
    if not isinstance(draft, dict):
        raise Invalid(
            "not_a_survey", _("This is not a survey: a JSON object with pages is expected."), field="json"
        )
    if _depth(draft) > DEEPEST_JSON:
        raise Invalid("too_deep", _("This is nested too deeply for a survey."), field="json")
    try:
        size = len(orjson.dumps(draft))
    except (orjson.JSONEncodeError, TypeError) as error:
        raise Invalid(
            "not_a_survey", _("This has text or numbers that cannot be stored."), field="json"
        ) from error
    if size > LARGEST_DEFINITION:
        raise Invalid("too_large", _("A survey has at most one megabyte of JSON."), field="json")
    if _has_nul(draft):
        raise Invalid("not_a_survey", _("This has text or numbers that cannot be stored."), field="json")


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        if deepest > DEEPEST_JSON:
            break
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting += [(each, depth + 1) for each in inner if isinstance(each, dict | list)]
    return deepest


def _has_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
    return False
