"""Putting a survey into the product, and telling every process what changed there."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import re2
from sqlalchemy import select

from betaops.cohorts import service as cohort_service
from betaops.cohorts.models import Cohort, number_for
from betaops.kernel import versions
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.engine.arms import in_arm
from betaops.surveys.events import SurveyPlaced
from betaops.surveys.models import Audience, Repeat, Shape, Survey, SurveyPlacement, UrlMatch
from betaops.surveys.product.payload import Compiled, compiled
from betaops.surveys.reading import read
from betaops.surveys.service.locking import locked
from betaops.surveys.showing import note_answered

DEVICES = ("Desktop", "Mobile", "Tablet")
MOST_EVENTS = 10
LONGEST_EVENT = 200
LONGEST_THANKS = 2_000
#: People whose earlier answers are noted in one transaction.
AT_ONCE = 200
_COLOR = re.compile(r"#[0-9a-f]{6}")


def change_placement(work: Work, survey_id: UUID, *, version: int | None, **values: Any) -> SurveyPlacement:
    """Set what is given of a `SurveyPlacement`; made when first asked for (its `version` is 0 then).

    `Invalid` names the field. It cannot be on while the live version has something that the product cannot show.
    """
    survey = locked(work, survey_id)
    row = queries.placement(work.session, survey_id)
    wanted = _checked(work, survey, row, values)
    if row is None:
        row = SurveyPlacement(survey_id=survey.id, number=number_for(survey.id), version=0)
        versions.stamp(work, row)
        work.add(row)
    changed = versions.edit(work, row, version, **wanted)
    work.session.flush()
    if not changed:
        return row
    work.record(
        SurveyPlaced(survey_id=survey.id, program_id=survey.program_id, is_on=row.is_on, changed=changed)
    )
    if row.is_on and survey.has_arms:
        work.enqueue("surveys.allot", {"survey_id": str(survey.id)}, unique=f"surveys.allot:{survey.id}")
    if row.is_on and row.started_at is None:
        work.enqueue(
            "surveys.begin_placement",
            {"survey_id": str(survey.id)},
            unique=f"surveys.begin_placement:{survey.id}",
        )
    tell_product(work, survey)
    return row


def note_earlier_answers(work: Work, survey_id: UUID) -> int:
    """Note some of those who answered before the survey came into the product; how many that were."""
    survey = queries.survey_to_answer(work.session, survey_id)
    if queries.placement(work.session, survey.id) is None:
        return 0
    people = queries.answered_unnoted(work.session, survey.id, AT_ONCE)
    for tester_id, at in people:
        note_answered(work, survey.id, survey.program_id, tester_id, at)
    return len(people)


def begin_placement(work: Work, survey_id: UUID) -> None:
    """Everybody who has answered is noted: from now on it is shown, if it is still to be."""
    survey = work.lock(Survey, survey_id)
    row = queries.placement(work.session, survey_id)
    if row is not None and row.is_on and row.started_at is None:
        row.started_at = work.now
        work.session.flush()
        tell_product(work, survey)


def tell_product(work: Work, survey: Survey) -> None:
    """Have flags and the list of surveys worked out again where this one stands in the product.

    Now, and at the moments at which it opens and closes by itself.
    """
    if queries.placement(work.session, survey.id) is None:
        return
    cohort_service.touch_program(work, survey.program_id)
    for moment in (survey.opens_at, survey.closes_at):
        if moment is not None and moment > work.now:
            work.enqueue(
                "surveys.turn",
                {"survey_id": str(survey.id)},
                at=moment,
                unique=f"surveys.turn:{survey.id}:{moment.isoformat()}",
            )


def _checked(
    work: Work, survey: Survey, row: SurveyPlacement | None, values: dict[str, Any]
) -> dict[str, Any]:
    """`values` made tidy; what they do not say is as `row` has it, or as a new one would."""
    now = row or SurveyPlacement(survey_id=survey.id, number=0)
    wanted = {**{name: getattr(now, name) for name in _NEEDED}, **values}
    wanted["cohorts"] = _cohorts(work, survey, wanted)
    wanted["events"] = _events(wanted["events"])
    wanted["devices"] = [each for each in DEVICES if each in wanted["devices"]]
    wanted["color"] = str(wanted["color"]).lower()
    if not _COLOR.fullmatch(wanted["color"]):
        raise Invalid("bad_color", _("Write a colour as #rrggbb."), field="color")
    if wanted["shape"] is Shape.SELECTOR and not wanted["selector"]:
        raise Invalid(
            "no_selector", _("Say which element opens it, like #feedback-button."), field="selector"
        )
    if wanted["shape"] is Shape.TAB and not wanted["label"]:
        wanted["label"] = _("Feedback")
    if wanted["repeat"] is not Repeat.EVERY:
        wanted["every_days"] = None
    elif wanted["every_days"] is None:
        raise Invalid("no_days", _("Say after how many days it may be asked again."), field="every_days")
    _check_numbers(wanted)
    _check_address(wanted)
    if len(wanted["thanks_text"]) > LONGEST_THANKS:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_THANKS), field="thanks_text"
        )
    if wanted["is_on"]:
        _check_can_be_shown(work, survey)
    return wanted


#: What is looked at together, whichever of it is changed.
_NEEDED = (
    "audience", "cohorts", "color", "delay_seconds", "devices", "every_days", "events", "is_on", "label", "repeat",
    "selector", "shape", "share", "thanks_text", "url", "url_match", "wait_days",
)  # fmt: skip
_RANGES = {"share": (1, 100), "delay_seconds": (0, 3600), "wait_days": (0, 365), "every_days": (1, 365)}


def _check_numbers(wanted: dict[str, Any]) -> None:
    for name, (low, high) in _RANGES.items():
        if wanted[name] is not None and not low <= wanted[name] <= high:
            raise Invalid(
                "out_of_range", _("Choose a number from %(low)s to %(high)s.", low=low, high=high), field=name
            )


def _check_address(wanted: dict[str, Any]) -> None:
    if wanted["url_match"] is not UrlMatch.REGEX or not wanted["url"]:
        return
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(wanted["url"], options=options)
    except re2.error as error:
        raise Invalid("bad_pattern", _("This is no pattern that can be matched."), field="url") from error


def _check_can_be_shown(work: Work, survey: Survey) -> None:
    if survey.is_anonymous:
        raise Invalid(
            "anonymous", _("This survey is anonymous. In the product it is known who answers."), field="is_on"
        )
    live = queries.compiled_live(work.session, survey)
    if not live:
        raise Invalid("not_published", _("Publish the survey first."), field="is_on")
    if why := obstacles(live):
        raise Invalid(
            "cannot_be_shown",
            _("The product cannot show this survey as it is: %(why)s", why=why[0]),
            field="is_on",
        )


def obstacles(found: Mapping[str, Compiled]) -> list[str]:
    """Why the product cannot show it, each once; by name of the arm, and what is in the way in one arm alone says so."""
    reasons: dict[str, list[str]] = {}
    for arm, each in found.items():
        for problem in each.problems:
            reasons.setdefault(problem.message, []).append(arm)
    return [
        why if len(arms) == len(found) else _("In the arm “%(arm)s”: %(why)s", arm=arms[0], why=why)
        for why, arms in reasons.items()
    ]


def obstacles_of_draft(survey: Survey, arms: Iterable[str]) -> list[str]:
    """What would be in the way once the draft is live; `arms` are the names of the survey's arms."""
    definition = read(survey.draft)
    return obstacles({arm: compiled(in_arm(definition, arm), {}) for arm in arms or [""]})


def _cohorts(work: Work, survey: Survey, wanted: dict[str, Any]) -> list[int]:
    if wanted["audience"] is not Audience.COHORTS:
        return []
    known = set(work.session.scalars(select(Cohort.number).where(Cohort.program_id == survey.program_id)))
    found = sorted(known & set(wanted["cohorts"]))
    if not found:
        raise Invalid("no_cohort", _("Choose at least one cohort."), field="cohorts")
    return found


def _events(names: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(name for each in names if (name := " ".join(each.split()))))
    if len(found) > MOST_EVENTS or any(len(name) > LONGEST_EVENT for name in found):
        raise Invalid(
            "bad_events",
            _(
                "Name at most %(most)s events, of at most %(letters)s letters.",
                most=MOST_EVENTS,
                letters=LONGEST_EVENT,
            ),
            field="events",
        )
    return found
