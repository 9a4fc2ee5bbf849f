"""PostHog's hash (`kernel.bucketing`): which share of people a roll-out takes, and which variant each of them gets."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from betaops.kernel.bucketing import share


def is_within(key: str, identifier: str, percentage: float | None) -> bool:
    """Whether a roll-out to `percentage` (None: everybody) of people takes `identifier`."""
    if percentage is None or percentage >= 100:
        return True
    return percentage > 0 and share(key, identifier) <= percentage / 100


class Variants(NamedTuple):
    """The variants of one flag; `bounds[i]` is the share below which `keys[i]` is chosen."""

    keys: tuple[str, ...]
    bounds: tuple[float, ...]

    @classmethod
    def parse(cls, variants: Sequence[dict[str, Any]]) -> "Variants":
        bounds, total = [], 0.0
        for variant in variants:
            total += variant["rollout_percentage"] / 100
            bounds.append(total)
        return cls(tuple(variant["key"] for variant in variants), tuple(bounds))

    def chosen(self, key: str, identifier: str) -> str | None:
        """The variant of `identifier`; None beyond the last bound (percentages below 100 in all)."""
        if not self.keys:
            return None
        index = bisect_right(self.bounds, share(key, identifier, "variant"))
        return self.keys[index] if index < len(self.keys) else None


class Holdout(NamedTuple):
    """People kept out of everything, to compare with: `percentage` of them, the same for every flag."""

    name: str
    percentage: float

    @classmethod
    def parse(cls, holdout: dict[str, Any] | None) -> "Holdout | None":
        if not holdout or holdout.get("id") is None or holdout.get("exclusion_percentage") is None:
            return None
        return cls(
            f"holdout-{holdout['id']}",
            min(max(float(holdout["exclusion_percentage"]), 0.0), 100.0),
        )

    def takes(self, identifier: str) -> bool:
        return self.percentage >= 100 or share("holdout", identifier, separator="-") <= self.percentage / 100
