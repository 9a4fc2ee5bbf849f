"""What the console's pages of testers share: the list as the address asks for it."""

from typing import Any

from flask import request, url_for

from betaops.enrollment.models import State
from betaops.enrollment.providers import provided
from betaops.enrollment.queries.testers import SORTS, Wanted
from betaops.enrollment.wording import SOURCES, STATES
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import reading

#: Names in the address that belong to the list and stay when a panel is opened.
KEPT = ("state", "q", "source", "sort")


def program_of(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def wanted() -> Wanted:
    """What is not understood in the address is left out rather than refused: links grow old."""
    said = {name: request.args.get(name, "").replace("\0", "").strip()[:200] for name in KEPT}
    sort = said["sort"] if said["sort"].removeprefix("-") in SORTS else "-applied"
    return Wanted(
        state=said["state"] if said["state"] in [state.value for state in State] else "",
        text=said["q"],
        source=said["source"] if said["source"] in SOURCES else "",
        sort=sort,
        more={
            provider.name: value[:200]
            for provider in provided.filters
            if (value := request.args.get(provider.name, "").replace("\0", ""))
        },
    )


def query() -> dict[str, Any]:
    """The list's part of the address, to be carried along."""
    names = (*KEPT, *(provider.name for provider in provided.filters))
    return {name: value for name in names if (value := request.args.get(name, ""))}


def filter_fields(program: Program, present: Wanted) -> list[dict[str, Any]]:
    """For the `filters` component."""
    fields: list[dict[str, Any]] = [
        {
            "name": "state",
            "label": _("State"),
            "options": [(state.value, str(words)) for state, words in STATES.items()],
            "value": present.state or None,
        }
    ]
    fields += [
        {
            "name": provider.name,
            "label": str(provider.label),
            "options": provider.options(reading(), program),
            "value": present.more.get(provider.name) or None,
        }
        for provider in provided.filters
    ]
    fields.append(
        {
            "name": "source",
            "label": _("Came by"),
            "options": [(source, str(words)) for source, words in SOURCES.items()],
            "value": present.source or None,
        }
    )
    return fields


def back_to_list(program: Program) -> str:
    return url_for("testers.index", slug=program.slug, **query())
