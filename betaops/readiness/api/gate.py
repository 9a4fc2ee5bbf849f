"""The gate over the REST API: its criteria, ticked and not, and who has to sign.

Signing, renewing a waiver and going on after a suspension put a person's name under something: they are not here.
"""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from betaops.kernel import clock, ids
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import policy, queries, service
from betaops.readiness.api import blueprint
from betaops.readiness.api.shapes import InProgram
from betaops.readiness.deciding import hitches
from betaops.readiness.deciding.checks import Check
from betaops.readiness.models import CriterionKind, SignerRole
from betaops.readiness.queries import CriterionNow
from betaops.web.access import scope
from betaops.web.api import Body, Shown, Text, path_id, shown
from betaops.web.application import reading, writing


class OfCriterion(InProgram):
    criterion_id: path_id("gcr") = Field(description="`gcr_…`")  # type: ignore[valid-type]  # a type made by a function


class OfRole(InProgram):
    role_id: path_id("sgr") = Field(description="`sgr_…`")  # type: ignore[valid-type]  # a type made by a function


class WrittenCriterion(Body):
    """A sentence that somebody ticks, or something that is looked up, which may go without a sentence of its own."""

    kind: CriterionKind
    text: Text = Field("", max_length=300, description="What has to be so")
    looked_up: Check | None = Field(
        None, description="Looked up by this; without it a person or program ticks it"
    )


class WrittenRole(Body):
    name: Text = Field(min_length=1, max_length=120, pattern=r"\S", description="Such as Product or Support")
    member: Text | None = Field(
        None, max_length=320, description="Mail address of the member who holds it; without, whoever may sign"
    )


class ShownCriterion(Shown):
    id: str
    kind: CriterionKind
    text: str
    looked_up: str | None = Field(description="What it is looked up by; null where it is ticked")
    holds: bool
    ticked_at: datetime | None
    ticked_by: str


class ShownRole(Shown):
    id: str
    name: str
    holder: str = Field(description="The member who holds it; empty for whoever may sign")


class ShownGate(Shown):
    criteria: list[ShownCriterion]
    roles: list[ShownRole]
    suspended: list[str] = Field(description="Why nothing may be released; empty where it is not suspended")
    in_the_way: list[str] = Field(description="Everything that keeps features from being released now")


@blueprint.get("/programs/<program_id>/gate", responses={200: ShownGate})
@scope(policy.SEE)
def gate(path: InProgram) -> Response:
    """What else it takes to ship, who has to sign, and what is in the way now."""
    program = program_queries.program(reading(), path.program_id)
    return shown(_gate(reading(), program))


@blueprint.post("/programs/<program_id>/gate/criteria", responses={201: ShownCriterion})
@scope(policy.CHANGE)
def add_criterion(path: InProgram, body: WrittenCriterion) -> Response:
    """Add a criterion at the end of its kind."""
    program = program_queries.program(reading(), path.program_id)
    row = service.add_criterion(writing(), program, body.kind, text=body.text, looked_up=body.looked_up)
    return shown(_criterion_now(program, row.id), 201)


@blueprint.post("/programs/<program_id>/gate/usual-criteria", responses={200: ShownGate})
@scope(policy.CHANGE)
def add_usual_criteria(path: InProgram) -> Response:
    """The criteria that most programs begin with; where there are some already, nothing changes."""
    program = program_queries.program(reading(), path.program_id)
    service.add_usual_criteria(writing(), program)
    return shown(_gate(writing().session, program))


@blueprint.put("/programs/<program_id>/gate/criteria/<criterion_id>/tick", responses={200: ShownCriterion})
@scope(policy.CHANGE)
def tick(path: OfCriterion) -> Response:
    """It is so. Said twice, the first stands; refused (409) for what is looked up."""
    program = program_queries.program(reading(), path.program_id)
    service.tick(writing(), program, path.criterion_id, is_so=True)
    return shown(_criterion_now(program, path.criterion_id))


@blueprint.delete("/programs/<program_id>/gate/criteria/<criterion_id>/tick", responses={200: ShownCriterion})
@scope(policy.CHANGE)
def untick(path: OfCriterion) -> Response:
    """It is no longer so."""
    program = program_queries.program(reading(), path.program_id)
    service.tick(writing(), program, path.criterion_id, is_so=False)
    return shown(_criterion_now(program, path.criterion_id))


@blueprint.delete("/programs/<program_id>/gate/criteria/<criterion_id>", responses={204: None})
@scope(policy.CHANGE)
def remove_criterion(path: OfCriterion) -> Response:
    """Gone; decisions keep what they were signed on."""
    program = program_queries.program(reading(), path.program_id)
    service.remove_criterion(writing(), program, path.criterion_id)
    return Response(status=204)


@blueprint.post("/programs/<program_id>/gate/roles", responses={201: ShownRole})
@scope(policy.GATE)
def add_role(path: InProgram, body: WrittenRole) -> Response:
    """From the next decision on, this role has to sign; what is proposed already keeps those it has."""
    program = program_queries.program(reading(), path.program_id)
    row = service.add_role(writing(), program, body.name, _member(body.member))
    return shown(_roles(writing().session, program, only=row.id)[0], 201)


@blueprint.delete("/programs/<program_id>/gate/roles/<role_id>", responses={204: None})
@scope(policy.GATE)
def remove_role(path: OfRole) -> Response:
    """From the next decision on, this role need not sign."""
    program = program_queries.program(reading(), path.program_id)
    service.remove_role(writing(), program, path.role_id)
    return Response(status=204)


def _member(mail: str | None) -> UUID | None:
    if mail is None:
        return None
    wanted = mail.strip().casefold()
    for each in queries.able_to_sign(reading()):
        if each.user.mail.casefold() == wanted:
            return each.user.id
    raise Invalid("member", _("Choose a member who may sign decisions."), field="member")


def _gate(session: Session, program: Program) -> ShownGate:
    standings = queries.gate(session, program)
    found = queries.in_the_way(session, program, clock.now().date())
    return ShownGate(
        criteria=[_shown(each) for each in standings],
        roles=_roles(session, program),
        suspended=queries.suspended_by(session, program, standings),
        in_the_way=[hitches.said(each, program.name) for each in found],
    )


def _criterion_now(program: Program, criterion_id: UUID) -> ShownCriterion:
    standings = queries.gate(writing().session, program)
    return next(_shown(each) for each in standings if each.criterion.id == criterion_id)


def _shown(standing: CriterionNow) -> ShownCriterion:
    row = standing.criterion
    return ShownCriterion(
        id=ids.encode("gcr", row.id),
        kind=row.kind,
        text=row.text,
        looked_up=row.looked_up,
        holds=standing.holds,
        ticked_at=row.ticked_at,
        ticked_by=row.ticked_by,
    )


def _roles(session: Session, program: Program, only: UUID | None = None) -> list[ShownRole]:
    rows: list[SignerRole] = [
        each for each in queries.signer_roles(session, program.id) if only is None or each.id == only
    ]
    holders = queries.holders_of(session, rows)
    return [
        ShownRole(id=ids.encode("sgr", each.id), name=each.name, holder=holders[each.id]) for each in rows
    ]
