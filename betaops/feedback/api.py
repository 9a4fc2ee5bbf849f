"""Reports over the REST API."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask import Response
from pydantic import Field

from betaops.accounts import queries as account_queries
from betaops.enrollment.queries import testers as tester_queries
from betaops.feedback import policy, queries, service
from betaops.feedback.models import Comment, Kind, Report, Severity, Source, State
from betaops.kernel import clock, ids
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.web.access import scope
from betaops.web.api import PROBLEMS, Body, Bool, Int, Paging, Shown, Text, path_id, shown
from betaops.web.application import reading, writing
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "feedback_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "feedback", "description": "What testers report."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)


class InProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfReport(Shown):
    report_id: path_id("rpt") = Field(description="`rpt_…`")  # type: ignore[valid-type]  # a type made by a function


class ReportQuery(Paging):
    state: State | None = Field(None, description="Only this state; without it every state.")
    kind: Kind | None = None
    severity: Severity | None = None


class NewReport(Body):
    """A report from outside the portal. `enrollment` makes it that tester's own."""

    kind: Kind
    title: Text = Field(min_length=1, max_length=200, pattern=r"\S")
    body: Text = Field("", max_length=20_000, description="Markdown")
    steps: Text = Field("", max_length=20_000, description="Markdown; only bugs keep it")
    severity: Severity | None = Field(None, description="Only bugs have one; `minor` where they name none.")
    app_version: Text = Field("", max_length=60)
    environment: dict[str, Text] = Field(default_factory=dict, max_length=20)
    enrollment: Text | None = Field(None, description="`enr_…` of the program")


class ShownFigures(Shown):
    figures: dict[str, Any] = Field(
        description="`kinds`, `versions`, `cohorts`, `themes` (each: key, reports, open, critical, impact of the open "
        "ones), `weeks` (came, settled, reopened, each also by weight), `waits` (hours to the first answer), "
        "`outcomes` and how many of them were `told`, `stale`"
    )
    counted_at: datetime


class ReportChange(Body):
    """What is to be different; what is left out stays."""

    title: Text | None = Field(None, min_length=1, max_length=200, pattern=r"\S")
    kind: Kind | None = None
    severity: Severity | None = None
    app_version: Text | None = Field(None, max_length=60)
    owner: Text | None = Field(None, description="`usr_…` of a member, or empty for nobody")
    is_private: Bool | None = None
    state: Literal["triaged", "in_progress", "fixed", "closed", "declined"] | None = None
    note: Text = Field("", max_length=4000, description="What the people behind it are told with the outcome")
    tell: Bool = Field(default=True, description="Whether an outcome goes out by mail")
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class NewComment(Body):
    kind: Literal["note", "reply"]
    body: Text = Field(min_length=1, max_length=20_000, pattern=r"\S", description="Markdown")
    asks: Bool = Field(default=False, description="An answer is awaited (replies)")


class ShownReport(Shown):
    id: str
    number: int
    program: str
    kind: Kind
    title: str
    body: str
    steps: str
    severity: Severity | None
    state: State
    app_version: str
    environment: dict[str, Any]
    source: Source
    owner: str | None
    merged_into: str | None
    is_private: bool
    people: int
    impact: float
    created_at: datetime
    touched_at: datetime
    outcome_at: datetime | None
    outcome_note: str
    version: int


class ReportList(Shown):
    items: list[ShownReport]
    next: str | None


class ShownComment(Shown):
    id: str
    kind: str
    body: str
    by: str
    who: str
    at: datetime


class CommentList(Shown):
    items: list[ShownComment]
    next: str | None = None


def _shown(report: Report) -> ShownReport:
    """An allowlist: nothing of a row goes out that is not named here."""
    return ShownReport(
        id=ids.encode("rpt", report.id),
        number=report.number,
        program=ids.encode("prg", report.program_id),
        kind=report.kind,
        title=report.title,
        body=report.body,
        steps=report.steps,
        severity=report.severity,
        state=report.state,
        app_version=report.app_version,
        environment=report.environment,
        source=report.source,
        owner=ids.encode("usr", report.owner_id) if report.owner_id else None,
        merged_into=ids.encode("rpt", report.merged_into_id) if report.merged_into_id else None,
        is_private=report.is_private,
        people=report.people,
        impact=report.impact,
        created_at=report.created_at,
        touched_at=report.touched_at,
        outcome_at=report.outcome_at,
        outcome_note=report.outcome_note,
        version=report.version,
    )


