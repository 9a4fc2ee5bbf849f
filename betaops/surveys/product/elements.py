"""Elements of a definition as PostHog's questions: what can be shown exactly, and what cannot, in words. Pure.

The SDK (posthog-js 1.449) draws one element after the other: text, numbers 1–5, 1–7 and 0–10, faces 1–3 and 1–5,
one or several of a list with a field for something else.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.surveys.checking import Finding
from betaops.surveys.cleaning import clean_html, clean_title
from betaops.surveys.definition import KINDS, Definition, Element, Page, Panel, Question
from betaops.surveys.engine import conditions
from betaops.surveys.engine.actions import BOUNDS, FILLING, NARROWING
from betaops.surveys.engine.arms import ARM, settled, worded
from betaops.surveys.engine.piping import PIPE
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.kinds import boolean
from betaops.surveys.kinds.choice import ALONE
from betaops.surveys.kinds.rating import scale
from betaops.surveys.kinds.text import input_type
from betaops.surveys.localised import DEFAULT, languages, text
from betaops.surveys.product.lengths import length_rules

#: Of text questions whose answers may be anything; others would refuse what the SDK lets pass.
_FREE = ("text", "tel", "url", "search", "password", "color")
#: Steps of a rating, and how the SDK shows exactly these: (display, scale).
_SCALES: Mapping[tuple[int, ...], tuple[str, int]] = {
    (1, 2, 3): ("emoji", 3),
    (1, 2, 3, 4, 5): ("number", 5),
    (1, 2, 3, 4, 5, 6, 7): ("number", 7),
    tuple(range(11)): ("number", 10),
}


@dataclass(frozen=True)
class Item:
    """One element as the SDK gets it (`wire`, without where to go next). `conditions` all hold where it is shown."""

    id: str
    question: Question
    wire: dict[str, Any]
    conditions: tuple[str, ...] = ()
    #: By language, what each answer's text stands for.
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """PostHog's type."""
        return str(self.wire["type"])

    @property
    def is_optional(self) -> bool:
        return bool(self.wire["optional"])

    @property
    def has_other(self) -> bool:
        return bool(self.wire.get("hasOpenChoice"))

    @property
    def title(self) -> str:
        return titled(self.question)


@dataclass(frozen=True)
class Outline:
    """A version's elements in their order, and what keeps them from being shown (or changes their look)."""

    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    languages: tuple[str, ...] = ()
    #: Whether one may go back to the question before.
    allows_back: bool = True

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_blocking)


def outline(definition: Definition, ids: Mapping[str, UUID]) -> Outline:
    """As it is asked in the definition's arm, if it has one. `ids` are the questions' identities by name, the same in every
    version."""
    codes = tuple(sorted(languages(dict(definition.options))))
    maker = _Maker(definition, ids, codes)
    items = tuple(maker.items())
    return Outline(items, tuple(maker.findings), codes, definition.may_go_back)


def titled(question: Question) -> str:
    """How people know it, without the stress that titles may have."""
    return plain(question.label()) if question.is_asked else question.name


def plain(source: str) -> str:
    return clean_title(source).striptags()


