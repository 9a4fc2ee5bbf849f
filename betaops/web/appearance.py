"""How pages look to this person: theme, density of rows, single-key commands.

Kept by the server (for members through `keep_with`, for others in a cookie), so that a page comes in its right
colours and nothing flashes. The cookie is set for members too: error pages look nobody up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, Response, current_app, redirect, request

from betaops.kernel import i18n
from betaops.kernel.work import Work
from betaops.web.access import Viewer, public
from betaops.web.application import viewer, writing

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
KEYS = ("on", "off")
COOKIE = "appearance"
YEAR_SECONDS = 365 * 24 * 3600

Keep = Callable[[Work, Viewer, str, str], None]
blueprint = Blueprint("appearance", __name__)


@dataclass(frozen=True)
class Appearance:
    """What the layouts write on `<html>`."""

    theme: str = "system"
    density: str = "comfortable"
    keys: bool = True
    language: str = "en"
    direction: str = "ltr"


def appearance() -> Appearance:
    """Of the present request: what a member stored; for others the cookie's choice, else the system's."""
    who = viewer()
    theme, density, keys = (*request.cookies.get(COOKIE, "").split("."), "", "", "")[:3]
    return Appearance(
        theme=who.theme if who.kind == "member" else _known(theme, THEMES, "system"),
        density=who.density if who.kind == "member" else _known(density, DENSITIES, "comfortable"),
        keys=keys != "off",
        language=i18n.language(),
        direction=i18n.locale().text_direction,
    )


def keep_with(app: Flask, keep: Keep) -> None:
    """Have `keep(work, viewer, theme, density)` called when a member changes it."""
    app.extensions["betaops.appearance"] = keep


@blueprint.post("/appearance")
@public
def change() -> Response:
    """Change what the form names, keep the rest, go back to where one was."""
    now = appearance()
    theme = _known(request.form.get("theme", ""), THEMES, now.theme)
    density = _known(request.form.get("density", ""), DENSITIES, now.density)
    keys = _known(request.form.get("keys", ""), KEYS, "on" if now.keys else "off")
    keep = cast(Keep | None, current_app.extensions.get("betaops.appearance"))
    if keep is not None and viewer().kind == "member":
        keep(writing(), viewer(), theme, density)
    response = cast(Response, redirect(_local(request.form.get("next", "")), 303))
    response.set_cookie(
        COOKIE,
        f"{theme}.{density}.{keys}",
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _known(value: str, allowed: tuple[str, ...], otherwise: str) -> str:
    return value if value in allowed else otherwise


def _local(target: str) -> str:
    """`target` when it is a path of ours; else the start."""
    is_plain = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_plain and target.isprintable() else "/"
