"""PostHog's hash (`kernel.bucketing`): which share of people a roll-out takes, and which variant each of them gets."""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha1
from typing import Any, NamedTuple

from betaops.kernel.bucketing import NUMBERS, SCALE, share

#: The digest of nobody (`""`), and a limit below which every digest lies.
_NOBODY, _BEYOND = bytes(20), b"\xff" * 21


def started(key: str, separator: str = ".") -> Any:
    """The hash of `key`, to be copied and gone on with for each person (`digest`)."""
    return sha1(f"{key}{separator}".encode("utf-8", "surrogatepass"), usedforsecurity=False)


def digest(begun: Any, identifier: bytes, salt: bytes = b"") -> bytes:
    """What `share` makes a number of; compared with a `limit` it need not become one."""
    if not identifier:
        return _NOBODY
    hashed = begun.copy()
    hashed.update(identifier + salt)
    found: bytes = hashed.digest()
    return found


def limit(fraction: float, *, is_included: bool) -> bytes:
    """Digests of less are those of the people whose `share` is less than `fraction`, or (`is_included`) equal to it."""
    low, high = 0, NUMBERS
    while low < high:
        middle = (low + high) // 2
        at = middle / SCALE
        if at < fraction or (is_included and at == fraction):
            low = middle + 1
        else:
            high = middle
    return _BEYOND if low == NUMBERS else (low << 4).to_bytes(8, "big")


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

    def limits(self) -> tuple[bytes, ...]:
        """The bounds as digests."""
        return tuple(limit(bound, is_included=False) for bound in self.bounds)


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

    def limit(self) -> bytes:
        """Who is kept out has a digest (of "holdout-") below it."""
        return _BEYOND if self.percentage >= 100 else limit(self.percentage / 100, is_included=True)

    def takes(self, identifier: str) -> bool:
        return self.percentage >= 100 or share("holdout", identifier, separator="-") <= self.percentage / 100
