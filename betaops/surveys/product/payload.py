"""A survey as `/api/surveys` tells it, and the flag by which PostHog's SDK knows for whom it is. Pure.

The SDK trusts the flags that it was given: who may see a survey, and who has seen it elsewhere, is decided by a flag
of our own. A survey with arms is told once for each, under the arm's id and with a flag of its own, which is on for those
who are in it. For a survey that may come again at any time the SDK asks only the targeting flag, for others the
internal one, which it passes over while somebody is in the middle of answering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from betaops.cohorts.models import number_for
from betaops.kernel import i18n, ids
from betaops.kernel.i18n import gettext as _
from betaops.surveys.checking import Finding
from betaops.surveys.cleaning import clean_html
from betaops.surveys.definition import Definition
from betaops.surveys.engine.arms import worded
from betaops.surveys.localised import DEFAULT
from betaops.surveys.models import Audience, Repeat, Shape, Survey, SurveyArm, SurveyPlacement
from betaops.surveys.product.branching import branched
from betaops.surveys.product.elements import Outline, outline

#: Before the survey's number. PostHog's SDKs know flags of this name as no feature of the product.
FLAG_PREFIX = "survey-targeting-"
#: Traits: when a survey was seen or answered, and when the person was last asked anything in the product.
SEEN_PREFIX = "$survey_seen/"
#: Trait: the id of the arm in which a person is.
ARM_PREFIX = "$survey_arm/"
ASKED = "$survey_asked"
#: Every person's own place between 0 and 100, as `flags` knows it.
SHARE = "$share"

_TYPES = {Shape.POPOVER: "popover", Shape.TAB: "widget", Shape.SELECTOR: "widget", Shape.API: "api"}
_SCHEDULES = {Repeat.ONCE: "once", Repeat.EVERY: "recurring", Repeat.ALWAYS: "always"}
#: The house's light theme.
_COLORS = {
    "backgroundColor": "#ffffff",
    "textColor": "#18181d",
    "textSubtleColor": "#5f5e68",
    "borderColor": "#e6e3dd",
    "inputBackground": "#ffffff",
    "ratingButtonColor": "#ffffff",
}


@dataclass(frozen=True)
class Compiled:
    """A published version, ready for the SDK; without questions where it cannot be shown there."""

    outline: Outline
    questions: tuple[dict[str, Any], ...]
    #: Everything that is in the way, and remarks.
    findings: tuple[Finding, ...]
    #: Texts at the end by language: heading, text below, the button that closes.
    endings: Mapping[str, Mapping[str, str]]

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_blocking)


def compiled(definition: Definition, question_ids: Mapping[str, UUID]) -> Compiled:
    found = outline(definition, question_ids)
    questions, reasons = ([], []) if found.problems else branched(found.items)
    speaking = str(definition.options.get("locale") or i18n.DEFAULT)
    _say_buttons(questions, definition, found.languages, speaking)
    endings = {}
    for code in (DEFAULT, *found.languages):
        with i18n.speaking(speaking if code == DEFAULT else code):
            endings[code] = {
                "thankYouMessageHeader": _("Thank you"),
                "thankYouMessageDescription": str(
                    clean_html(worded(definition.option_text("completedHtml", code), definition.arm))
                ),
                "thankYouMessageCloseButtonText": _("Close"),
                "backButtonText": definition.option_text("pagePrevText", code) or _("Back"),
            }
    return Compiled(found, tuple(questions), (*reasons, *found.findings), endings)


def _say_buttons(
    questions: Sequence[dict[str, Any]], definition: Definition, codes: Sequence[str], own: str
) -> None:
    for index, question in enumerate(questions):
        goes = question.get("branching", {}).get("type")
        is_end = goes == "end" or (goes is None and index == len(questions) - 1)
        option = "completeText" if is_end else "pageNextText"
        for code in (DEFAULT, *codes):
            with i18n.speaking(own if code == DEFAULT else code):
                words = definition.option_text(option, code) or (_("Send answers") if is_end else _("Next"))
            if code == DEFAULT:
                question["buttonText"] = words
            elif words != question["buttonText"]:
                said = question.get("translations", {})
                question["translations"] = {**said, code: {**said.get(code, {}), "buttonText": words}}


def flag_key(placement: SurveyPlacement, arm: SurveyArm | None = None) -> str:
    """That of the targeting flag; of a survey with arms, each has one."""
    return f"{FLAG_PREFIX}{placement.number}" + ("" if arm is None else f"-{number_for(arm.id)}")


def arm_id(arm: SurveyArm) -> str:
    """How SDKs and facts name an arm."""
    return ids.encode("arm", arm.id)


def survey_wire(
    survey: Survey, placement: SurveyPlacement, of: Compiled, now: datetime, arm: SurveyArm | None = None
) -> dict[str, Any]:
    """`placement` is begun. Ends and beginnings are for the caller: what is not open is not told."""
    started = placement.started_at or now
    key = flag_key(placement, arm)
    is_always = placement.repeat is Repeat.ALWAYS
    begin = _period_begin(placement, now)
    translations = {
        code: said for code in of.outline.languages if (said := _translation(placement, of, code))
    }
    return {
        "id": ids.encode("svy", survey.id) if arm is None else arm_id(arm),
        "name": survey.name,
        "type": _TYPES[placement.shape],
        "questions": list(of.questions),
        "conditions": _conditions(placement),
        "appearance": _appearance(placement, of),
        "linked_flag_key": None,
        "targeting_flag_key": key if is_always else None,
        "internal_targeting_flag_key": None if is_always else key,
        "feature_flag_keys": [],
        "start_date": started.isoformat(),
        "end_date": None,
        "current_iteration": iteration_of(placement, now),
        "current_iteration_start_date": None if begin is None else begin.isoformat(),
        "schedule": _SCHEDULES[placement.repeat],
        "enable_partial_responses": True,
        **({"translations": translations} if translations else {}),
    }


def iteration_of(placement: SurveyPlacement, at: datetime) -> int | None:
    """A number for the period that `at` lies in, the same however its length is changed: its first day."""
    begin = _period_begin(placement, at)
    return None if begin is None else begin.toordinal()


def changes_at(placement: SurveyPlacement, now: datetime) -> datetime | None:
    """When `survey_wire` says something else although nobody has changed anything."""
    begin = _period_begin(placement, now)
    return None if begin is None else begin + timedelta(days=placement.every_days or 0)


def _period_begin(placement: SurveyPlacement, at: datetime) -> datetime | None:
    if placement.every_days is None or placement.started_at is None:
        return None
    period = timedelta(days=placement.every_days)
    return placement.started_at + max(0, (at - placement.started_at) // period) * period


def _conditions(placement: SurveyPlacement) -> dict[str, Any]:
    found: dict[str, Any] = {"actions": None, "events": None, "cancelEvents": None}
    if placement.url:
        found |= {"url": placement.url, "urlMatchType": placement.url_match.value}
    if placement.events:
        values = [{"name": name} for name in placement.events]
        found["events"] = {"repeatedActivation": False, "values": values}
    if placement.devices:
        found |= {"deviceTypes": list(placement.devices), "deviceTypesMatchType": "exact"}
    if _waits(placement):
        # The flag says so too; this holds until the page asks for its flags again.
        found["seenSurveyWaitPeriodInDays"] = placement.wait_days
    return found


def _waits(placement: SurveyPlacement) -> bool:
    return placement.wait_days > 0 and placement.comes_by_itself and placement.repeat is not Repeat.ALWAYS


def _appearance(placement: SurveyPlacement, of: Compiled) -> dict[str, Any]:
    found: dict[str, Any] = {
        **_COLORS,
        "submitButtonColor": placement.color,
        "ratingButtonActiveColor": placement.color,
        "position": placement.corner.value,
        "displayThankYouMessage": True,
        **of.endings[DEFAULT],
        "thankYouMessageDescriptionContentType": "html",
        "allowGoBack": of.outline.allows_back,
        "whiteLabel": True,
    }
    if placement.thanks:
        found["thankYouMessageHeader"] = placement.thanks
    if placement.thanks_text:
        found |= {
            "thankYouMessageDescription": placement.thanks_text,
            "thankYouMessageDescriptionContentType": "text",
        }
    if placement.delay_seconds:
        found["surveyPopupDelaySeconds"] = placement.delay_seconds
    if placement.shape is Shape.TAB:
        found |= {"widgetType": "tab", "widgetLabel": placement.label, "widgetColor": placement.color}
    elif placement.shape is Shape.SELECTOR:
        found |= {"widgetType": "selector", "widgetSelector": placement.selector}
    return found


def _translation(placement: SurveyPlacement, of: Compiled, code: str) -> dict[str, str]:
    """What is said at the end in another language, unless the placement has words of its own."""
    said = {name: words for name, words in of.endings[code].items() if words != of.endings[DEFAULT][name]}
    if placement.thanks:
        said.pop("thankYouMessageHeader", None)
    if placement.thanks_text:
        said.pop("thankYouMessageDescription", None)
    return said


def flag_definition(
    placement: SurveyPlacement, everybody: int, arm: SurveyArm | None = None
) -> dict[str, Any]:
    """The targeting flag in PostHog's format; `everybody` is the number under which all with a seat are a cohort."""
    cohorts = placement.cohorts if placement.audience is Audience.COHORTS else [everybody]
    in_arm = [] if arm is None else [_person(f"{ARM_PREFIX}{placement.number}", "exact", arm_id(arm))]
    groups = [
        {"properties": [_in_cohort(cohort), *in_arm, *share, *seen, *asked], "rollout_percentage": 100}
        for cohort in cohorts
        for share in _shares(placement)
        for seen in _unless_seen(placement)
        for asked in _unless_asked(placement)
    ]
    return {
        "id": placement.number if arm is None else number_for(arm.id),
        "key": flag_key(placement, arm),
        "name": "",
        "active": True,
        "version": placement.version,
        "filters": {"groups": groups},
    }


