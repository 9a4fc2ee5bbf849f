"""Papers behind links: for people without an account, as they were when the link was made; only quotes may go.

No cookie is set, nothing is looked up but the paper, and nobody is led elsewhere with the address.
"""

from typing import Any, cast

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_limiter.util import get_remote_address

from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.programs import queries as program_queries
from betaops.readiness import queries, service, serving
from betaops.readiness.documents import Document
from betaops.readiness.models import FileKind, SharedPaper
from betaops.web.access import public
from betaops.web.application import Application, reading, writing
from betaops.web.limits import at_most

blueprint = Blueprint("handed_out", __name__, url_prefix="/shared")

#: Of one address in a minute: a page more than anybody reads, a file less than makes work.
PAGES, FILES = 60, 20


@blueprint.after_request
def keep_the_address_to_ourselves(response: Response) -> Response:
    """Who has the address has the paper: no other page may learn it, and no search engine keeps it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<token>")
@at_most(PAGES, by=get_remote_address)
@public(cookieless=True)
def page(token: str) -> str | tuple[str, int]:
    row = _open(token)
    if row is None:
        return _gone()
    if request.method == "GET":
        platform = cast(Application, current_app).platform
        platform.tallies.add(row.workspace_id, service.count_openings, row.id)
    told = _told(row)
    return render_template("readiness/handed_out.html", shared=row, told=told, token=token)


@blueprint.post("/<token>/file")
@at_most(FILES, by=get_remote_address)
@public(cookieless=True)
def ask(token: str) -> Any:
    """Have the PDF written, once for all who have the link; where it is kept already, it is given."""
    row = _open(token)
    if row is None:
        return _gone()
    program = program_queries.program(reading(), row.program_id)
    told = _told(row)
    kept = service.ask_for_pdf(writing(), program, told, name=row.paper, digest=_digest(told))
    where = ".pdf" if kept.is_there(clock.now()) else ".file"
    return redirect(url_for(where, token=token), 303)


@blueprint.get("/<token>/file")
@at_most(PAGES, by=get_remote_address)
@public(cookieless=True)
def file(token: str) -> Any:
    """How far the PDF is."""
    row = _open(token)
    if row is None:
        return _gone()
    told = _told(row)
    session, key = reading(), (row.program_id, FileKind.PDF, _digest(told))
    found = queries.kept_file(session, *key, clock.now()) or queries.file_being_written(session, *key)
    return render_template(
        "readiness/handed_out_file.html",
        told=told,
        token=token,
        file=queries.how_far(session, found) if found else None,
    )


@blueprint.get("/<token>/paper.pdf")
@at_most(FILES, by=get_remote_address)
@public(cookieless=True)
def pdf(token: str) -> Any:
    """The PDF where it is kept, else the page from which it is asked for."""
    row = _open(token)
    if row is None:
        return _gone()
    digest = _digest(_told(row))
    found = queries.kept_file(reading(), row.program_id, FileKind.PDF, digest, clock.now())
    return serving.kept(found) if found else redirect(url_for(".file", token=token), 303)


@blueprint.get("/<token>/paper.md")
@at_most(FILES, by=get_remote_address)
@public(cookieless=True)
def markdown(token: str) -> Any:
    row = _open(token)
    if row is None:
        return _gone()
    return serving.as_markdown(_told(row), row.paper)


def _told(row: SharedPaper) -> Document:
    """As it was when the link was made, but for quotes: they are said while those quoted allow it."""
    return queries.with_quotes(reading(), Document.from_json(row.document))


def _digest(told: Document) -> str:
    """Of the paper as it was sent, the moment included."""
    return queries.pdf_digest(told, of=told.at)


def _open(token: str) -> SharedPaper | None:
    row = queries.paper_behind(reading(), token)
    if row is None or not row.is_open(clock.now()):
        return None
    scope_to(reading(), row.workspace_id)
    return row


def _gone() -> tuple[str, int]:
    """Revoked, run out and never there look alike."""
    return render_template("readiness/handed_out_gone.html"), 404
