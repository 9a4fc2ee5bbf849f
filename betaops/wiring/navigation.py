"""The places of the side navigation, and what waits in each."""

from typing import Any, NamedTuple

from flask import request, url_for

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.application import reading, viewer
from betaops.wiring.naming import named


class Place(NamedTuple):
    """An entry of the side navigation. `waiting` ("module:function" of (session, program)) is what waits there.

    It is the present one on pages of its blueprint, below the path `under` where that is given.
    """

    label: Any
    endpoint: str
    icon: str
    permission: str
    waiting: str | None = None
    under: str = "/"


#: Inside a program: endpoints take its `slug`.
PROGRAM_PLACES: tuple[Place, ...] = (
    Place(_l("Overview"), "overview.program", "layout-dashboard", "readiness:read"),
    Place(_l("Readiness"), "readiness.index", "target", "readiness:read", "readiness.provided:waiting"),
    Place(
        _l("Testers"),
        "testers.index",
        "users",
        "testers:read",
        "enrollment.queries.testers:waiting_for_decision",
    ),
    Place(_l("Cohorts"), "cohorts.index", "users-round", "cohorts:read"),
    Place(_l("Flags"), "flags.index", "flag", "flags:read", "flags.provided:waiting"),
    Place(_l("Usage"), "usage.index", "activity", "usage:read"),
    Place(_l("Surveys"), "surveys.surveys", "clipboard-list", "surveys:read"),
    Place(_l("Tasks"), "tasks.index", "list-checks", "tasks:read"),
    Place(
        _l("Feedback"),
        "feedback.reports",
        "message-square-text",
        "feedback:read",
        "feedback.views.palette:waiting",
    ),
    Place(_l("Messages"), "messages.index", "megaphone", "messages:read"),
    Place(_l("Webhooks"), "webhooks.index", "webhook", "programs:write"),
    Place(_l("Program settings"), "program_settings.show", "sliders-horizontal", "programs:read"),
)

#: Of the whole workspace.
WORKSPACE_PLACES: tuple[Place, ...] = (
    Place(_l("Portfolio"), "portfolio.index", "layers", "readiness:read"),
    Place(_l("Programs"), "programs.index", "flask-conical", "programs:read"),
    Place(_l("Products"), "products.index", "package", "programs:read"),
    Place(_l("Outbox"), "outbox.mails", "mail", "messages:read", "messaging.views.outbox:waiting"),
    Place(_l("Settings"), "accounts.settings", "settings", "console:read", under="/console/settings"),
)


def navigation(program: Any = None) -> list[dict[str, Any]]:
    """Groups of places for the side navigation, with what waits in each."""
    groups = [PROGRAM_PLACES, WORKSPACE_PLACES] if program is not None else [WORKSPACE_PLACES]
    return [{"items": [item for place in group if (item := _item(place, program))]} for group in groups]


def _item(place: Place, program: Any) -> dict[str, Any] | None:
    if not viewer().can(place.permission):
        return None
    values = {"slug": program.slug} if place in PROGRAM_PLACES else {}
    return {
        "label": str(place.label),
        "url": url_for(place.endpoint, **values),
        "icon": place.icon,
        "current": (request.endpoint or "").split(".")[0] == place.endpoint.split(".")[0]
        and request.path.startswith(place.under),
        "count": named(place.waiting)(reading(), program) if place.waiting else None,
    }
