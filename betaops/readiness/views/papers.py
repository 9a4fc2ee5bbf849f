"""Papers: looked at in the console, taken along as Markdown, handed out behind links."""

from typing import cast
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import evidence, policy, queries, service, serving
from betaops.readiness.documents import Document
from betaops.readiness.forms import ShareForm
from betaops.readiness.papers import PAPERS
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import Application, reading, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.once import show_once, shown_once


@blueprint.get("/papers")
@needs(policy.SEE)
def papers(slug: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    return render_template(
        "readiness/papers.html",
        program=program,
        papers=PAPERS,
        shared=queries.shared_papers(reading(), program.id),
        fresh=shown_once("shared_paper"),
    )


@blueprint.get("/papers/<name>")
@needs(policy.SEE)
def paper(slug: str, name: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    told = queries.paper_now(reading(), program, name, clock.now()).document
    return render_template("readiness/paper.html", program=program, name=name, paper=PAPERS[name], told=told)


@blueprint.get("/papers/<name>.md")
@needs(policy.SEE)
def paper_markdown(slug: str, name: str) -> Response:
    program = program_queries.program_by_slug(reading(), slug)
    told = queries.paper_now(reading(), program, name, clock.now()).document
    return serving.as_markdown(told, f"{name}-{slug}")


@blueprint.route("/papers/<name>/links/new", methods=["GET", "POST"])
@needs(policy.CHANGE)
def new_link(slug: str, name: str) -> Answer | tuple[str, int]:
    """A link to the paper as it is now; its address is shown once, on the page after this one."""
    program = program_queries.program_by_slug(reading(), slug)
    told, form = queries.paper_now(reading(), program, name, clock.now()).document, ShareForm()
    if form.validate_on_submit():
        with refusals(form):
            work = writing()
            _row, token = service.share(
                work,
                program,
                name,
                told,
                note=form.note.data or "",
                expires_at=work.now + form.span if form.span else None,
            )
            base = cast(Application, current_app).platform.settings.base_url
            show_once(
                "shared_paper", [str(PAPERS[name].title), base + url_for("handed_out.page", token=token)]
            )
            return redirect(url_for(".papers", slug=slug), 303)
    page = render_template(
        "readiness/share_paper.html", program=program, name=name, paper=PAPERS[name], form=form
    )
    return page, 422 if form.errors else 200


@blueprint.get("/papers/links/<id(shp):shared_id>")
@needs(policy.SEE)
def shared_paper(slug: str, shared_id: UUID) -> str:
    """What was sent, as it was sent."""
    program = program_queries.program_by_slug(reading(), slug)
    row = queries.shared_paper(reading(), program.id, shared_id)
    return render_template(
        "readiness/shared_paper.html",
        program=program,
        papers=PAPERS,
        shared=row,
        told=queries.with_quotes(reading(), Document.from_json(row.document)),
        is_whole=evidence.digest(row.document) == row.digest,
    )


@blueprint.post("/papers/links/<id(shp):shared_id>/revocation")
@needs(policy.CHANGE)
def revoke_paper(slug: str, shared_id: UUID) -> Answer:
    program = program_queries.program_by_slug(reading(), slug)
    if EmptyForm().validate_on_submit():
        service.revoke(writing(), program, shared_id)
        flash(_("The link leads nowhere any more."))
    return redirect(url_for(".papers", slug=slug), 303)
