"""What happened to roll-outs, scheduled changes and guardrails."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class RolloutPlanned(Event):
    """It begins at `starts_at`, or did at once where that is None; `plan` names its steps: "10 % for 24 h".

    `proposed_by`: whose plan it is, where the actor is the second person who agreed to it.
    """

    said = _l("planned a roll-out of the flag %(key)s: %(plan)s")

    flag_id: UUID
    product_id: UUID
    rollout_id: UUID
    key: str
    plan: list[str]
    starts_at: datetime | None = None
    proposed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class RolloutStepEntered(Event):
    """`step` counts from 1; `way` is begun, due, skipped or back."""

    said = _l("moved the roll-out of the flag %(key)s to step %(step)s of %(steps)s: %(share)s %%")

    flag_id: UUID
    product_id: UUID
    rollout_id: UUID
    key: str
    step: int
    steps: int
    share: float
    way: str


@dataclass(frozen=True, kw_only=True)
class RolloutPaused(Event):
    said = _l("paused the roll-out of the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    rollout_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RolloutResumed(Event):
    said = _l("resumed the roll-out of the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    rollout_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class RolloutFinished(Event):
    said = _l("finished the roll-out of the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    rollout_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class RolloutEnded(Event):
    """Before its last step; the share stays where it is."""

    said = _l("ended the roll-out of the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    rollout_id: UUID
    key: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagScheduled(Event):
    """`change` is on, off or share; `proposed_by` as for roll-outs."""

    said = _l("scheduled a change of the flag %(key)s (%(change)s) for %(at)s")

    flag_id: UUID
    product_id: UUID
    schedule_id: UUID
    key: str
    change: str
    at: datetime
    share: float | None = None
    proposed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagScheduleCancelled(Event):
    said = _l("cancelled a scheduled change of the flag %(key)s")

    flag_id: UUID
    product_id: UUID
    schedule_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class FlagScheduleDone(Event):
    """What `who` scheduled was done."""

    said = _l("did what %(who)s scheduled for the flag %(key)s (%(change)s)")

    flag_id: UUID
    product_id: UUID
    schedule_id: UUID
    key: str
    change: str
    who: str
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class FlagScheduleFailed(Event):
    said = _l("could not do what %(who)s scheduled for the flag %(key)s: %(note)s")

    flag_id: UUID
    product_id: UUID
    schedule_id: UUID
    key: str
    change: str
    who: str
    note: str


@dataclass(frozen=True, kw_only=True)
class GuardrailSet(Event):
    """Made, or changed; `rule` says it in words."""

    said = _l("set a guardrail of the flag %(key)s: %(rule)s")

    flag_id: UUID
    product_id: UUID
    guardrail_id: UUID
    key: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class GuardrailDropped(Event):
    said = _l("dropped a guardrail of the flag %(key)s: %(rule)s")

    flag_id: UUID
    product_id: UUID
    guardrail_id: UUID
    key: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class GuardrailBroken(Event):
    """`measure` went over `limit` within `window_hours`; `reaction` is what was done."""

    said = _l("saw a guardrail of the flag %(key)s broken: %(rule)s, and it was %(reading)s")

    flag_id: UUID
    product_id: UUID
    guardrail_id: UUID
    key: str
    rule: str
    measure: str
    event_name: str
    reading: float
    limit: float
    window_hours: int
    reaction: str


@dataclass(frozen=True, kw_only=True)
class FlagResumeSigned(Event):
    """Somebody put their name under going on in spite of broken guardrails."""

    said = _l("signed to go on with the flag %(key)s in spite of a broken guardrail: %(note)s")

    flag_id: UUID
    product_id: UUID
    resume_id: UUID
    key: str
    note: str
