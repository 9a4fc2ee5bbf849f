"""Which flags can be features."""

from collections.abc import Mapping
from typing import Any

from betaops.cohorts.service.traits import LONGEST_NAME
from betaops.flags.stages import property_name
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _

LONGEST_KEY = LONGEST_NAME - len(property_name(""))


def check_fits(key: str, filters: Mapping[str, Any]) -> None:
    """What joining could not decide alike here and in every SDK is refused, as PostHog does."""
    if (refusal := unfit(key, filters)) is not None:
        raise refusal


def unfit(key: str, filters: Mapping[str, Any]) -> Refused | None:
    """Why it is refused; None where it fits."""
    if (filters.get("multivariate") or {}).get("variants"):
        return Refused(
            "flag_has_variants",
            _("People can join a flag that is on or off. One with variants cannot have early access."),
        )
    if filters.get("aggregation_group_type_index") is not None:
        return Refused(
            "flag_is_for_companies",
            _("People can join a flag that is for people. One for companies cannot have early access."),
        )
    if len(key) > LONGEST_KEY:
        return Refused(
            "key_too_long",
            _("With early access, a flag's key has at most %(most)s characters.", most=LONGEST_KEY),
        )
    return None