def _shown_comment(comment: Comment) -> ShownComment:
    return ShownComment(
        id=ids.encode("cmt", comment.id),
        kind=comment.kind,
        body=comment.body,
        by=comment.actor_kind,
        who=comment.who,
        at=comment.at,
    )


@blueprint.get("/programs/<program_id>/feedback", responses={200: ReportList})
@scope(policy.SEE)
def reports(path: InProgram, query: ReportQuery) -> Response:
    """Reports of a program, the newest first."""
    program = program_queries.program(reading(), path.program_id)
    wanted = queries.Filter(
        state=[query.state] if query.state else tuple(State),
        kind=[query.kind] if query.kind else (),
        severity=[query.severity] if query.severity else (),
    )
    page = queries.listed(
        reading(),
        program.id,
        wanted,
        order="-created",
        now=clock.now(),
        cursor=query.cursor,
        size=query.limit,
    )
    return shown(ReportList(items=[_shown(item.report) for item in page.items], next=page.next))


@blueprint.post("/programs/<program_id>/feedback", responses={201: ShownReport})
@scope(policy.TRIAGE)
def create(path: InProgram, body: NewReport) -> Response:
    """Write a report."""
    program = program_queries.program(reading(), path.program_id)
    enrollment = None
    if body.enrollment:
        enrollment = tester_queries.enrollment(reading(), program.id, ids.decode("enr", body.enrollment))
    report = service.write(
        writing(),
        program,
        service.Draft(
            kind=body.kind,
            title=body.title,
            body=body.body,
            steps=body.steps,
            severity=body.severity,
            app_version=body.app_version,
            told=body.environment,
        ),
        enrollment=enrollment,
        source=Source.API,
    )
    return shown(_shown(report), 201)


@blueprint.get("/programs/<program_id>/feedback/figures", responses={200: ShownFigures})
@scope(policy.SEE)
def figures(path: InProgram) -> Response:
    """What the program's reports add up to, as it was last counted."""
    program = program_queries.program(reading(), path.program_id)
    kept = queries.dashboard(reading(), program.id, clock.now())
    return shown(ShownFigures(figures=kept.figures.to_json(), counted_at=kept.counted_at))


@blueprint.get("/feedback/<report_id>", responses={200: ShownReport})
@scope(policy.SEE)
def report(path: OfReport) -> Response:
    """One report."""
    return shown(_shown(queries.report(reading(), path.report_id)))


@blueprint.patch("/feedback/<report_id>", responses={200: ShownReport})
@scope(policy.TRIAGE)
def change(path: OfReport, body: ReportChange) -> Response:
    """Correct it, or move it on."""
    row = queries.report(reading(), path.report_id)
    said = body.model_dump(exclude_unset=True)
    values = {
        name: said[name]
        for name in ("title", "kind", "severity", "app_version", "is_private")
        if said.get(name) is not None
    }
    if "owner" in said:
        values["owner_id"] = _member(body.owner)
    if values or body.version is not None:
        row = service.amend(writing(), row, body.version, **values)
    if body.state is not None:
        row = service.change_state(writing(), row, State(body.state), note=body.note, tell=body.tell)
    return shown(_shown(row))


def _member(text: str | None) -> UUID | None:
    """The user behind `usr_…`, who must be a member here."""
    if not text:
        return None
    try:
        user_id = ids.decode("usr", text)
    except NotFound:
        user_id = None
    if user_id is None or user_id not in {member.user.id for member in account_queries.members(reading())}:
        raise Refused("no_such_member", _("No member of this workspace has this id."))
    return user_id


@blueprint.get("/feedback/<report_id>/comments", responses={200: CommentList})
@scope(policy.SEE)
def comments(path: OfReport) -> Response:
    """What was said, oldest first, internal notes too."""
    row = queries.report(reading(), path.report_id)
    said = queries.thread(reading(), row.id, with_notes=True)
    return shown(CommentList(items=[_shown_comment(comment) for comment in said]))


@blueprint.post("/feedback/<report_id>/comments", responses={201: ShownComment})
@scope(policy.TRIAGE)
def add_comment(path: OfReport, body: NewComment) -> Response:
    """Write an internal note, or reply to the reporter."""
    row = queries.report(reading(), path.report_id)
    if body.kind == "note":
        said = service.note(writing(), row, body.body)
    else:
        said = service.reply(writing(), row, body.body, asks=body.asks)
    return shown(_shown_comment(said), 201)
