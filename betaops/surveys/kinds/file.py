"""Files that people send with their answers. Judged here by what stands in the answer; by their bytes in `uploads`."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.kinds.base import Row, Wrong

#: Files that one question takes, whatever its author allows.
MOST_FILES = 10


def most(question: Question) -> int:
    """How many files the question takes."""
    if question.options.get("allowMultiple") is not True:
        return 1
    limit = question.number("maxFiles")
    return MOST_FILES if limit is None or limit < 1 else min(int(limit), MOST_FILES)


class Files:
    """`file`: SurveyJS's list of {name, type, content}; `content` is the address under which we hand it over."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        items = value if isinstance(value, list) else [value]
        if len(items) > most(question) == 1:
            raise Wrong(_("Choose one file only."))
        if len(items) > most(question):
            raise Wrong(_("Choose at most %(high)s files.", high=most(question)))
        found = []
        for item in items:
            if isinstance(item, dict) and isinstance(item.get("problem"), str):
                raise Wrong(item["problem"])
            content = item.get("content") if isinstance(item, dict) else None
            # An address that was not given out with this response is another person's file, or none of ours.
            if not isinstance(content, str) or content not in scene.files:
                raise Wrong(_("Choose the file here; it cannot be taken from elsewhere."))
            found.append({"name": _text(item, "name"), "type": _text(item, "type"), "content": content})
        return found

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        for index, item in enumerate(value):
            yield Row(row=str(index), text=_text(item, "name"))

    def words(self, question: Question, value: Any, language: str) -> str:
        items = value if isinstance(value, list) else []
        return ", ".join(_text(item, "name") for item in items if isinstance(item, dict))


def _text(item: dict[str, Any], name: str) -> str:
    found = item.get(name)
    return found[:200] if isinstance(found, str) else ""
