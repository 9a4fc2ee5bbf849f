"""Papers behind links: for people without an account, as they were when the link was made; only quotes may go.

No cookie is set, nothing is looked up but the paper, and nobody is led elsewhere with the address.
"""

from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, request
from flask_limiter.util import get_remote_address

from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.readiness import queries, service, serving
from betaops.readiness.documents import Document
from betaops.readiness.models import SharedPaper
from betaops.web.access import public
from betaops.web.application import Application, reading
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


@blueprint.get("/<token>/paper.pdf")
@at_most(FILES, by=get_remote_address)
@public(cookieless=True)
def pdf(token: str) -> Any:
    return _file(token, "pdf")


@blueprint.get("/<token>/paper.md")
@at_most(FILES, by=get_remote_address)
@public(cookieless=True)
def markdown(token: str) -> Any:
    return _file(token, "md")


def _file(token: str, form: serving.Form) -> Any:
    row = _open(token)
    if row is None:
        return _gone()
    return serving.file(_told(row), form, row.paper)


def _told(row: SharedPaper) -> Document:
    """As it was when the link was made, but for quotes: they are said while those quoted allow it."""
    return queries.with_quotes(reading(), Document.from_json(row.document))


def _open(token: str) -> SharedPaper | None:
    row = queries.paper_behind(reading(), token)
    if row is None or not row.is_open(clock.now()):
        return None
    scope_to(reading(), row.workspace_id)
    return row


def _gone() -> tuple[str, int]:
    """Revoked, run out and never there look alike."""
    return render_template("readiness/handed_out_gone.html"), 404
