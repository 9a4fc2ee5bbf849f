"""What every template can use: icons, assets, dates and numbers in the reader's language, Markdown."""

import re
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

import nh3
from babel.dates import format_date, format_datetime, format_timedelta, get_timezone
from babel.numbers import format_decimal, format_percent
from flask import Flask
from jinja2 import StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from werkzeug.local import LocalProxy

from betaops.kernel import clock, i18n, ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.settings import Settings
from betaops.web.appearance import appearance
from betaops.web.application import viewer
from betaops.web.assets import asset
from betaops.web.here import here

_OPENING = re.compile(r'<svg\s+xmlns="[^"]*"([^>]*)>')
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_MARKDOWN_TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def register(app: Flask, settings: Settings) -> None:
    """Fill the Jinja environment."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.do")
    env.globals.update(
        _=i18n.gettext,
        gettext=i18n.gettext,
        ngettext=i18n.ngettext,
        language=i18n.language,
        languages=i18n.available,
        asset=asset,
        appearance=appearance,
        here=here,
        icon=icon,
        viewer=LocalProxy(viewer),
        can=lambda permission: viewer().can(str(permission)),
        settings=settings,
        now=clock.now,
        public_id=ids.encode,
    )
    env.filters.update(
        ago=ago,
        date=day,
        datetime=moment,
        number=number,
        percent=percent,
        markdown=markdown,
        iso=iso,
        inside=inside,
    )


#: They write nouns with a capital wherever they stand.
_WITH_CAPITALS = {"de"}


def inside(words: object) -> str:
    """What begins with a capital on its own, as it stands inside a sentence of the reader's language."""
    text = str(words)
    return text if i18n.language().partition("-")[0] in _WITH_CAPITALS else text[:1].lower() + text[1:]


@cache
def icon(name: str, label: str | None = None) -> Markup:
    """A lucide icon as inline SVG: decoration unless it has a `label`."""
    try:
        svg = _icons().read(f"{name}.svg").decode().strip()
    except KeyError as error:
        raise LookupError(f"lucide has no icon {name!r}") from error
    naming = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704  # lucide's own SVG
        _OPENING.sub(lambda found: f'<svg class="icon" {naming} {" ".join(found[1].split())}>', svg, count=1)
    )


@cache
def _icons() -> ZipFile:
    """lucide's archive, in memory. lucide itself opens it anew for each icon and reads all its names, for 12 ms."""
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))


def ago(value: datetime | None) -> str:
    """“3 days ago”, “in 2 hours”, “just now”; empty for None."""
    if value is None:
        return ""
    distance = value - clock.now()
    if abs(distance) < timedelta(minutes=1):
        return _("just now")
    return format_timedelta(distance, add_direction=True, threshold=1, locale=i18n.locale())


def day(value: datetime | date | None, format: str = "medium") -> str:
    """A date in the viewer's time zone: “26 Nov 2026”."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(get_timezone(viewer().timezone))
    return format_date(value, format=format, locale=i18n.locale())


def moment(value: datetime | None, format: str = "") -> str:
    """Date and time in the viewer's time zone, to the minute unless `format` says otherwise: “26 Nov 2026, 14:05”."""
    if value is None:
        return ""
    if not format:
        return f"{day(value)}, {moment(value, 'HH:mm')}"
    return format_datetime(value, format=format, tzinfo=get_timezone(viewer().timezone), locale=i18n.locale())


def iso(value: datetime | date) -> str:
    """For `<time datetime>`."""
    return value.isoformat()


def number(value: float | None, digits: int | None = None) -> str:
    """With the reader's separators; `digits` behind the point at most."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "#" * digits if digits else "") if digits is not None else None
    return format_decimal(value, format=pattern, locale=i18n.locale())


def percent(value: float | None, digits: int = 0) -> str:
    """A share from 0 to 1 as “78 %” is written in the reader's language."""
    if value is None:
        return "–"
    pattern = "#,##0." + "0" * digits + "%" if digits else None
    return format_percent(value, format=pattern, locale=i18n.locale())


def markdown(text: str | None) -> Markup:
    """Markdown as safe HTML: raw HTML is shown as text, links lose everything but http(s) and mailto."""
    html = _markdown.render(text or "")
    clean = nh3.clean(
        html,
        tags=_MARKDOWN_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704  # cleaned by nh3 just above
