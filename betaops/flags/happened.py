"""What happened to a flag by itself, in few words for its page. Pure."""

from typing import NamedTuple

from betaops.flags.events import (
    FlagResumeSigned,
    FlagScheduleCancelled,
    FlagScheduled,
    FlagScheduleDone,
    FlagScheduleFailed,
    GuardrailBroken,
    GuardrailDropped,
    GuardrailSet,
    RolloutEnded,
    RolloutFinished,
    RolloutPaused,
    RolloutPlanned,
    RolloutResumed,
    RolloutStepEntered,
)
from betaops.flags.guardrails import amount
from betaops.kernel.events import Event
from betaops.kernel.i18n import gettext as _

KINDS = tuple(
    event.kind
    for event in (
        FlagResumeSigned,
        FlagScheduleCancelled,
        FlagScheduled,
        FlagScheduleDone,
        FlagScheduleFailed,
        GuardrailBroken,
        GuardrailDropped,
        GuardrailSet,
        RolloutEnded,
        RolloutFinished,
        RolloutPaused,
        RolloutPlanned,
        RolloutResumed,
        RolloutStepEntered,
    )
)


class Told(NamedTuple):
    """`text` follows the name of who did it; `icon` and `role` are the timeline's."""

    text: str
    icon: str
    role: str
    note: str = ""


def told(event: Event) -> Told:
    """One of KINDS in words."""
    match event:
        case RolloutPlanned():
            return Told(_("planned a roll-out"), "trending-up", "accent", ", ".join(event.plan))
        case RolloutStepEntered():
            words = _("step %(step)s: %(share)s %%", step=event.step, share=f"{event.share:g}")
            return Told(words, "arrow-down" if event.way == "back" else "arrow-up", "accent")
        case RolloutPaused():
            return Told(_("paused the roll-out"), "pause", "waiting", event.note)
        case RolloutResumed():
            return Told(_("resumed the roll-out"), "play", "accent")
        case RolloutFinished():
            return Told(_("finished the roll-out"), "check", "good")
        case RolloutEnded():
            return Told(_("ended the roll-out"), "circle-stop", "neutral", event.note)
        case GuardrailSet():
            return Told(_("set a guardrail"), "shield-check", "neutral", event.rule)
        case GuardrailDropped():
            return Told(_("removed a guardrail"), "shield-off", "neutral", event.rule)
        case GuardrailBroken():
            reading = amount(event.measure, event.reading)
            note = _("%(rule)s, and it was %(reading)s", rule=event.rule, reading=reading)
            return Told(_("saw a guardrail broken"), "shield-alert", "danger", note)
        case FlagResumeSigned():
            return Told(_("signed to go on"), "signature", "good", event.note)
    return _of_schedule(event)


def _of_schedule(event: Event) -> Told:
    match event:
        case FlagScheduled():
            return Told(
                _("scheduled: %(what)s", what=_what(event.change, event.share)), "calendar-clock", "neutral"
            )
        case FlagScheduleDone():
            words = _(
                "did what %(who)s scheduled: %(what)s", who=event.who, what=_what(event.change, event.share)
            )
            return Told(words, "calendar-check", "accent")
        case FlagScheduleFailed():
            words = _("could not do what %(who)s scheduled", who=event.who)
            return Told(words, "calendar-x", "danger", event.note)
    return Told(_("cancelled a scheduled change"), "calendar-minus", "neutral")


def _what(change: str, share: float | None) -> str:
    if change == "share":
        return _("share %(share)s %%", share=f"{share or 0:g}")
    return _("switch on") if change == "on" else _("switch off")
