"""The whole decision in one file: what was expected, what was found, who signed. No name and no address of any tester.

People stand in it under ids that are made for this one file and forgotten: the same person has the same id all through it,
and nobody, not even who made it, can tell afterwards whose it is or find it in another file. Whoever has the file can
recompute every verdict without the database (`verifying`).
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from betaops import __version__
from betaops.kernel import clock, ids
from betaops.programs.models import Product, Program, ProgramPhase
from betaops.readiness import board, evidence
from betaops.readiness.board import Row
from betaops.readiness.evidence import moment
from betaops.readiness.judging import criteria
from betaops.readiness.judging.flipping import FEWEST_NAMED
from betaops.readiness.models import (
    Amendment,
    CriteriaSeal,
    Decision,
    Fulfilment,
    GroundRules,
    Reading,
    Signature,
    Waiver,
)
from betaops.readiness.tracing import ANONYMOUS
from betaops.readiness.verdict import CLOSE_PART, LIVE_PART
from betaops.statistics.betting import GAMBLERS
from betaops.statistics.forecast import SEED

#: Counts up when the form of a dossier changes.
FORM = 3
#: What has a hash of its own; none may be missing.
SECTIONS = (
    "program",
    "methods",
    "seal",
    "ground_rules",
    "amendments",
    "consents",
    "recommended",
    "tally",
    "expectations",
    "evidence",
    "decisions",
    "audit",
)


class Agreed(NamedTuple):
    """An agreement that testers accept: its number and its text's SHA-256 in hex."""

    number: int
    digest: str


class Consented(NamedTuple):
    """Who accepted which of them, and when."""

    tester_id: UUID
    number: int
    on: date


class AuditHead(NamedTuple):
    """The newest seal of the workspace's audit log: nothing before it can be changed unnoticed by who has noted it."""

    number: int
    digest: str
    sealed_at: datetime


class Contents(NamedTuple):
    """What goes into a dossier, as it was read."""

    program: Program
    product: Product
    phases: Sequence[ProgramPhase]
    rows: Sequence[Row]
    #: Each tester's level, by expectation; of the moment, so that it may be newer than the reading.
    scores: Mapping[UUID, Mapping[UUID, float]]
    seal: CriteriaSeal | None
    rules: GroundRules | None
    amendments: Sequence[Amendment]
    decisions: Sequence[Decision]
    signatures: Mapping[UUID, Sequence[Signature]]
    #: By decision: conditions that are met, by their number, and waivers with their renewals, in the order they were given.
    fulfilments: Mapping[UUID, Sequence[Fulfilment]]
    waivers: Mapping[UUID, Sequence[Waiver]]
    agreements: Sequence[Agreed]
    consents: Sequence[Consented]
    audit: AuditHead | None


def dossier(contents: Contents, *, at: str) -> dict[str, Any]:
    """Plain values, with the SHA-256 of every section under `hashes`, and of all the rest under `digest`."""
    rows, pseudonym = contents.rows, _pseudonyms()
    recommended = board.recommended(rows)
    told = {
        "form": FORM,
        "made_by": f"betaops {__version__}",
        "at": at,
        "program": _program(contents),
        "methods": {
            "early": "evidence by betting",
            "close": "Clopper-Pearson, Dirichlet bound",
            "family": "Holm, by weight" if board.is_strict(rows) else "Hochberg, by weight",
            "early_part_of_error": LIVE_PART,
            "close_part_of_error": CLOSE_PART,
            "gamblers": GAMBLERS,
            "forecast_seed": SEED,
            "pseudonyms": "HMAC-SHA-256 under a key that was made for this file and not kept",
        },
        "seal": None if contents.seal is None else _seal(contents.seal),
        "ground_rules": criteria.ground_rules(contents.rules),
        "amendments": [_amendment(each) for each in contents.amendments],
        "consents": _consents(contents, pseudonym),
        "recommended": recommended.value if recommended else None,
        "tally": {verdict.value: number for verdict, number in board.tally(rows).items()},
        "expectations": [row.to_json() | {"sentence": row.sentence} for row in rows],
        "evidence": [_evidence(row, contents.scores.get(row.expectation.id), pseudonym) for row in rows],
        "decisions": [_decision(each, contents) for each in contents.decisions],
        "audit": None if contents.audit is None else _audit(contents.audit),
    }
    told["hashes"] = section_hashes(told)
    return told | {"digest": evidence.digest(told)}


