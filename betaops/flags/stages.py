"""The stages of early-access features: their order, what joining does in each, and their words."""

from collections.abc import Mapping
from typing import Any

from betaops.flags.models import Stage
from betaops.kernel.i18n import lazy_gettext as _l

ORDER = tuple(Stage)
#: Stages in which a choice decides the flag.
ACTIVE = frozenset(ORDER[1:])

#: For members.
NAMES: dict[Stage, Any] = {
    Stage.CONCEPT: _l("Concept"),
    Stage.ALPHA: _l("Alpha"),
    Stage.BETA: _l("Beta"),
    Stage.GENERAL_AVAILABILITY: _l("General availability"),
}
MEANINGS: dict[Stage, Any] = {
    Stage.CONCEPT: _l("An idea: people can put themselves on a list, and nobody gets anything yet."),
    Stage.ALPHA: _l("Very early: whoever joins gets it, rough edges and all."),
    Stage.BETA: _l("Nearly done: whoever joins gets it, and the product may offer it to everybody."),
    Stage.GENERAL_AVAILABILITY: _l("Released: nobody has to join any more, and who left stays without it."),
}
#: For testers.
WORDS_FOR_TESTERS: dict[Stage, Any] = {
    Stage.CONCEPT: _l("An idea"),
    Stage.ALPHA: _l("Very early"),
    Stage.BETA: _l("Nearly done"),
    Stage.GENERAL_AVAILABILITY: _l("Released"),
}


def after(stage: Stage) -> Stage | None:
    """The next stage; None after the last."""
    index = ORDER.index(stage) + 1
    return ORDER[index] if index < len(ORDER) else None


def before(stage: Stage) -> Stage | None:
    index = ORDER.index(stage) - 1
    return ORDER[index] if index >= 0 else None


def is_later(stage: Stage, other: Stage) -> bool:
    return ORDER.index(stage) > ORDER.index(other)


def property_name(key: str) -> str:
    """The property and trait under which PostHog's SDKs and cohort rules know a choice about the flag `key`."""
    return f"$feature_enrollment/{key}"


def claimed(properties: Mapping[str, Any], key: str) -> bool | None:
    """What a request says that its person chose; None where it says nothing. Only true and "true" mean yes."""
    name = property_name(key)
    if name not in properties:
        return None
    return properties[name] is True or properties[name] == "true"
