"""Cohorts over the REST API."""

from datetime import datetime
from typing import Any

from flask import Response
from flask_openapi import APIBlueprint
from pydantic import Field

from betaops.cohorts import policy, queries, service
from betaops.cohorts.models import Cohort, Kind
from betaops.kernel import ids
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Body, Int, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing

blueprint = APIBlueprint(
    "cohorts_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[
        {"name": "cohorts", "description": "Groups of a program's people, picked by hand or by a rule."}
    ],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)

_RULE = (
    "A tree: `{all: […]}`, `{any: […]}`, `{not: …}`, or one condition "
    '`{"fact": "attribute.plan", "operator": "is", "value": "pro"}`'
)


class InProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfCohort(Shown):
    cohort_id: path_id("coh") = Field(description="`coh_…`")  # type: ignore[valid-type]  # a type made by a function


class NewCohort(Body):
    """With a rule, people come and go by it; without, they are picked by hand."""

    name: Text = Field(min_length=1, max_length=120, pattern=r"\S")
    description: Text = Field("", max_length=2_000)
    rule: dict[str, Any] | None = Field(None, description=_RULE)


class CohortChange(Body):
    """What is to be different; what is left out stays."""

    name: Text | None = Field(None, min_length=1, max_length=120, pattern=r"\S")
    description: Text | None = Field(None, max_length=2_000)
    rule: dict[str, Any] | None = Field(None, description=_RULE)
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class Picked(Body):
    """People by `tst_…`; one that is not of the program refuses all."""

    testers: list[Text] = Field(min_length=1, max_length=1_000)


class NewSnapshot(Body):
    name: Text = Field(min_length=1, max_length=120, pattern=r"\S")


class Tally(Shown):
    changed: int


class ShownCohort(Shown):
    id: str
    program: str
    number: int = Field(description="What flags and SDKs call it")
    name: str
    description: str
    kind: Kind
    rule: dict[str, Any] | None
    size: int
    created_at: datetime
    version: int


class CohortList(Shown):
    items: list[ShownCohort]
    next: str | None


class ShownMember(Shown):
    tester: str
    name: str
    mail: str
    state: str
    since: datetime


class MemberList(Shown):
    items: list[ShownMember]
    next: str | None


@blueprint.get("/programs/<program_id>/cohorts", responses={"200": CohortList})
@scope(policy.SEE)
def cohorts(path: InProgram, query: Paging) -> Response:
    """A program's cohorts, the oldest first."""
    program = program_queries.program(reading(), path.program_id)
    page = queries.listed(reading(), program.id, cursor=query.cursor, size=query.limit)
    return shown(CohortList(items=[_shown(sized.cohort, sized.size) for sized in page], next=page.next))


@blueprint.post("/programs/<program_id>/cohorts", responses={"201": ShownCohort})
@scope(policy.MANAGE)
def make_cohort(path: InProgram, body: NewCohort) -> Response:
    cohort = service.create_cohort(
        writing(), path.program_id, name=body.name, description=body.description, rule=body.rule
    )
    return shown(_sized(cohort), 201)


@blueprint.get("/cohorts/<cohort_id>", responses={"200": ShownCohort})
@scope(policy.SEE)
def cohort(path: OfCohort) -> Response:
    return shown(_sized(queries.cohort_by_id(reading(), path.cohort_id)))


@blueprint.patch("/cohorts/<cohort_id>", responses={"200": ShownCohort})
@scope(policy.MANAGE)
def change_cohort(path: OfCohort, body: CohortChange) -> Response:
    present = queries.cohort_by_id(reading(), path.cohort_id)
    changed = service.change_cohort(
        writing(),
        present.id,
        version=body.version,
        name=present.name if body.name is None else body.name,
        description=present.description if body.description is None else body.description,
        rule=present.rule if body.rule is None else body.rule,
    )
    return shown(_sized(changed))


@blueprint.delete("/cohorts/<cohort_id>", responses={"204": None})
@scope(policy.MANAGE)
def delete_cohort(path: OfCohort) -> Response:
    """Refused (409) while a flag needs it."""
    service.delete_cohort(writing(), path.cohort_id)
    return Response(status=204)


@blueprint.get("/cohorts/<cohort_id>/members", responses={"200": MemberList})
@scope(policy.SEE)
def members(path: OfCohort, query: Paging) -> Response:
    """Who is in, those who entered last first."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    page = queries.members(reading(), found, cursor=query.cursor, size=query.limit)
    items = [
        ShownMember(
            tester=ids.encode("tst", each.tester.id),
            name=each.tester.name,
            mail=each.tester.mail,
            state=each.enrollment.state.value,
            since=each.member.since,
        )
        for each in page
    ]
    return shown(MemberList(items=items, next=page.next))


@blueprint.post("/cohorts/<cohort_id>/members", responses={"200": Tally})
@scope(policy.MANAGE)
def add_members(path: OfCohort, body: Picked) -> Response:
    """Put people into a cohort picked by hand. Said twice, it changes nothing."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    testers = [ids.decode("tst", text) for text in body.testers]
    return shown(Tally(changed=service.add_members(writing(), found.id, testers)))


@blueprint.post("/cohorts/<cohort_id>/members/removal", responses={"200": Tally})
@scope(policy.MANAGE)
def remove_members(path: OfCohort, body: Picked) -> Response:
    """Take people out of a cohort picked by hand."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    testers = [ids.decode("tst", text) for text in body.testers]
    return shown(Tally(changed=service.remove_members(writing(), found.id, testers)))


@blueprint.post("/cohorts/<cohort_id>/snapshot", responses={"201": ShownCohort})
@scope(policy.MANAGE)
def snapshot(path: OfCohort, body: NewSnapshot) -> Response:
    """A new cohort picked by hand: whoever is in this one now."""
    found = queries.cohort_by_id(reading(), path.cohort_id)
    return shown(_sized(service.snapshot(writing(), found.id, name=body.name)), 201)


def _sized(row: Cohort) -> ShownCohort:
    return _shown(row, queries.size(reading(), row.id))


def _shown(row: Cohort, size: int) -> ShownCohort:
    return ShownCohort(
        id=ids.encode("coh", row.id),
        program=ids.encode("prg", row.program_id),
        number=row.number,
        name=row.name,
        description=row.description,
        kind=row.kind,
        rule=row.rule,
        size=size,
        created_at=row.created_at,
        version=row.version,
    )
