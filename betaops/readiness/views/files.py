"""Files that take a while: asked for, then looked at how far they are, then fetched. One way for papers and dossiers."""

from uuid import UUID

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import dossier, policy, queries, service, serving
from betaops.readiness.models import FileKind, KeptFile
from betaops.readiness.queries import FileNow
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing


@blueprint.get("/papers/<name>.pdf")
@needs(policy.SEE)
def paper_pdf(slug: str, name: str) -> Answer | str:
    """The one that is kept of the evidence as it stands; else the page from which a job writes it."""
    program = program_queries.program_by_slug(reading(), slug)
    told, digest = queries.paper_now(reading(), program, name, clock.now())
    row = queries.kept_file(reading(), program.id, FileKind.PDF, digest, clock.now())
    if row is not None:
        return serving.kept(row)
    return _page(program, told.title, url_for(".paper_file", slug=slug, name=name))


@blueprint.post("/papers/<name>/files")
@needs(policy.SEE)
def paper_file(slug: str, name: str) -> Answer:
    """The file where it is kept already, else how far it is."""
    program = program_queries.program_by_slug(reading(), slug)
    told, digest = queries.paper_now(reading(), program, name, clock.now())
    row = service.ask_for_pdf(writing(), program, told, name=f"{name}-{slug}", digest=digest)
    return _there(slug, row)


@blueprint.get("/dossier.json")
@needs(policy.SEE)
def download(slug: str) -> Response | str:
    """The whole decision in a file that can be recomputed without us; of many people, the page from which a job writes it."""
    program = program_queries.program_by_slug(reading(), slug)
    if queries.count_let_in(reading(), program.id) > queries.AT_ONCE:
        return _page(program, _("Dossier"), url_for(".dossier_file", slug=slug))
    return serving.dossier(dossier.written(queries.dossier_contents(reading(), program)), f"dossier-{slug}")


@blueprint.post("/dossiers")
@needs(policy.SEE)
def dossier_file(slug: str) -> Answer:
    program = program_queries.program_by_slug(reading(), slug)
    return _there(slug, service.ask_for_dossier(writing(), program))


@blueprint.get("/files/<id(kfl):file_id>")
@needs(policy.SEE)
def file(slug: str, file_id: UUID) -> str:
    """How far it is; then where it is fetched."""
    program = program_queries.program_by_slug(reading(), slug)
    found = queries.file_now(reading(), program.id, file_id, clock.now())
    title = str(found.row.document["title"]) if found.row.document else _("Dossier")
    return _page(program, title, url_for(".again", slug=slug, file_id=file_id), found)


@blueprint.post("/files/<id(kfl):file_id>/again")
@needs(policy.SEE)
def again(slug: str, file_id: UUID) -> Answer:
    """After it was given up."""
    program = program_queries.program_by_slug(reading(), slug)
    return _there(slug, service.ask_again(writing(), program, file_id))


@blueprint.get("/files/<id(kfl):file_id>/file")
@needs(policy.SEE)
def fetched(slug: str, file_id: UUID) -> Response:
    program = program_queries.program_by_slug(reading(), slug)
    return serving.kept(queries.file_now(reading(), program.id, file_id, clock.now()).row)


def _there(slug: str, row: KeptFile) -> Answer:
    """To the file where it is kept already, else to how far it is."""
    where = ".fetched" if row.is_there(clock.now()) else ".file"
    return redirect(url_for(where, slug=slug, file_id=row.id), 303)


def _page(program: Program, title: str, ask_url: str, found: FileNow | None = None) -> str:
    """`ask_url` is where to ask for it, for the first time or again."""
    return render_template(
        "readiness/file.html",
        program=program,
        title=title,
        file=found,
        ask_url=ask_url,
        file_url=url_for(".fetched", slug=program.slug, file_id=found.row.id) if found else None,
    )