class _Maker:
    def __init__(self, definition: Definition, ids: Mapping[str, UUID], codes: tuple[str, ...]) -> None:
        self.definition, self.ids, self.codes = definition, ids, codes
        self.findings: list[Finding] = []
        #: What its texts may repeat; the arm stands in them before they are shown.
        self._known = conditions.known_names(definition) - {ARM}
        self._keys = Counter(question.key for question in definition.asked)
        self._scene = Scene(definition, {}, now=datetime.min.replace(tzinfo=UTC))
        #: What the texts are in that name no language.
        self._own = str(definition.options.get("locale") or i18n.DEFAULT)

    def items(self) -> Iterator[Item]:
        if self._has_more_text():
            self._note("texts_left_out", _("The survey’s opening text and its headings are not shown there."))
        if self.definition.actions.triggers:
            message = _("The survey has triggers, which set answers or lead past questions.")
            self.findings.append(Finding("triggers", message))
        for page in self.definition.pages:
            holding = self._holding(page)
            if holding is not None:
                yield from self._inside(page.elements, holding)

    def _holding(self, element: Page | Element) -> tuple[str, ...] | None:
        """The condition under which it is shown in this arm, if there is one; None where it never is."""
        if not element.visible_if and not element.is_visible:
            return None
        left = self.settled(element.visible_if)
        return (left,) if isinstance(left, str) else () if left else None

    def _has_more_text(self) -> bool:
        grouped: list[Page | Panel] = [*self.definition.pages, *self.definition.panels]
        words = [self.definition.description, *(each.title for each in grouped)]
        return any(map(text, [*words, *(each.description for each in grouped)]))

    def _inside(self, elements: tuple[Element, ...], above: tuple[str, ...]) -> Iterator[Item]:
        for element in elements:
            own = self._holding(element)
            if own is None:
                continue
            holding = (*above, *own)
            if isinstance(element, Panel):
                self._check_panel(element)
                yield from self._inside(element.elements, holding)
            elif element.kind in KINDS:
                yield self._item(element, holding)

    def _check_panel(self, panel: Panel) -> None:
        if panel.enable_if or panel.required_if or panel.is_required:
            self._refuse(
                panel,
                "group_conditions",
                _(
                    "The group “%(name)s” asks for an answer as a whole.",
                    name=plain(panel.label()) or panel.name,
                ),
            )

    def _item(self, question: Question, holding: tuple[str, ...]) -> Item:
        make = _MAKERS.get(question.kind)
        if make is None:
            title = titled(question)
            if question.kind.startswith("matrix"):
                self._refuse(question, "matrix", _("“%(title)s” asks row by row.", title=title))
            else:
                self._refuse(question, "kind", _("“%(title)s” is of a type that is not there.", title=title))
            make = _open
        self._check(question)
        wire, values = make(self, question)
        wire |= {"optional": not question.is_required and not question.required_if}
        translations = {code: said for code in self.codes if (said := self._said(question, wire, code))}
        if translations:
            wire["translations"] = translations
        name = question.name
        return Item(str(self.ids.get(name, f"text-{name}")), question, wire, holding, values)

    def _check(self, question: Question) -> None:
        """What no type of question can have there."""
        title = titled(question)
        if question.required_if or question.enable_if or question.is_read_only:
            self._refuse(
                question,
                "changing",
                _("“%(title)s” may be answered, or must be, only at times.", title=title),
            )
        if any(question.options.get(name) for name in (*FILLING, *BOUNDS, *NARROWING, "choicesFromQuestion")):
            self._refuse(
                question,
                "acting",
                _("The survey itself fills in or limits the answer to “%(title)s”.", title=title),
            )
        if question.has_comment:
            self._refuse(
                question, "comment", _("“%(title)s” has a field for remarks beside it.", title=title)
            )
        if not is_empty(question.options.get("defaultValue")):
            self._refuse(question, "default", _("“%(title)s” begins with an answer filled in.", title=title))
        if self._keys[question.key] > 1:
            self._refuse(
                question, "shared", _("“%(title)s” shares its answer with another one.", title=title)
            )
        if any(self._is_piped(source) for source in self._texts(question)):
            self._refuse(
                question, "piped", _("“%(title)s” repeats an earlier answer in its text.", title=title)
            )
        limits = {str(each.get("type", "")).removesuffix("validator") for each in question.validators}
        if limits - {"text"} or any(each.get("allowDigits") is False for each in question.validators):
            self._refuse(
                question, "validators", _("“%(title)s” takes only answers of a certain form.", title=title)
            )

    def _is_piped(self, source: str) -> bool:
        return any(not conditions.leads_nowhere(name.strip(), self._known) for name in PIPE.findall(source))

    def _texts(self, question: Question) -> Iterator[str]:
        for code in (DEFAULT, *self.codes):
            yield question.label(code)
            yield text(question.description, code)
            yield question.option_text("html", code)
            yield from (text(choice.text, code) for choice in question.choices)

    def _said(self, question: Question, wire: dict[str, Any], code: str) -> dict[str, Any]:
        """The words of `wire` in another language, as far as they differ."""
        with self.speaking(code):
            said = dict(self._words(question, code))
            if "choices" in wire:
                said["choices"] = [words for words, _value in self.choices(question, code)]
        return {name: value for name, value in said.items() if value != wire.get(name)}

    def _words(self, question: Question, code: str = DEFAULT) -> Iterator[tuple[str, Any]]:
        if question.kind == "html":
            yield "question", ""
            yield "description", str(clean_html(self.worded(question.option_text("html", code))))
            return
        yield "question", plain(self.worded(question.label(code)))
        yield "description", plain(self.worded(text(question.description, code)))
        if question.kind == "rating":
            yield "lowerBoundLabel", self.worded(question.option_text("minRateDescription", code))
            yield "upperBoundLabel", self.worded(question.option_text("maxRateDescription", code))

    def worded(self, source: str) -> str:
        return worded(source, self.definition.arm)

    def speaking(self, code: str) -> AbstractContextManager[None]:
        """Our own words (Yes, No) in the language of the author's."""
        return i18n.speaking(self._own if code == DEFAULT else code)

    def base(self, question: Question, kind: str, content: str = "text") -> dict[str, Any]:
        return {"type": kind, **dict(self._words(question)), "descriptionContentType": content}

    def choices(self, question: Question, code: str = DEFAULT) -> list[tuple[str, Any]]:
        """(words, value), in the order in which they are offered."""
        if question.kind == "boolean":
            return [
                (plain(boolean.label(question, value, code)), value) for value in boolean.values(question)
            ]
        is_random = question.options.get("choicesOrder") == "random"
        offered = question.choices if is_random else self._scene.choices(question)
        return [
            (plain(self.worded(text(choice.text, code))), choice.value)
            for choice in offered
            if self.settled(choice.visible_if) is not False
        ]

    def settled(self, condition: str) -> bool | str:
        return settled(condition, self.definition.arm)

    def values(self, question: Question) -> dict[str, dict[str, Any]]:
        """What each text means, language by language; refuses texts that mean two things."""
        found: dict[str, dict[str, Any]] = {}
        for code in (DEFAULT, *self.codes):
            with self.speaking(code):
                pairs = self.choices(question, code)
            found[code] = dict(pairs)
            if len(found[code]) < len(pairs):
                self._refuse(
                    question,
                    "alike",
                    _("“%(title)s” has two answers that read alike.", title=titled(question)),
                )
        return found

    def _refuse(self, element: Element, code: str, message: str) -> None:
        finding = Finding(code, message, element.name, element.place)
        if finding not in self.findings:
            self.findings.append(finding)

    def refuse(self, question: Question, code: str, message: str) -> None:
        self._refuse(question, code, message)

    def _note(self, code: str, message: str, name: str = "") -> None:
        self.findings.append(Finding(code, message, name, is_blocking=False))

    def note(self, question: Question, code: str, message: str) -> None:
        self._note(code, message, question.name)


