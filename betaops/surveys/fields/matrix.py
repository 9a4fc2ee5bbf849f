"""The same answers for several rows: one group a row, so that it reads well on a phone and aloud."""

from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import Choices, ManyChoices, options, typed
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.matrix import takes_several
from betaops.surveys.localised import text


def row_name(question: Question, row: Choice) -> str:
    return f"{question.name}[{code_of(row.value)}]"


class MatrixFields:
    template = "matrix"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        offered = options(scene.columns(question), scene.language)
        make = ManyChoices if takes_several(question) else Choices
        return {
            row_name(question, row): make(
                label=text(row.text, scene.language) or code_of(row.value),
                choices=offered,
                validate_choice=False,
            )
            for row in scene.rows(question)
        }

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        answers = value if isinstance(value, dict) else {}
        found: dict[str, Any] = {}
        for row in question.rows:
            answer = answers.get(code_of(row.value))
            several = answer if isinstance(answer, list) else [] if answer is None else [answer]
            codes = [code_of(each) for each in several if not isinstance(each, dict | list)]
            found[row_name(question, row)] = codes if takes_several(question) else next(iter(codes), None)
        return found

    def value(self, question: Question, form: BaseForm) -> Any:
        found: dict[str, Any] = {}
        for row in question.rows:
            name = row_name(question, row)
            data = form[name].data if name in form else None
            if takes_several(question):
                answer: Any = [
                    each for code in data or [] if (each := typed(question.columns, code)) is not None
                ]
            else:
                answer = typed(question.columns, data)
            if answer not in (None, []):
                found[code_of(row.value)] = answer
        return found
