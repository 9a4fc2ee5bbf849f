"""Criteria of the gate that can be looked up. Pure: facts in, an answer out."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.verdict import Verdict


class Check(StrEnum):
    """Kept in rows: never rename."""

    NO_OPEN_BLOCKER = "no_open_blocker"
    OPEN_BLOCKER = "open_blocker"
    NO_BROKEN_GUARDRAIL = "no_broken_guardrail"
    BROKEN_GUARDRAIL = "broken_guardrail"
    MUSTS_MET = "musts_met"
    MUST_FAILED = "must_failed"
    CRITERIA_SEALED = "criteria_sealed"


LABELS: Mapping[Check, Any] = {
    Check.NO_OPEN_BLOCKER: _l("No blocker bug is open"),
    Check.OPEN_BLOCKER: _l("A blocker bug is open"),
    Check.NO_BROKEN_GUARDRAIL: _l("No guardrail of a flag is broken"),
    Check.BROKEN_GUARDRAIL: _l("A guardrail of a flag is broken"),
    Check.MUSTS_MET: _l("Every must-have is met"),
    Check.MUST_FAILED: _l("A must-have is not met or contradicted"),
    Check.CRITERIA_SEALED: _l("What is expected is sealed"),
}


class Facts(NamedTuple):
    """What checks look at."""

    open_blockers: int
    broken_guardrails: int
    #: Of the must-haves.
    musts: Sequence[Verdict]
    is_sealed: bool


def holds(check: Check, facts: Facts) -> bool:
    return {
        Check.NO_OPEN_BLOCKER: facts.open_blockers == 0,
        Check.OPEN_BLOCKER: facts.open_blockers > 0,
        Check.NO_BROKEN_GUARDRAIL: facts.broken_guardrails == 0,
        Check.BROKEN_GUARDRAIL: facts.broken_guardrails > 0,
        Check.MUSTS_MET: bool(facts.musts) and all(each is Verdict.MET for each in facts.musts),
        Check.MUST_FAILED: any(each in (Verdict.NOT_MET, Verdict.CONTRADICTED) for each in facts.musts),
        Check.CRITERIA_SEALED: facts.is_sealed,
    }[check]
