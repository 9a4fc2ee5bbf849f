"""What happened to early access and to single people's values."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class FeatureOffered(Event):
    """A flag became a feature that people can join."""

    said = _l("offered early access to %(key)s, stage %(stage)s")

    feature_id: UUID
    flag_id: UUID
    product_id: UUID
    key: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class FeatureEdited(Event):
    said = _l("changed the early access to %(key)s: %(changed)s")

    feature_id: UUID
    flag_id: UUID
    product_id: UUID
    key: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class FeatureStageChanged(Event):
    """Promoted or demoted; `proposed_by` where the actor is the second person who agreed to it."""

    said = _l("moved the early access to %(key)s from %(former)s to %(stage)s")

    feature_id: UUID
    flag_id: UUID
    product_id: UUID
    key: str
    former: str
    stage: str
    proposed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class FeatureRemoved(Event):
    """With all choices."""

    said = _l("ended the early access to %(key)s")

    feature_id: UUID
    flag_id: UUID
    product_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class FeatureChosen(Event):
    """What joining and leaving have in common; never recorded itself. `tester_id` is None for a visitor.

    Not in the flag's own history: there may be thousands.
    """

    feature_id: UUID
    product_id: UUID
    key: str
    stage: str
    tester_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FeatureJoined(FeatureChosen):
    said = _l("joined %(key)s")


@dataclass(frozen=True, kw_only=True)
class FeatureLeft(FeatureChosen):
    said = _l("left %(key)s")


@dataclass(frozen=True, kw_only=True)
class FeatureJoinedByHand(FeatureChosen):
    said = _l("enrolled %(tester)s in %(key)s")


@dataclass(frozen=True, kw_only=True)
class FeatureLeftByHand(FeatureChosen):
    said = _l("withdrew %(tester)s from %(key)s")


@dataclass(frozen=True, kw_only=True)
class OverrideSet(Event):
    """One person's value of a flag, by hand."""

    said = _l("set %(key)s to %(value)s for %(tester)s")

    flag_id: UUID
    product_id: UUID
    key: str
    tester_id: UUID
    value: str
    note: str


@dataclass(frozen=True, kw_only=True)
class OverrideCleared(Event):
    said = _l("let the rules decide %(key)s for %(tester)s again")

    flag_id: UUID
    product_id: UUID
    key: str
    tester_id: UUID
