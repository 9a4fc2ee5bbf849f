"""Yes or no."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.kinds.base import Row, Wrong, code_of


def values(question: Question) -> tuple[Any, Any]:
    """What is stored for yes and for no; true and false unless the author says otherwise."""
    own = (question.options.get("valueTrue"), question.options.get("valueFalse"))
    yes, no = (default if value is None or isinstance(value, dict | list) else value
               for value, default in zip(own, (True, False), strict=True))  # fmt: skip
    return yes, no


def label(question: Question, value: Any, language: str) -> str:
    yes = code_of(value) == code_of(values(question)[0])
    own = question.option_text("labelTrue" if yes else "labelFalse", language)
    return own or (_("Yes") if yes else _("No"))


class Boolean:
    """`boolean`."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        for own in values(question):
            if not isinstance(value, dict | list) and code_of(value) == code_of(own):
                return own
        raise Wrong(_("Choose yes or no."))

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        is_yes = code_of(value) == code_of(values(question)[0])
        yield Row(code=code_of(value), number=1.0 if is_yes else 0.0)

    def words(self, question: Question, value: Any, language: str) -> str:
        return label(question, value, language)
