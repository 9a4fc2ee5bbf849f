"""Decisions as the REST API shows them, and the endpoints about what became of them. Signing is for people alone."""

from datetime import date, datetime
from typing import Any

from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel import clock, ids
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import policy, queries, service
from betaops.readiness.api import blueprint
from betaops.readiness.api.shapes import InProgram
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Decision, DecisionState, Stance
from betaops.web.access import scope
from betaops.web.api import Body, Shown, Text, path_id, shown
from betaops.web.application import reading, writing


class OfDecision(InProgram):
    decision_id: path_id("dec") = Field(description="`dec_…`")  # type: ignore[valid-type]  # a type made by a function


class OfCondition(OfDecision):
    number: int = Field(ge=1, le=100, description="From 1, in the decision's order")


class WrittenFulfilment(Body):
    note: Text = Field("", max_length=500, description="What shows it")


class ShownSignature(Shown):
    name: str
    role: str
    fills: str = Field(description="The role, of those that have to sign, for which they did; empty for none")
    stance: Stance
    reason: str
    signed_at: datetime


class ShownCondition(Shown):
    number: int
    text: str
    owner: str
    due_on: date
    is_overdue: bool
    met_at: datetime | None
    met_by: str
    note: str


class ShownWaiver(Shown):
    expectation: str
    need: str
    reason: str
    ends_on: date
    given_at: datetime
    given_by: str


class ShownEvidence(Shown):
    """People whose answers it rests on, how many are gone since, and the verdicts that would be others without them."""

    people: int
    gone: int
    shifts: list[dict[str, str]]
    recommended: Choice | None
    checked_at: datetime


class ShownDecision(Shown):
    id: str
    choice: Choice
    recommended: Choice | None
    reason: str
    conditions: list[ShownCondition]
    waivers: list[ShownWaiver] = Field(description="The last one of each need counts; the newest first")
    next_look_on: date | None
    state: DecisionState
    signatures: list[ShownSignature]
    signatures_needed: int = Field(description="So many have to agree at the least")
    roles: list[str] = Field(description="Roles that have to sign, agreeing or not")
    waits_for: list[str] = Field(description="Those of them that have not signed")
    evidence: ShownEvidence | None = Field(description="What withdrew since; null for decisions of old")
    snapshot: dict[str, Any] = Field(description="The readings it was signed on")
    digest: str = Field(description="SHA-256 of the snapshot's canonical JSON, in hex")
    created_at: datetime
    in_force_at: datetime | None
    withdrawn_at: datetime | None


class DecisionList(Shown):
    """The one that stands comes first, then the withdrawn ones, the newest first."""

    items: list[ShownDecision]
    next: str | None = None


@blueprint.get("/programs/<program_id>/decisions", responses={200: DecisionList})
@scope(policy.SEE)
def decisions(path: InProgram) -> Response:
    """What was decided, with the signatures, dissent included."""
    program = program_queries.program(reading(), path.program_id)
    found = sorted(
        queries.decisions(reading(), program.id), key=lambda each: each.state is DecisionState.WITHDRAWN
    )
    return shown(DecisionList(items=[shown_decision(reading(), each) for each in found]))


@blueprint.get("/programs/<program_id>/decisions/<decision_id>", responses={200: ShownDecision})
@scope(policy.SEE)
def decision(path: OfDecision) -> Response:
    """One decision with what became of it: conditions, waivers, evidence that withdrew."""
    return shown(shown_decision(reading(), queries.decision(reading(), path.program_id, path.decision_id)))


@blueprint.put(
    "/programs/<program_id>/decisions/<decision_id>/conditions/<number>/fulfilment",
    responses={200: ShownDecision},
)
@scope(policy.CHANGE)
def fulfil(path: OfCondition, body: WrittenFulfilment) -> Response:
    """The condition is met. Said twice, the first stands."""
    program = program_queries.program(reading(), path.program_id)
    service.fulfil(writing(), program, path.decision_id, path.number, note=body.note)
    return _now(program, path)


@blueprint.delete(
    "/programs/<program_id>/decisions/<decision_id>/conditions/<number>/fulfilment",
    responses={200: ShownDecision},
)
@scope(policy.CHANGE)
def reopen(path: OfCondition) -> Response:
    """The condition is not met after all."""
    program = program_queries.program(reading(), path.program_id)
    service.reopen(writing(), program, path.decision_id, path.number)
    return _now(program, path)


def _now(program: Program, path: OfDecision) -> Response:
    session = writing().session
    return shown(shown_decision(session, queries.decision(session, program.id, path.decision_id)))


def shown_decision(session: Session, row: Decision) -> ShownDecision:
    signed = queries.signatures(session, [row.id])[row.id]
    found = queries.recheck(session, row.id)
    return ShownDecision(
        id=ids.encode("dec", row.id),
        choice=row.choice,
        recommended=row.recommended,
        reason=row.reason,
        conditions=_conditions(session, row),
        waivers=_waivers(session, row),
        next_look_on=row.next_look_on,
        state=row.state,
        signatures=[
            ShownSignature(
                name=each.name,
                role=each.role,
                fills=each.fills,
                stance=each.stance,
                reason=each.reason,
                signed_at=each.signed_at,
            )
            for each in signed
        ],
        signatures_needed=row.signatures_needed,
        roles=[role.name for role in queries.roles_of(row)],
        waits_for=[role.name for role in queries.quorum_of(row, signed).open_roles],
        evidence=None if found is None else ShownEvidence.model_validate(found),
        snapshot=row.snapshot,
        digest=row.digest,
        created_at=row.created_at,
        in_force_at=row.in_force_at,
        withdrawn_at=row.withdrawn_at,
    )


def _conditions(session: Session, row: Decision) -> list[ShownCondition]:
    today = clock.now().date()
    return [
        ShownCondition(
            number=each.number,
            text=each.condition.text,
            owner=each.condition.owner,
            due_on=each.condition.due_on,
            is_overdue=each.condition.is_overdue(today),
            met_at=each.fulfilment.met_at if each.fulfilment else None,
            met_by=each.fulfilment.met_by if each.fulfilment else "",
            note=each.fulfilment.note if each.fulfilment else "",
        )
        for each in queries.conditions(session, row)
    ]


def _waivers(session: Session, row: Decision) -> list[ShownWaiver]:
    return [
        ShownWaiver(
            expectation=ids.encode("exp", each.expectation_id),
            need=each.need,
            reason=each.reason,
            ends_on=each.ends_on,
            given_at=each.given_at,
            given_by=each.given_by,
        )
        for rows in queries.waivers(session, row.id).values()
        for each in rows
    ]
