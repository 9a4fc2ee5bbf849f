"""What a flag can be for somebody, and why. Pure.

Every outcome that a flag can have exists before anybody asks, so whoever writes answers may keep the bytes of
each (`eq=False`: outcomes are compared by identity).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

Value = bool | str

# Codes of PostHog's reasons.
ENROLLED = "super_condition_value"
HELD_OUT = "holdout_condition_value"
MATCH = "condition_match"
OUT_OF_ROLLOUT = "out_of_rollout_bound"
NO_MATCH = "no_condition_match"
NO_GROUP = "no_group_type"
DISABLED = "flag_disabled"
MISSING_DEPENDENCY = "missing_dependency"
#: Ours: PostHog has no flags that want to know who is asking.
UNIDENTIFIED = "identity_not_verified"
#: Of the conditions that failed, the one that came closest is the reason; of equals the last.
RANK = {OUT_OF_ROLLOUT: 3, NO_MATCH: 2, NO_GROUP: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one flag is for one person, and why. `condition` counts from 0; `payload` is JSON text."""

    key: str
    value: Value
    payload: str | None
    code: str
    condition: int | None = None


class Answers:
    """The outcomes of one flag. Indexed by number of the condition: `matches` by variant, `failures` by code."""

    def __init__(
        self,
        key: str,
        payloads: Mapping[str, Any],
        variants: tuple[str, ...],
        held_out: str | None,
        count: int,
    ) -> None:
        self._key = key
        self._payloads = {str(name): _payload(value) for name, value in payloads.items()}
        self.disabled, self.unresolved = self._makes(False, DISABLED), self._makes(False, MISSING_DEPENDENCY)
        self.no_match, self.no_group = self._makes(False, NO_MATCH), self._makes(False, NO_GROUP)
        self.unidentified = self._makes(False, UNIDENTIFIED)
        self.enrolled, self._declined = self._makes(True, ENROLLED), self._makes(False, ENROLLED)
        self._settled: dict[Value, Outcome] = {True: self.enrolled, False: self._declined}
        self._settled |= {variant: self._makes(variant, ENROLLED) for variant in variants}
        self.held_out = self.no_match if held_out is None else self._makes(held_out, HELD_OUT)
        self.matches = [
            {None: self._makes(True, MATCH, index)}
            | {variant: self._makes(variant, MATCH, index) for variant in variants}
            for index in range(count)
        ]
        self.failures = [{code: self._makes(False, code, index) for code in RANK} for index in range(count)]

    def settled(self, value: Value) -> Outcome:
        """What was settled beforehand; a variant that the flag has no more is off."""
        return self._settled.get(value, self._declined)

    def chosen(self, value: Any) -> Outcome:
        """By the property in which a person's own choice is kept."""
        return self.enrolled if value is True or value == "true" else self._declined

    def _makes(self, value: Value, code: str, condition: int | None = None) -> Outcome:
        name = "true" if value is True else value
        payload = self._payloads.get(name) if isinstance(name, str) else None
        return Outcome(self._key, value, payload, code, condition)


def _payload(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
