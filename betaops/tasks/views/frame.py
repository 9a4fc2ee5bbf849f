"""What the console's pages of tasks share: their blueprint, a program, its tasks and builds."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.tasks import queries
from betaops.tasks.models import Build, Task
from betaops.web.application import reading

blueprint = Blueprint("tasks", __name__, url_prefix="/console/programs/<slug>")


def program_of(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def task_of(program: Program, task_id: UUID) -> Task:
    return queries.task(reading(), task_id, program_id=program.id)


def build_of(program: Program, build_id: UUID) -> Build:
    return queries.build(reading(), build_id, product_id=program.product_id)


def tabs(slug: str, here: str) -> list[dict[str, Any]]:
    """Between the tasks of a program and the builds of its product."""
    return [
        {"label": _("Tasks"), "url": url_for("tasks.index", slug=slug), "current": here == "tasks"},
        {"label": _("Builds"), "url": url_for("tasks.builds", slug=slug), "current": here == "builds"},
    ]


def chosen(prefix: str, text: str | None) -> UUID | None:
    """The id behind a choice; None for "none of them" and for what no page offers."""
    try:
        return ids.decode(prefix, text or "")
    except NotFound:
        return None


def version_of(text: str | None) -> int:
    """The row version that the page showed; a page without one is as stale as can be."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


def to_task(slug: str, task_id: UUID) -> Response:
    return redirect(url_for("tasks.task", slug=slug, task_id=task_id), 303)


def to_list_or_task(slug: str, task_id: UUID) -> Response:
    """Back to where the button stood."""
    if request.args.get("from") == "list":
        return redirect(url_for("tasks.index", slug=slug), 303)
    return to_task(slug, task_id)
