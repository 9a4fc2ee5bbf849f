"""When something is shown, in the builder's forms: a comparison in words, or an expression."""

from collections.abc import Collection
from typing import Any

from betaops.surveys import comparisons
from betaops.surveys.comparisons import Comparison
from betaops.surveys.definition import Definition
from betaops.surveys.forms.building import BY_EXPRESSION, ConditionForm


def fields_of(condition: str, definition: Definition) -> dict[str, Any]:
    """What a form shows of `condition`: the comparison that it is, else the expression."""
    found = comparisons.read(condition, definition) if condition else None
    chosen = found.key if found else BY_EXPRESSION if condition else ""
    return {
        "condition_question": chosen,
        "condition_operator": found.operator if found else "=",
        "condition_value": found.answer if found else "",
        "visible_if": condition,
    }


def offer(form: ConditionForm, definition: Definition, without: Collection[str] = ()) -> None:
    """Every question but those of these names: nothing is shown by what stands in it."""
    form.offer_questions(
        [
            (question.key, question.label()[:80], words)
            for question, words in comparisons.offered(definition)
            if question.name not in without
        ]
    )


def condition_of(form: ConditionForm, former: str, definition: Definition) -> str:
    """The expression that the form says: one that was typed anew, else the comparison. `Invalid` where it says none."""
    typed = (form.visible_if.data or "").strip()
    chosen = form.condition_question.data or ""
    if typed != former.strip() or chosen == BY_EXPRESSION:
        return typed
    if not chosen:
        return ""
    said = Comparison(chosen, form.condition_operator.data or "=", form.condition_value.data or "")
    # What was there already stays as its author wrote it.
    return former if said == comparisons.read(former, definition) else comparisons.written(said, definition)