Made = tuple[dict[str, Any], Mapping[str, Mapping[str, Any]]]


def _open(maker: _Maker, question: Question) -> Made:
    if question.kind == "text" and input_type(question) not in _FREE:
        maker.refuse(
            question,
            "input_type",
            _(
                "“%(title)s” asks for a number, a date or an address; any text would pass.",
                title=titled(question),
            ),
        )
    rules = list(length_rules(question))
    return maker.base(question, "open") | ({"validation": rules} if rules else {}), {}


def _rating(maker: _Maker, question: Question) -> Made:
    steps = scale(question)
    numbers = tuple(step.value for step in steps)
    display, size = _SCALES.get(numbers, ("number", 0))
    title = titled(question)
    if not size:
        maker.refuse(
            question,
            "scale",
            _("“%(title)s” goes from %(low)s to %(high)s; there a scale is 1–3, 1–5, 1–7 or 0–10.",
              title=title, low=text(steps[0].text), high=text(steps[-1].text)),
        )  # fmt: skip
    elif any(text(step.text) != f"{step.value:g}" for step in steps):
        maker.refuse(question, "steps", _("The steps of “%(title)s” have words of their own.", title=title))
    if size == 5 and question.options.get("rateType") == "smileys":
        display = "emoji"
    if display == "emoji" and question.options.get("rateType") != "smileys":
        maker.note(question, "faces", _("“%(title)s” is shown there with faces.", title=title))
    return maker.base(question, "rating") | {"display": display, "scale": size}, {}


def _one(maker: _Maker, question: Question) -> Made:
    return _listed(maker, question, "single_choice")


def _several(maker: _Maker, question: Question) -> Made:
    title = titled(question)
    if any(choice.is_special and choice.value in ALONE for choice in question.choices):
        maker.refuse(question, "alone", _("“%(title)s” has an answer that goes with no other.", title=title))
    low, high = question.number("minSelectedChoices") or 0, question.number("maxSelectedChoices") or 0
    if low > 1 or 0 < high < len(question.choices):
        maker.refuse(question, "limits", _("“%(title)s” limits how many may be chosen.", title=title))
    return _listed(maker, question, "multiple_choice")


def _listed(maker: _Maker, question: Question, kind: str) -> Made:
    title = titled(question)
    if any(isinstance(maker.settled(each.visible_if), str) or each.enable_if for each in question.choices):
        maker.refuse(
            question, "choices", _("“%(title)s” does not offer every answer at all times.", title=title)
        )
    shuffles = question.options.get("choicesOrder") == "random"
    if shuffles and any(choice.is_special and choice.value != "other" for choice in question.choices):
        maker.refuse(
            question, "order", _("“%(title)s” shuffles its answers but keeps some at the end.", title=title)
        )
    values = maker.values(question)
    wire = maker.base(question, kind) | {
        "choices": list(values[DEFAULT]),
        "hasOpenChoice": question.has_other,
        "shuffleOptions": shuffles,
    }
    return wire, values


def _text(maker: _Maker, question: Question) -> Made:
    return maker.base(question, "link", "html") | {"link": None}, {}


_MAKERS: Mapping[str, Callable[[_Maker, Question], Made]] = {
    "text": _open,
    "comment": _open,
    "rating": _rating,
    "radiogroup": _one,
    "dropdown": _one,
    "boolean": _one,
    "buttongroup": _one,
    "checkbox": _several,
    "tagbox": _several,
    "html": _text,
}
