"""Compound questions entry by entry: panels, rows, or the one set of lines of a multiple text. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from betaops.surveys.definition import Definition, Question, entry_word
from betaops.surveys.engine.computing import about_entry
from betaops.surveys.engine.scene import Scene, first_values
from betaops.surveys.expressions.values import is_empty, text_of
from betaops.surveys.localised import text

#: Panels or rows that one answer holds, whatever the author allows.
MOST_ENTRIES = 100
#: Types whose entries people add and take away.
LISTS = ("paneldynamic", "matrixdynamic")
_NAMES = {
    "paneldynamic": ("panelCount", "minPanelCount", "maxPanelCount", 0),
    "matrixdynamic": ("rowCount", "minRowCount", "maxRowCount", 2),
}


class EntryScene(Scene):
    """One entry with its own answers. Conditions inside see the survey's answers, and these by `panel.` or `row.`"""

    def __init__(
        self, outer: Scene, question: Question, values: Mapping[str, Any], index: int, code: str, label: str
    ) -> None:
        self._outer = outer
        super().__init__(
            question.inner or Definition({}, ()),
            values,
            now=outer.now,
            language=outer.language,
            seed=f"{outer.seed}:{question.name}:{index}",
            files=outer.files,
        )
        self.prefix = f"{outer.prefix}{question.name}[{code or index}]."
        if question.kind == "paneldynamic":
            self.counted = {**outer.counted, "panelindex": index + 1}
        #: By which word conditions inside name the entry's own answers.
        self._word = entry_word(question)
        self._own = {} if question.kind == "multipletext" else self._named(question, index, code, label)

    def _with_computed(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Calculated already, with the whole survey around them."""
        return values

    def _named(self, question: Question, index: int, code: str, label: str) -> dict[str, Any]:
        own = about_entry(question.kind, self._answers, index, code, label)
        parent = self._outer.known.get("panel") if isinstance(self._outer, EntryScene) else None
        return own if parent is None else {"parentPanel": parent, **own}

    @property
    def root(self) -> Scene:
        return self._outer.root

    def question_named(self, name: str) -> tuple[Scene, Question] | None:
        """`panel.age` and `row.age` are the entry's own, plain names are the survey's."""
        own = self._own_name(name)
        return super().question_named(own) if own else self._outer.question_named(name)

    def question_kept_as(self, key: str) -> tuple[Scene, Question] | None:
        own = self._own_name(key)
        return super().question_kept_as(own) if own else self._outer.question_kept_as(key)

    def _own_name(self, name: str) -> str:
        first, _dot, rest = name.partition(".")
        return rest if self._word and first.lower() == self._word else ""

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        return self._outer.variables

    @cached_property
    def known(self) -> Mapping[str, Any]:
        return {**self._outer.known, **self._own}


@dataclass(frozen=True)
class Entry:
    """`part` is what follows the question's name in the names of the fields inside; `code` tells entries apart."""

    part: str
    code: str
    label: str
    scene: EntryScene

    def field_name(self, question: Question, inner: str) -> str:
        return f"{question.name}{self.suffix(inner)}"

    def suffix(self, inner: str) -> str:
        """`[0].age` of a panel, `[age]` of a multiple text, which has but one entry."""
        return f"{self.part}.{inner}" if self.part else f"[{inner}]"


def entries(question: Question, value: Any, scene: Scene) -> list[Entry]:
    """What there is to answer, whatever shape `value` has; nothing there yet gives what the author starts with."""
    if question.kind == "multipletext":
        own = value if isinstance(value, dict) else {}
        return [Entry("", "", "", EntryScene(scene, question, own, 0, "", ""))]
    if question.kind == "matrixdropdown":
        return list(_rows(question, value if isinstance(value, dict) else {}, scene))
    return [
        _listed(question, scene, index, own)
        for index, own in enumerate(_kept(question, value)[:MOST_ENTRIES])
    ]


def one_entry(question: Question, value: Any, scene: Scene, code: str) -> Entry | None:
    """One of `entries`, without making the others; None where it is not there any more."""
    if question.kind == "matrixdropdown":
        return next(_rows(question, value if isinstance(value, dict) else {}, scene, code), None)
    if question.kind not in LISTS:
        return next((each for each in entries(question, value, scene) if each.code == code), None)
    index, found = int(code), _kept(question, value)[:MOST_ENTRIES]
    return _listed(question, scene, index, found[index]) if index < len(found) else None


def values_by_entry(question: Question, value: Any, scene: Scene) -> dict[str, dict[str, Any]]:
    """What is answered in each of `entries`, by its code."""
    if question.kind == "matrixdropdown":
        own_value = value if isinstance(value, dict) else {}
        codes = [text_of(row.value) for row in scene.rows(question)]
        return {code: dict(_own_values(question, own_value, code)) for code in codes}
    if question.kind not in LISTS:
        return {each.code: dict(each.scene.values) for each in entries(question, value, scene)}
    found = _kept(question, value)[:MOST_ENTRIES]
    return {str(index): dict(own) if isinstance(own, dict) else {} for index, own in enumerate(found)}


def _kept(question: Question, value: Any) -> list[Any]:
    return value if isinstance(value, list) else first_entries(question)


def _listed(question: Question, scene: Scene, index: int, value: Any) -> Entry:
    own = value if isinstance(value, dict) else {}
    return Entry(f"[{index}]", str(index), "", EntryScene(scene, question, own, index, "", ""))


def first_entries(question: Question) -> list[dict[str, Any]]:
    """The panels or rows that are there before anybody answers."""
    count_name, _low, _high, usual = _NAMES[question.kind]
    low, high = limits(question)
    given = question.number(count_name)
    count = usual if given is None else int(given)
    return [dict(new_entry(question)) for _number in range(min(max(count, low), high))]


def new_entry(question: Question, former: Any = None) -> dict[str, Any]:
    """An entry with what it begins with: the defaults, or a copy of the last where the author wants that."""
    if question.options.get("copyDefaultValueFromLastEntry") is True and isinstance(former, dict):
        return dict(former)
    own = question.options.get("defaultPanelValue" if question.kind == "paneldynamic" else "defaultRowValue")
    usual = first_values(question.inner) if question.inner else {}
    return {**usual, **(own if isinstance(own, dict) else {})}


def limits(question: Question) -> tuple[int, int]:
    """Fewest and most entries."""
    _count, low_name, high_name, _usual = _NAMES[question.kind]
    low, high = question.number(low_name), question.number(high_name)
    least = min(max(0, int(low or 0)), MOST_ENTRIES)
    most = MOST_ENTRIES if high is None or high < 1 else min(int(high), MOST_ENTRIES)
    return least, max(least, most)


def may_add(question: Question, count: int) -> bool:
    return _is_allowed(question, "allowAdd") and count < limits(question)[1]


def may_remove(question: Question, count: int) -> bool:
    return _is_allowed(question, "allowRemove") and count > limits(question)[0]


def with_added(question: Question, value: Any) -> list[Any]:
    """One entry more at the end, where there may be more."""
    found = list(value) if isinstance(value, list) else list(first_entries(question))
    return (
        [*found, new_entry(question, found[-1] if found else None)]
        if may_add(question, len(found))
        else found
    )


def without(question: Question, value: Any, index: int) -> list[Any]:
    """Without the entry at `index`, where it may go."""
    found = list(value) if isinstance(value, list) else list(first_entries(question))
    return found[:index] + found[index + 1 :] if may_remove(question, len(found)) else found


def settled(question: Question, value: Any, scene: Scene) -> Any:
    """On completion: without answers of what is hidden inside."""
    if scene.definition.options.get("clearInvisibleValues") == "none":
        return value
    found = entries(question, value, scene)
    kept = [_settled(entry.scene) for entry in found]
    if question.kind == "multipletext":
        return kept[0]
    if question.kind == "matrixdropdown":
        return {entry.code: own for entry, own in zip(found, kept, strict=True) if not is_empty(own)}
    return kept


def _settled(scene: EntryScene) -> dict[str, Any]:
    hidden = scene.hidden_keys()
    own = {key: value for key, value in scene.values.items() if key not in hidden}
    for question in scene.asked:
        if question.inner is not None and question.key in own:
            own[question.key] = settled(question, own[question.key], scene)
    return own


def _rows(
    question: Question, value: dict[str, Any], scene: Scene, only: str | None = None
) -> Iterator[Entry]:
    """An entry for each row, or for the one of the code `only`."""
    if only is None:
        shown = [(text_of(row.value), index, row) for index, row in enumerate(scene.rows(question))]
    else:
        found = scene.row_named(question, only)
        shown = [] if found is None else [(only, *found)]
    for code, index, row in shown:
        label, own = text(row.text, scene.language) or code, _own_values(question, value, code)
        yield Entry(f"[{code}]", code, label, EntryScene(scene, question, own, index, code, label))


def _own_values(question: Question, value: dict[str, Any], code: str) -> dict[str, Any]:
    own = value.get(code)
    if isinstance(own, dict):
        return own
    return first_values(question.inner) if question.inner and own is None else {}


def _is_allowed(question: Question, beginning: str) -> bool:
    noun = "Panel" if question.kind == "paneldynamic" else "Rows"
    return question.options.get(f"{beginning}{noun}") is not False and not question.is_read_only
