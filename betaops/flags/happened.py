"""What happened to a flag beside its revisions, in few words for its page. Pure.

What a revision tells already (a step of a roll-out, a scheduled change that was done) has no words here.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from betaops.flags.events import (
    FeatureEdited,
    FeatureOffered,
    FeatureRemoved,
    FeatureStageChanged,
    FlagResumeSigned,
    FlagScheduleCancelled,
    FlagScheduled,
    FlagScheduleFailed,
    GuardrailBroken,
    GuardrailDropped,
    GuardrailSet,
    OverrideCleared,
    OverrideSet,
    RolloutEnded,
    RolloutFinished,
    RolloutPaused,
    RolloutPlanned,
    RolloutResumed,
)
from betaops.flags.guardrails import amount
from betaops.flags.models import Stage
from betaops.flags.stages import NAMES
from betaops.kernel.events import Event
from betaops.kernel.i18n import gettext as _

KINDS = tuple(
    event.kind
    for event in (
        FeatureEdited,
        FeatureOffered,
        FeatureRemoved,
        FeatureStageChanged,
        FlagResumeSigned,
        FlagScheduleCancelled,
        FlagScheduled,
        FlagScheduleFailed,
        GuardrailBroken,
        GuardrailDropped,
        GuardrailSet,
        OverrideCleared,
        OverrideSet,
        RolloutEnded,
        RolloutFinished,
        RolloutPaused,
        RolloutPlanned,
        RolloutResumed,
    )
)


class Told(NamedTuple):
    """`text` follows the name of who did it; `icon` and `role` are the timeline's."""

    text: str
    icon: str
    role: str
    note: str = ""


def told(event: Event, people: Mapping[UUID, str]) -> Told:
    """One of KINDS in words; `people` are testers' names by id."""
    match event:
        case FeatureOffered() | FeatureEdited() | FeatureStageChanged() | FeatureRemoved():
            return _of_feature(event)
        case OverrideSet():
            value = {"on": _("on"), "off": _("off")}.get(event.value, event.value)
            words = _(
                "set it to %(value)s by hand for %(who)s", value=value, who=_who(event.tester_id, people)
            )
            return Told(words, "user-pen", "neutral", event.note)
        case OverrideCleared():
            words = _("let the rules decide again for %(who)s", who=_who(event.tester_id, people))
            return Told(words, "user-round-check", "neutral")
        case GuardrailSet() | GuardrailDropped() | GuardrailBroken() | FlagResumeSigned():
            return _of_guardrail(event)
        case RolloutPlanned():
            return Told(_("planned a roll-out"), "trending-up", "accent", ", ".join(event.plan))
        case RolloutPaused():
            return Told(_("paused the roll-out"), "pause", "waiting", event.note)
        case RolloutResumed():
            return Told(_("resumed the roll-out"), "play", "accent")
        case RolloutFinished():
            return Told(_("finished the roll-out"), "check", "good")
        case RolloutEnded():
            return Told(_("ended the roll-out"), "circle-stop", "neutral", event.note)
    return _of_schedule(event)


def _of_feature(event: Event) -> Told:
    match event:
        case FeatureOffered():
            words = _("offered early access: %(stage)s", stage=_stage(event.stage))
            return Told(words, "flask-conical", "accent")
        case FeatureStageChanged():
            words = _(
                "moved the early access: %(former)s → %(stage)s",
                former=_stage(event.former),
                stage=_stage(event.stage),
            )
            return Told(words, "flask-conical", "accent")
        case FeatureRemoved():
            return Told(_("ended the early access"), "circle-stop", "neutral")
    return Told(_("changed what people read about the early access"), "pencil", "neutral")


def _of_guardrail(event: Event) -> Told:
    match event:
        case GuardrailSet():
            return Told(_("set a guardrail"), "shield-check", "neutral", event.rule)
        case GuardrailBroken():
            reading = amount(event.measure, event.reading)
            note = _("%(rule)s, and it was %(reading)s", rule=event.rule, reading=reading)
            return Told(_("saw a guardrail broken"), "shield-alert", "danger", note)
        case FlagResumeSigned():
            return Told(_("signed to go on"), "signature", "good", event.note)
    return Told(_("removed a guardrail"), "shield-off", "neutral", getattr(event, "rule", ""))


def _of_schedule(event: Event) -> Told:
    match event:
        case FlagScheduled():
            return Told(
                _("scheduled: %(what)s", what=_what(event.change, event.share)), "calendar-clock", "neutral"
            )
        case FlagScheduleFailed():
            words = _("could not do what %(who)s scheduled", who=event.who)
            return Told(words, "calendar-x", "danger", event.note)
    return Told(_("cancelled a scheduled change"), "calendar-minus", "neutral")


def _stage(value: str) -> str:
    return str(NAMES[Stage(value)]).lower()


def _who(tester_id: UUID, people: Mapping[UUID, str]) -> str:
    return people.get(tester_id, _("somebody who is gone"))


def _what(change: str, share: float | None) -> str:
    if change == "share":
        return _("share %(share)s %%", share=f"{share or 0:g}")
    return _("switch on") if change == "on" else _("switch off")
