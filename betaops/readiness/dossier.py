"""The whole decision in one file: what was expected, what was found as counts, who signed. Nothing about any tester.

Whoever has the file can recompute every verdict without the database (`verifying`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from betaops import __version__
from betaops.programs.models import Program
from betaops.readiness import board, evidence
from betaops.readiness.board import Row
from betaops.readiness.evidence import moment
from betaops.readiness.models import Amendment, CriteriaSeal, Decision, Signature
from betaops.readiness.verdict import CLOSE_PART, LIVE_PART
from betaops.statistics.betting import GAMBLERS
from betaops.statistics.forecast import SEED

#: Counts up when the form of a dossier changes.
FORM = 1


class Consents(NamedTuple):
    """How many testers accepted the agreement of that number, and its text's SHA-256 in hex."""

    number: int
    accepted: int
    digest: str


class Contents(NamedTuple):
    """What goes into a dossier, as it was read."""

    program: Program
    rows: Sequence[Row]
    seal: CriteriaSeal | None
    amendments: Sequence[Amendment]
    decisions: Sequence[Decision]
    signatures: Mapping[Any, Sequence[Signature]]
    consents: Sequence[Consents]


def dossier(contents: Contents, *, at: str) -> dict[str, Any]:
    """Plain values, with the SHA-256 of all the rest under `digest`."""
    program, rows = contents.program, contents.rows
    recommended = board.recommended(rows)
    is_strict = any(row.reading is not None and row.reading.outcome.get("is_strict") for row in rows)
    told = {
        "form": FORM,
        "made_by": f"betaops {__version__}",
        "at": at,
        "program": {
            "name": program.name,
            "slug": program.slug,
            "phase": program.phase.value,
            "starts_on": program.starts_on.isoformat(),
            "ends_on": program.ends_on.isoformat(),
            "goals": program.goals,
            "charter": program.charter,
        },
        "methods": {
            "early": "evidence by betting",
            "close": "Clopper-Pearson, Dirichlet bound",
            "family": "Holm, by weight" if is_strict else "Hochberg, by weight",
            "early_part_of_error": LIVE_PART,
            "close_part_of_error": CLOSE_PART,
            "gamblers": GAMBLERS,
            "forecast_seed": SEED,
        },
        "seal": None if contents.seal is None else _seal(contents.seal),
        "amendments": [_amendment(each) for each in contents.amendments],
        "consents": [each._asdict() for each in contents.consents],
        "recommended": recommended.value if recommended else None,
        "tally": {verdict.value: number for verdict, number in board.tally(rows).items()},
        "expectations": [row.to_json() | {"sentence": row.sentence} for row in rows],
        "decisions": [_decision(each, contents.signatures[each.id]) for each in contents.decisions],
    }
    return told | {"digest": evidence.digest(told)}


def _seal(seal: CriteriaSeal) -> dict[str, Any]:
    return {"sealed_at": moment(seal.sealed_at), "criteria": seal.criteria, "digest": seal.digest}


def _amendment(row: Amendment) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "need": row.need,
        "changes": row.changes,
        "reason": row.reason,
        "by": row.by,
        "at": moment(row.at),
        "verdict": row.verdict.value if row.verdict else None,
    }


def _decision(decision: Decision, signatures: Sequence[Signature]) -> dict[str, Any]:
    return {
        "choice": decision.choice.value,
        "recommended": decision.recommended.value if decision.recommended else None,
        "state": decision.state.value,
        "reason": decision.reason,
        "conditions": decision.conditions,
        "next_look_on": decision.next_look_on.isoformat() if decision.next_look_on else None,
        "withdrawn_reason": decision.withdrawn_reason,
        "digest": decision.digest,
        "snapshot": decision.snapshot,
        "signatures": [
            {
                "name": each.name,
                "role": each.role,
                "stance": each.stance.value,
                "reason": each.reason,
                "signed_at": moment(each.signed_at),
            }
            for each in signatures
        ],
    }
