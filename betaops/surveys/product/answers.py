"""What an SDK sends back, as answers to our questions. Pure.

Newer SDKs name the question (`$survey_response_<id>`, `$survey_questions`), older ones its place
(`$survey_response`, `$survey_response_1`). Choices come as the text that was read, in whatever language.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from betaops.kernel.i18n import gettext as _
from betaops.surveys.expressions.values import text_of
from betaops.surveys.kinds.base import LONGEST_TEXT, Wrong, chosen
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT
from betaops.surveys.product.elements import Item

OTHER = "other"
#: Before the id of a question.
RESPONSE = "$survey_response_"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def answers(items: Sequence[Item], properties: Mapping[str, Any]) -> dict[str, Any]:
    """By question key, as a page of ours would have sent them; raises `Wrong` for what no answer can be."""
    raw = _raw(items, properties)
    language = properties.get("$survey_language")
    found: dict[str, Any] = {}
    for item in items:
        value, comment = _value(item, raw.get(item.id), language if isinstance(language, str) else DEFAULT)
        if value is not None:
            found[item.question.key] = value
        if comment:
            found[item.question.comment_key] = comment
    return found


def named(properties: Mapping[str, Any]) -> frozenset[UUID]:
    """The questions that the answers name; older SDKs name none."""
    listed = properties.get("$survey_questions")
    told = [
        str(each.get("id")) for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict)
    ]
    told += [key.removeprefix(RESPONSE) for key in properties if key.startswith(RESPONSE)]
    return frozenset(UUID(each) for each in told if _UUID.fullmatch(each))


def _raw(items: Sequence[Item], properties: Mapping[str, Any]) -> dict[str, Any]:
    listed = properties.get("$survey_questions")
    found = {
        str(each.get("id")): each.get("response")
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict)
    }
    found |= {
        item.id: properties[key] for item in items if (key := f"$survey_response_{item.id}") in properties
    }
    told = {item.id: found[item.id] for item in items if found.get(item.id) is not None}
    return told or {
        item.id: properties.get(f"$survey_response_{index}" if index else "$survey_response")
        for index, item in enumerate(items)
    }


def _value(item: Item, raw: Any, language: str) -> tuple[Any, str]:
    """(the answer or None, the text beside it)"""
    if raw is None or item.kind == "link":
        return None, ""
    if item.kind == "open":
        return _text(raw)[:LONGEST_TEXT] or None, ""
    if item.kind == "rating":
        return _number(item, raw), ""
    picked = [text for each in (raw if isinstance(raw, list) else [raw]) if (text := _text(each))]
    if item.kind == "single_choice":
        if len(picked) > 1:
            raise Wrong(_("Choose one of the answers."))
        values, comment = _picked(item, picked, language)
        return (values[0] if values else None), comment
    values, comment = _picked(item, picked, language)
    return values or None, comment


def _text(raw: Any) -> str:
    if isinstance(raw, dict | list):
        raise Wrong(_("Write your answer as text."))
    return text_of(raw).strip()


def _number(item: Item, raw: Any) -> Any:
    if raw in ("", []):
        return None
    if isinstance(raw, list):
        raw = raw[0]
    found = None if isinstance(raw, bool) else chosen(scale(item.question), raw)
    if found is None:
        raise Wrong(_("Choose a place on the scale."))
    return found.value


def _picked(item: Item, texts: Iterable[str], language: str) -> tuple[list[Any], str]:
    """The values behind the texts. One that is none of the answers is what was written beside "other"."""
    values: list[Any] = []
    comment = ""
    for text in texts:
        known, value = _known(item, text, language)
        if not known:
            if not item.has_other or comment:
                raise Wrong(_("Choose from the answers shown."))
            value, comment = OTHER, text[:LONGEST_TEXT]
        if value not in values:
            values.append(value)
    return values, comment


def _known(item: Item, text: str, language: str) -> tuple[bool, Any]:
    """Whether the text is one of the answers, looked for in the reader's language first."""
    for code in (language, DEFAULT, *item.values):
        if text in item.values.get(code, {}):
            return True, item.values[code][text]
    return False, None
