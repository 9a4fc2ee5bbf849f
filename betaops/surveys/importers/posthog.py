"""Surveys of PostHog, as its API and its export write them: branching becomes conditions. Pure."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.definition import OWN
from betaops.surveys.importers import jumps, words
from betaops.surveys.importers.conditions import Untranslatable, both, named, quoted
from betaops.surveys.importers.naming import Naming
from betaops.surveys.importers.report import Report
from betaops.surveys.product.branching import BUCKETS

FORMAT = "PostHog"
KINDS = ("open", "link", "rating", "single_choice", "multiple_choice")

MOST_QUESTIONS = 500
#: Settings of a survey that are about who is asked and how it looks, by what people call them.
_BESIDES = {
    "linked_flag": _l("the flag it hangs on"), "linked_flag_id": _l("the flag it hangs on"),
    "targeting_flag": _l("whom it is shown to"), "targeting_flag_filters": _l("whom it is shown to"),
    "conditions": _l("where and when it is shown"), "responses_limit": _l("the limit of responses"),
    "iteration_count": _l("how often it comes again"), "schedule": _l("how often it comes again"),
    "end_date": _l("when it ends"), "appearance": _l("its colours and place"),
}  # fmt: skip


def looks_like(source: Any) -> bool:
    """Whether this JSON is a survey of PostHog, or a list of them."""
    return any(_is_survey(each) for each in _surveys(source))


def read(source: Any, report: Report) -> dict[str, Any]:
    """The definition of the first survey in the JSON."""
    surveys = [each for each in _surveys(source) if _is_survey(each)]
    return _Survey(report.first(surveys), report).definition()


def _surveys(source: Any) -> list[dict[str, Any]]:
    if isinstance(source, list):
        return words.objects(source)
    found = words.mapping(source)
    for name in ("surveys", "results"):
        if isinstance(found.get(name), list):
            return words.objects(found[name])
    return [found]


def _is_survey(source: Mapping[str, Any]) -> bool:
    questions = words.objects(source.get("questions"))
    return bool(questions) and all(
        each.get("type") in KINDS and isinstance(each.get("question"), str) for each in questions[:1]
    )


class _Survey:
    def __init__(self, source: dict[str, Any], report: Report) -> None:
        self.source, self.report = source, report
        self.naming = Naming()
        there = words.objects(source.get("questions"))
        report.cut(len(there), MOST_QUESTIONS)
        self.questions = there[:MOST_QUESTIONS]
        self.elements: list[dict[str, Any]] = []

    def definition(self) -> dict[str, Any]:
        appearance = words.mapping(self.source.get("appearance"))
        for question in self.questions:
            self.elements.append(self._element(question))
        self._branch()
        draft: dict[str, Any] = {
            "title": words.plain(self.source.get("name")),
            "questionsOnPageMode": "questionPerPage",
            "clearInvisibleValues": "onHidden",
            "pages": [{"name": "page1", "elements": self.elements}],
        }
        if description := words.plain(self.source.get("description")):
            draft["description"] = description
        thanks = [_html(appearance.get(f"thankYouMessage{part}"), tag)
                  for part, tag in (("Header", "h3"), ("Description", "p"))]  # fmt: skip
        if appearance.get("displayThankYouMessage") is not False and any(thanks):
            draft["completedHtml"] = "".join(thanks)
        if appearance.get("shuffleQuestions") is True:
            draft["questionOrder"] = "random"
        if button := words.plain(appearance.get("submitButtonText")):
            draft["completeText"] = button
        self._besides()
        return draft

    def _element(self, question: dict[str, Any]) -> dict[str, Any]:
        title = words.title(question.get("question"))
        name = self.naming.name(_slug(title), f"question{len(self.elements) + 1}")
        kind = question.get("type")
        make = _MAKERS.get(kind if isinstance(kind, str) else "")
        if make is None:
            self.report.drop(name, _("questions of type %(type)s", type=words.plain(kind) or "?"))
            return {"type": "html", "name": name, "html": html.escape(title)}
        element = {"name": name, **make(self, name, question)}
        if element["type"] != "html":
            element["title"] = self._said(question, "question", words.title)
            if description := self._said(question, "description", words.title):
                element["description"] = description
            if question.get("optional") is not True:
                element["isRequired"] = True
        if kind != "link" and words.plain(question.get("buttonText")) not in ("", "Submit", "Next"):
            self.report.drop(
                name, _("a button of its own (%(text)s)", text=words.plain(question.get("buttonText"))[:60])
            )
        self._validate(element, name, question)
        return element

    def _said(self, question: dict[str, Any], key: str, turned: Callable[[Any], str]) -> Any:
        said = {"default": turned(question.get(key))}
        for code, translation in words.mapping(question.get("translations")).items():
            said[code] = turned(words.mapping(translation).get(key))
        return words.localised(said, "default")

    def _validate(self, element: dict[str, Any], name: str, question: dict[str, Any]) -> None:
        limits: dict[str, Any] = {}
        for rule in words.objects(question.get("validation")):
            value = words.number(rule.get("value"))
            ours = {"min_length": "minLength", "max_length": "maxLength"}.get(words.plain(rule.get("type")))
            if ours and value is not None and value >= 0:
                limits[ours] = int(value)
            else:
                self.report.drop(name, _("the rule %(rule)s", rule=words.plain(rule.get("type"))))
        if limits:
            element["validators"] = [{"type": "text", **limits}]

    def rating(self, name: str, question: dict[str, Any]) -> dict[str, Any]:
        size = words.number(question.get("scale")) or 5
        element: dict[str, Any] = {
            "type": "rating",
            "rateMin": 0 if size == 10 else 1,
            "rateMax": max(2, min(int(size), 20)),
        }
        if question.get("display") == "emoji":
            element["rateType"] = "smileys"
        if size == 10:
            element[OWN] = {"instrument": "nps"}
        for theirs, ours in (
            ("lowerBoundLabel", "minRateDescription"),
            ("upperBoundLabel", "maxRateDescription"),
        ):
            if label := self._said(question, theirs, words.title):
                element[ours] = label
        return element

    def choosing(self, name: str, question: dict[str, Any]) -> dict[str, Any]:
        texts = [words.title(each) for each in words.items(question.get("choices"))]
        translated = {
            code: [words.title(each) for each in words.items(words.mapping(said).get("choices"))]
            for code, said in words.mapping(question.get("translations")).items()
        }
        choices = []
        for index, text in enumerate(texts):
            said = {code: each[index] for code, each in translated.items() if index < len(each)}
            choices.append({"value": text, "text": words.localised({"default": text, **said}, "default")})
        element: dict[str, Any] = {
            "type": "radiogroup" if question.get("type") == "single_choice" else "checkbox"
        }
        if question.get("hasOpenChoice") is True and choices:
            element |= {"showOtherItem": True, "otherText": choices.pop()["text"]}
        element["choices"] = list({each["value"]: each for each in choices if each["value"]}.values())
        if question.get("shuffleOptions") is True:
            element["choicesOrder"] = "random"
        return element

    def link(self, name: str, question: dict[str, Any]) -> dict[str, Any]:
        address = words.plain(question.get("link"))
        text = _html(question.get("question"), "p") + _html(question.get("description"), "p")
        if address.startswith(("https://", "mailto:")):
            label = words.plain(question.get("buttonText")) or address
            text += f'<p><a href="{html.escape(address)}">{html.escape(label)}</a></p>'
        self.report.approximate(
            name, _("a link is a text with a link; nobody learns whether it was followed")
        )
        return {"type": "html", "html": text}

    def open(self, name: str, question: dict[str, Any]) -> dict[str, Any]:
        return {"type": "comment"}

    def _branch(self) -> None:
        stops = [jumps.Stop(is_exclusive=True) for _question in self.questions]
        for index, question in enumerate(self.questions):
            branching = words.mapping(question.get("branching"))
            name = self.elements[index]["name"]
            try:
                self._branch_one(stops[index], index, question, branching)
            except Untranslatable as reason:
                self.report.drop(name, _("where it leads: %(why)s", why=reason))
        try:
            shown = jumps.conditions(stops)
        except Untranslatable as reason:
            self.report.drop("", _("where questions lead: %(why)s", why=reason))
            return
        for element, condition in zip(self.elements, shown, strict=True):
            if condition:
                element["visibleIf"] = condition
        if any(shown):
            self.report.approximate(
                "", _("where questions lead is said by conditions of the questions left out")
            )

    def _branch_one(
        self, stop: jumps.Stop, index: int, question: dict[str, Any], branching: dict[str, Any]
    ) -> None:
        kind = words.plain(branching.get("type"))
        if kind in ("end", "specific_question"):
            stop.usual = self._target("end" if kind == "end" else branching.get("index"), index)
        elif kind == "response_based":
            for answer, target in words.mapping(branching.get("responseValues")).items():
                stop.rules.append((self._when(index, question, answer), self._target(target, index)))

    def _target(self, target: Any, index: int) -> int:
        if target == "end":
            return len(self.questions)
        number = words.number(target)
        if not isinstance(number, int) or not index < number <= len(self.questions):
            raise Untranslatable(_("it leads back, or nowhere"))
        return number

    def _when(self, index: int, question: dict[str, Any], answer: str) -> str:
        element = self.elements[index]
        name = named(element["name"])
        if element["type"] == "rating":
            for bucket, numbers in BUCKETS.get(element["rateMax"], ()):
                if bucket == answer:
                    low = f"{name} >= {numbers[0]}" if numbers[0] > element["rateMin"] else ""
                    high = f"{name} <= {numbers[-1]}" if numbers[-1] < element["rateMax"] else ""
                    return both(low, high)
        place = words.number(answer)
        texts = [words.title(each) for each in words.items(question.get("choices"))]
        if element["type"] == "radiogroup" and isinstance(place, int) and 0 <= place < len(texts):
            is_other = element.get("showOtherItem") and place == len(texts) - 1
            return f"{name} = {quoted('other' if is_other else texts[place])}"
        raise Untranslatable(_("the answer %(answer)s is not there", answer=answer[:40]))

    def _besides(self) -> None:
        for what in dict.fromkeys(
            words_ for name, words_ in _BESIDES.items() if _says(self.source.get(name))
        ):
            self.report.drop("", _("%(what)s: say it under “Share”", what=what))


def _says(value: Any, depth: int = 1) -> bool:
    if isinstance(value, dict) and depth < 6:
        return any(_says(each, depth + 1) for each in list(value.values())[:100])
    return bool(value) and value != "once"


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40].strip("_")


def _html(value: Any, tag: str) -> str:
    text = words.title(value)
    return f"<{tag}>{html.escape(text, quote=False)}</{tag}>" if text else ""


_MAKERS: dict[str, Callable[[_Survey, str, dict[str, Any]], dict[str, Any]]] = {
    "open": _Survey.open,
    "link": _Survey.link,
    "rating": _Survey.rating,
    "single_choice": _Survey.choosing,
    "multiple_choice": _Survey.choosing,
}
