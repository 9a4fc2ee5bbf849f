"""Questions inside a question: their own fields, named after where they stand (`family[0].age`)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import COMPOUND, Question
from betaops.surveys.engine.entries import LISTS, entries, first_entries
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty, text_of
from betaops.surveys.fields.base import comment_data, comment_fields, filled


def inside(question: Question, name: str) -> Question:
    """The same question under the name that its field has in the page."""
    return replace(question, name=name, options={**question.options, "valueName": question.key})


class CompoundFields:
    """`multipletext`, `paneldynamic`, `matrixdynamic` and `matrixdropdown`."""

    template = "entries"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        from betaops.surveys.fields import FIELDS

        found: dict[str, Any] = {}
        for entry in entries(question, scene.values.get(question.key), scene):
            for inner in entry.scene.definition.asked:
                named = inside(inner, entry.field_name(question, inner.name))
                found |= FIELDS[inner.kind].build(named, entry.scene) | comment_fields(named, entry.scene)
        return found

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        from betaops.surveys.fields import FIELDS

        found: dict[str, Any] = {}
        for prefix, own in _parts(question, value):
            for inner in question.inner.asked if question.inner else ():
                named = inside(inner, f"{question.name}{_suffix(prefix, inner.name)}")
                found |= FIELDS[inner.kind].data(named, own.get(inner.key)) | comment_data(named, own)
        return found

    def value(self, question: Question, form: BaseForm) -> Any:
        return self._value(question, form, filled(form).stored_at(question.name))

    def _value(self, question: Question, form: BaseForm, stored: Any) -> Any:
        found: list[Any] = []
        for prefix, own in _parts(question, stored):
            found.append((prefix, self._entry(question, form, prefix, own)))
        if question.kind == "multipletext":
            return found[0][1]
        if question.kind in LISTS:
            # Empty ones stay: they are there because somebody asked for them.
            return [own for _prefix, own in found]
        rest = dict(stored) if isinstance(stored, dict) else {}
        rest |= {prefix[1:-1]: own for prefix, own in found}
        return {code: own for code, own in rest.items() if not is_empty(own)}

    def _entry(
        self, question: Question, form: BaseForm, prefix: str, stored: dict[str, Any]
    ) -> dict[str, Any]:
        from betaops.surveys.fields import FIELDS

        own = dict(stored)
        there = filled(form).there
        for inner in question.inner.asked if question.inner else ():
            name = f"{question.name}{_suffix(prefix, inner.name)}"
            if there is not None and name not in there:
                continue  # hidden on the page: what was said before stays
            named = inside(inner, name)
            if inner.kind in COMPOUND:
                value = self._value(named, form, stored.get(inner.key))
            else:
                value = FIELDS[inner.kind].value(named, form) if _is_in(form, name) else stored.get(inner.key)
            own[inner.key] = value
            if f"{name}-Comment" in form:
                own[inner.comment_key] = (form[f"{name}-Comment"].data or "").strip()
        return {key: value for key, value in own.items() if not is_empty(value)}


def _is_in(form: BaseForm, name: str) -> bool:
    """Some kinds have a field of the very name, others only some that begin with it."""
    return name in form or any(each.name.startswith(f"{name}[") for each in form)


def _parts(question: Question, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what follows the question's name, answers) of every entry that there may be."""
    if question.kind == "multipletext":
        yield "", value if isinstance(value, dict) else {}
    elif question.kind == "matrixdropdown":
        rows = value if isinstance(value, dict) else {}
        for row in question.rows:
            code = text_of(row.value)
            own = rows.get(code)
            yield f"[{code}]", own if isinstance(own, dict) else {}
    else:
        found = value if isinstance(value, list) else first_entries(question)
        for index, own in enumerate(found):
            yield f"[{index}]", own if isinstance(own, dict) else {}


def _suffix(prefix: str, inner: str) -> str:
    return f"{prefix}.{inner}" if prefix else f"[{inner}]"