def written(contents: Contents) -> bytes:
    """The file, as of now."""
    told = dossier(contents, at=moment(clock.now()))
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def section_hashes(told: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of each section, in hex, of the canonical JSON of an object with it alone."""
    return {name: evidence.digest({name: told[name]}) for name in SECTIONS}


def _pseudonyms() -> Callable[[UUID], str]:
    key = secrets.token_bytes(32)
    return lambda tester_id: f"per_{hmac.digest(key, tester_id.bytes, 'sha256').hex()[:20]}"


def _program(contents: Contents) -> dict[str, Any]:
    program = contents.program
    return {
        "name": program.name,
        "slug": program.slug,
        "product": contents.product.name,
        "phase": program.phase.value,
        "phases": [{"phase": each.phase.value, "at": moment(each.at)} for each in contents.phases],
        "starts_on": program.starts_on.isoformat(),
        "ends_on": program.ends_on.isoformat(),
        "goals": program.goals,
        "charter": program.charter,
        "story": program.story,
    }


def _seal(seal: CriteriaSeal) -> dict[str, Any]:
    return {
        "sealed_at": moment(seal.sealed_at),
        "criteria": seal.criteria,
        "ground_rules": seal.ground_rules,
        "digest": seal.digest,
    }


def _amendment(row: Amendment) -> dict[str, Any]:
    return {
        "expectation": ids.encode("exp", row.expectation_id) if row.expectation_id else None,
        "kind": row.kind.value,
        "need": row.need,
        "changes": row.changes,
        "reason": row.reason,
        "by": row.by,
        "at": moment(row.at),
        "verdict": row.verdict.value if row.verdict else None,
    }


def _consents(contents: Contents, pseudonym: Callable[[UUID], str]) -> dict[str, Any]:
    """Days, not moments: those would tell whose it is to whoever has the mail that was sent then."""
    given = sorted(
        (pseudonym(each.tester_id), each.number, each.on.isoformat()) for each in contents.consents
    )
    return {
        "agreements": [
            {
                "number": each.number,
                "digest": each.digest,
                "accepted": sum(number == each.number for _person, number, _on in given),
            }
            for each in contents.agreements
        ],
        "given": [{"person": person, "agreement": number, "on": on} for person, number, on in given],
    }


def _evidence(
    row: Row, scores: Mapping[UUID, float] | None, pseudonym: Callable[[UUID], str]
) -> dict[str, Any]:
    """Who stands at which level, where that is what the reading counted; else why it is left out."""
    withheld = _withheld(row.reading, scores)
    listed = [] if withheld else sorted([pseudonym(each), level] for each, level in (scores or {}).items())
    return {
        "expectation": ids.encode("exp", row.expectation.id),
        "withheld": withheld,
        "scores": listed,
    }


def _withheld(reading: Reading | None, scores: Mapping[UUID, float] | None) -> str | None:
    if reading is not None and reading.sample.get("is_anonymous"):
        return ANONYMOUS
    if reading is None or scores is None or not reading.sample["levels"]:
        return "nothing is scored"
    if reading.n < FEWEST_NAMED:
        return "so few people that each could be known"
    levels, counts = reading.sample["levels"], reading.sample["counts"]
    found = list(scores.values())
    if [found.count(level) for level in levels] != list(counts) or len(found) != sum(counts):
        return "the reading is of another moment"
    return None


def _decision(decision: Decision, contents: Contents) -> dict[str, Any]:
    """As it was signed, and what became of it."""
    return {
        "choice": decision.choice.value,
        "recommended": decision.recommended.value if decision.recommended else None,
        "state": decision.state.value,
        "reason": decision.reason,
        "conditions": decision.conditions,
        "next_look_on": decision.next_look_on.isoformat() if decision.next_look_on else None,
        "withdrawn_reason": decision.withdrawn_reason,
        "signatures_needed": decision.signatures_needed,
        "digest": decision.digest,
        "snapshot": decision.snapshot,
        "signatures": [_signature(each) for each in contents.signatures[decision.id]],
        "fulfilments": [_fulfilment(each) for each in contents.fulfilments.get(decision.id, ())],
        "waivers": [_waiver(each) for each in contents.waivers.get(decision.id, ())],
    }


def _signature(row: Signature) -> dict[str, Any]:
    return {
        "name": row.name,
        "role": row.role,
        "fills": row.fills,
        "stance": row.stance.value,
        "reason": row.reason,
        "signed_at": moment(row.signed_at),
    }


def _fulfilment(row: Fulfilment) -> dict[str, Any]:
    """`condition` is its number in the decision's `conditions`, from 1."""
    return {"condition": row.number, "note": row.note, "by": row.met_by, "at": moment(row.met_at)}


def _waiver(row: Waiver) -> dict[str, Any]:
    return {
        "expectation": ids.encode("exp", row.expectation_id),
        "need": row.need,
        "reason": row.reason,
        "ends_on": row.ends_on.isoformat(),
        "by": row.given_by,
        "at": moment(row.given_at),
    }


def _audit(head: AuditHead) -> dict[str, Any]:
    return {"number": head.number, "digest": head.digest, "sealed_at": moment(head.sealed_at)}
