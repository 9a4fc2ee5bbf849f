"""Answers inside text: `{name}` becomes what was answered, in words. Pure.

An answer is never HTML, wherever the text around it is: what a person typed is shown as typed.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from betaops.surveys.engine import asking
from betaops.surveys.expressions.names import look_up
from betaops.surveys.expressions.values import is_empty, text_of

if TYPE_CHECKING:
    from betaops.surveys.engine.scene import Scene

#: A place in a text where an answer goes.
PIPE = re.compile(r"\{([^{}]{1,200})\}")


def piped(source: str, scene: "Scene") -> str:
    """Plain text with answers in it; names that lead nowhere stay as they are."""
    return _put_in(source, scene, str)


def piped_html(source: str, scene: "Scene") -> str:
    """HTML with answers in it, which are text there; it is still to be cleaned."""
    return _put_in(source, scene, lambda words: str(escape(words)))


def piped_address(source: str, scene: "Scene") -> str:
    """An address with answers in it, written so that they stay inside their part of it."""
    return _put_in(source, scene, lambda words: quote(words, safe=""))


def marked(source: str, scene: "Scene", clean: Callable[[str], Markup]) -> Markup:
    """A title or a text with answers in it: HTML only where its author wrote some."""
    return (
        clean(piped_html(source, scene)) if "<" in source or "&" in source else escape(piped(source, scene))
    )


def _put_in(source: str, scene: "Scene", written: Callable[[str], str]) -> str:
    if "{" not in source:
        return source

    def answer(found: re.Match[str]) -> str:
        words = _words(scene, found[1].strip())
        return found[0] if words is None else written(words)

    return PIPE.sub(answer, source)


def _words(scene: "Scene", name: str) -> str | None:
    """What stands for `name`; None where it is nothing that could have an answer."""
    lowered = name.lower()
    found = scene.question_kept_as(lowered)
    if found is not None and lowered not in scene.variables:
        return asking.words(*found)
    if lowered in scene.counted:
        return str(scene.counted[lowered])
    value = look_up(scene.known, name)
    if value is None:
        first = lowered.partition(".")[0]
        return "" if lowered in scene.variables or first in scene.root.definition.by_key else None
    return _shown(value)


def _shown(value: Any) -> str | None:
    if isinstance(value, datetime):
        return date(value.year, value.month, value.day).isoformat()
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return ", ".join(text_of(each) for each in value)
    return None if isinstance(value, dict | list) else "" if is_empty(value) else text_of(value)
