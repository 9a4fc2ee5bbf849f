"""Papers, the dossier, and links to papers."""

from datetime import datetime
from typing import Any, cast

from flask import Response, current_app, url_for
from pydantic import Field

from betaops.kernel import clock, ids
from betaops.kernel.paging import Page
from betaops.programs import queries as program_queries
from betaops.readiness import dossier, evidence, policy, queries, service
from betaops.readiness.api import blueprint
from betaops.readiness.api.shapes import InProgram
from betaops.readiness.documents import markdown
from betaops.readiness.models import SharedPaper
from betaops.readiness.papers import PAPERS
from betaops.web.access import scope
from betaops.web.api import Body, Moment, Paging, Shown, Text, path_id, shown
from betaops.web.application import Application, reading, writing

_PAPERS = ", ".join(f"`{name}`" for name in PAPERS)


class OfPaper(InProgram):
    name: str = Field(description=f"One of {_PAPERS}")


class OfLink(InProgram):
    link_id: path_id("shp") = Field(description="`shp_…`")  # type: ignore[valid-type]  # a type made by a function


class ShownPaper(Shown):
    name: str
    title: str
    language: str
    #: As of when, in words.
    at: str
    blocks: list[dict[str, Any]] = Field(
        description="Its headings, paragraphs, lists, facts, tables and findings, each with its `kind`"
    )
    markdown: str


class ShownDossier(Shown):
    """See the guide for product managers: `readiness verify` recomputes it."""

    dossier: dict[str, Any]


class WrittenLink(Body):
    paper: Text = Field("report", max_length=40, description=f"One of {_PAPERS}")
    note: Text = Field("", max_length=200, description="For whom; only the team sees it")
    expires_at: Moment | None = Field(None, description="Without it, good until it is revoked")


class ShownLink(Shown):
    id: str
    paper: str
    title: str
    note: str
    digest: str = Field(description="SHA-256 of the document's canonical JSON, in hex")
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    opened: int
    opened_at: datetime | None


class MadeLink(ShownLink):
    url: str = Field(description="Shown this once")


class LinkList(Shown):
    items: list[ShownLink]
    next: str | None


@blueprint.get("/programs/<program_id>/papers/<name>", responses={200: ShownPaper})
@scope(policy.SEE)
def paper(path: OfPaper) -> Response:
    """A paper on the evidence as it stands: the release report, market needs and the others."""
    program = program_queries.program(reading(), path.program_id)
    told = queries.paper_now(reading(), program, path.name, clock.now()).document
    plain = told.to_json()
    return shown(
        ShownPaper(
            name=path.name,
            title=told.title,
            language=told.language,
            at=told.at,
            blocks=plain["blocks"],
            markdown=markdown.text(told),
        )
    )


@blueprint.get("/programs/<program_id>/dossier", responses={200: ShownDossier})
@scope(policy.SEE)
def whole(path: InProgram) -> Response:
    """The whole decision in one object, to be recomputed elsewhere; people stand in it under ids of this answer alone."""
    program = program_queries.program(reading(), path.program_id)
    contents = queries.dossier_contents(reading(), program)
    return shown(ShownDossier(dossier=dossier.dossier(contents, at=evidence.moment(clock.now()))))


@blueprint.get("/programs/<program_id>/paper-links", responses={200: LinkList})
@scope(policy.SEE)
def links(path: InProgram, query: Paging) -> Response:
    """Links that were handed out, the newest first, with when each was last opened."""
    program = program_queries.program(reading(), path.program_id)
    page: Page[SharedPaper] = queries.shared_paper_page(
        reading(), program.id, cursor=query.cursor, size=query.limit
    )
    return shown(LinkList(items=[_shown(each) for each in page.items], next=page.next))


@blueprint.post("/programs/<program_id>/paper-links", responses={201: MadeLink})
@scope(policy.CHANGE)
def make_link(path: InProgram, body: WrittenLink) -> Response:
    """A link to a paper as it is now; what comes later is not in it."""
    program = program_queries.program(reading(), path.program_id)
    row, token = service.share(
        writing(),
        program,
        body.paper,
        queries.paper_now(reading(), program, body.paper, clock.now()).document,
        note=body.note,
        expires_at=body.expires_at,
    )
    base = cast(Application, current_app).platform.settings.base_url
    url = base + url_for("handed_out.page", token=token)
    return shown(MadeLink(**_shown(row).model_dump(), url=url), 201)


@blueprint.delete("/programs/<program_id>/paper-links/<link_id>", responses={204: None})
@scope(policy.CHANGE)
def revoke_link(path: OfLink) -> Response:
    """From the next request on it leads nowhere."""
    program = program_queries.program(reading(), path.program_id)
    service.revoke(writing(), program, path.link_id)
    return Response(status=204)


def _shown(row: SharedPaper) -> ShownLink:
    return ShownLink(
        id=ids.encode("shp", row.id),
        paper=row.paper,
        title=str(row.document["title"]),
        note=row.note,
        digest=row.digest,
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        opened=row.opened,
        opened_at=row.opened_at,
    )