Properties = list[dict[str, Any]]


def _in_cohort(number: int) -> dict[str, Any]:
    return {"key": "id", "type": "cohort", "operator": "in", "value": number}


def _person(key: str, operator: str, value: Any) -> dict[str, Any]:
    return {"key": key, "type": "person", "operator": operator, "value": value}


def _shares(placement: SurveyPlacement) -> list[Properties]:
    """Part of the circle from 0 to 100, beginning elsewhere for each survey: not always the same people are asked."""
    if placement.share == 100:
        return [[]]
    begin = placement.number % 10_000 / 100
    end = round(begin + placement.share, 2)
    if end <= 100:
        return [[_person(SHARE, "gte", begin), _person(SHARE, "lt", end)]]
    return [[_person(SHARE, "gte", begin)], [_person(SHARE, "lt", round(end - 100, 2))]]


def _unless_seen(placement: SurveyPlacement) -> list[Properties]:
    seen = f"{SEEN_PREFIX}{placement.number}"
    if placement.repeat is Repeat.ALWAYS:
        return [[]]
    never = [_person(seen, "is_not_set", "is_not_set")]
    if placement.repeat is Repeat.ONCE:
        return [never]
    return [never, [_person(seen, "is_date_before", f"-{placement.every_days}d")]]


def _unless_asked(placement: SurveyPlacement) -> list[Properties]:
    if not _waits(placement):
        return [[]]
    return [
        [_person(ASKED, "is_not_set", "is_not_set")],
        [_person(ASKED, "is_date_before", f"-{placement.wait_days}d")],
    ]
