"""Text that authors wrote, made safe to show; answers made fit to store."""

import math
import re
from functools import lru_cache
from typing import Any

import nh3
from markupsafe import Markup, escape

NOTHING = Markup()

_TITLE_TAGS = {"b", "strong", "i", "em", "u", "s", "sub", "sup", "br", "code", "small", "mark"}
_TEXT_TAGS = _TITLE_TAGS | {
    "p", "h2", "h3", "h4", "h5", "ul", "ol", "li", "blockquote", "pre", "hr", "a", "img", "table", "thead",
    "tbody", "tr", "th", "td", "div", "span",
}  # fmt: skip


def clean_title(source: str) -> Markup:
    """Titles may stress a word; everything else is text."""
    return _clean(source, is_title=True) if "<" in source or "&" in source else escape(source)


def clean_html(source: str) -> Markup:
    """HTML that an author wrote, without anything that acts: no scripts, styles, forms, frames."""
    return _clean(source, is_title=False)


@lru_cache(maxsize=1024)
def _clean(source: str, *, is_title: bool) -> Markup:
    html = nh3.clean(
        source,
        tags=_TITLE_TAGS if is_title else _TEXT_TAGS,
        attributes={} if is_title else {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}},
        url_schemes={"http", "https", "mailto", "data"} if not is_title else {"https"},
        attribute_filter=_safe_attribute,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704  # cleaned by nh3 just above


def _safe_attribute(tag: str, name: str, value: str) -> str | None:
    """Links lead out over http(s) or to mail; pictures come with the survey (data:), never from elsewhere."""
    if tag == "img" and name == "src":
        return value if re.match(r"data:image/(png|jpeg|gif|webp);base64,", value) else None
    if name == "href":
        return value if re.match(r"(https?://|mailto:)", value, re.IGNORECASE) else None
    return value


#: Larger integers are not numbers to anybody who reads JSON with JavaScript.
_LARGEST_INTEGER = 2**53


def storable(value: Any) -> Any:
    """Without NUL and lone surrogates, which no database takes, and without numbers that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return str(value)[:100]
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(key): storable(each) for key, each in value.items()}
    return value
