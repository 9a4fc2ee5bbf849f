"""Surveys of Formbricks, old (`questions`) and newer (`blocks`): every card is a page. Pure."""

import html
import re
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.importers import jumps, words
from betaops.surveys.importers.conditions import Untranslatable, either, named
from betaops.surveys.importers.formbricks import logic
from betaops.surveys.importers.formbricks.questions import KINDS, made
from betaops.surveys.importers.naming import Naming
from betaops.surveys.importers.report import Report

FORMAT = "Formbricks"

MOST_QUESTIONS = 500
_RECALL = re.compile(r"#recall:([\w-]{1,100})/fallback:([^#]{0,200})#")
_BESIDES = {
    "triggers": _l("what brings it up"), "segment": _l("whom it is shown to"), "displayOption": _l("how often it comes again"),
    "recontactDays": _l("how often it comes again"), "displayLimit": _l("how often it comes again"),
    "autoClose": _l("when it closes by itself"), "autoComplete": _l("the limit of responses"), "quotas": _l("quotas"),
    "followUps": _l("mails that follow an answer"), "pin": _l("its PIN"), "styling": _l("its colours and place"),
    "singleUse": _l("links for one answer"), "recaptcha": _l("the check for robots"),
    "isVerifyEmailEnabled": _l("checking the mail address"), "customHeadScripts": _l("scripts of its own"),
}  # fmt: skip

Block = dict[str, Any]


def looks_like(source: Any) -> bool:
    return any(_is_survey(each) for each in _surveys(source))


def read(source: Any, report: Report) -> dict[str, Any]:
    """The definition of the first survey in the JSON."""
    surveys = [each for each in _surveys(source) if _is_survey(each)]
    return _Survey(report.first(surveys), report).definition()


def _surveys(source: Any) -> list[dict[str, Any]]:
    if isinstance(source, list):
        return words.objects(source)
    found = words.mapping(source)
    for name in ("data", "survey"):
        if isinstance(found.get(name), list):
            return words.objects(found[name])
        if isinstance(found.get(name), dict):
            return [found[name]]
    return [found]


def _is_survey(source: dict[str, Any]) -> bool:
    if isinstance(source.get("blocks"), list) and "pages" not in source:
        return any(isinstance(block.get("elements"), list) for block in words.objects(source["blocks"]))
    first = next(iter(words.objects(source.get("questions"))), {})
    return first.get("type") in KINDS and "headline" in first


class _Survey:
    def __init__(self, source: dict[str, Any], report: Report) -> None:
        self.source, self.report = source, report
        self.naming = Naming()
        self.blocks = _blocks(source)
        there = words.objects(source.get("blocks")) or words.objects(source.get("questions"))
        report.cut(len(there), len(self.blocks))
        self.names = logic.Names({}, {}, set(), set())
        self.elements: dict[str, dict[str, Any]] = {}
        self.required: dict[str, list[str]] = {}
        self.sums: dict[str, list[str]] = {}
        for block in self.blocks:
            for element in block["elements"]:
                self._name(element)
        self.values = self._variables()

    def _name(self, element: dict[str, Any]) -> None:
        theirs, kind = words.plain(element.get("id")), element.get("type")
        ours = self.naming.name(theirs)
        element["ours"] = ours
        self.names.ours.setdefault(theirs, ours)
        if kind == "consent":
            self.names.consents.add(theirs)
        if kind in ("multipleChoiceMulti", "pictureSelection"):
            self.names.several.add(theirs)
        labels = self.names.values.setdefault(theirs, {})
        for choice in words.objects(element.get("choices")):
            for label in words.mapping(choice.get("label")).values():
                labels.setdefault(words.plain(label), words.plain(choice.get("id")))

    def _variables(self) -> list[dict[str, Any]]:
        found = []
        for variable in words.objects(self.source.get("variables")):
            name = self.naming.name(variable.get("name"), "variable")
            self.names.ours.setdefault(words.plain(variable.get("id")), name)
            start = words.number(variable.get("value")) or 0
            is_number = variable.get("type") == "number"
            found.append(
                {"id": words.plain(variable.get("id")), "name": name, "start": start if is_number else 0}
            )
        for hidden in words.items(words.mapping(self.source.get("hiddenFields")).get("fieldIds")):
            name = self.naming.name(hidden)
            self.names.ours.setdefault(words.plain(hidden), name)
            self.report.drop(name, _("a hidden field that comes with the address: it is empty"))
            found.append({"id": "", "name": name, "start": "''"})
        return found

    def definition(self) -> dict[str, Any]:
        pages = [self._page(block, number) for number, block in enumerate(self.blocks, 1)]
        self._lead(pages)
        draft: dict[str, Any] = {
            "title": words.plain(self.source.get("name")), "clearInvisibleValues": "onHidden",
            "pages": [page for page in pages if page["elements"]],
        }  # fmt: skip
        for name, conditions in self.required.items():
            if name in self.elements and not self.elements[name].get("isRequired"):
                self.elements[name]["requiredIf"] = either(*conditions)
        if self.source.get("isBackButtonHidden") is True:
            draft["showPrevButton"] = False
        if self.values:
            draft["calculatedValues"] = [self._calculated(each) for each in self.values]
        self._welcome(draft)
        self._endings(draft)
        self._besides()
        return draft

    def _page(self, block: Block, number: int) -> dict[str, Any]:
        page: dict[str, Any] = {"name": self.naming.name(block["name"], f"page{number}"), "elements": []}
        for source in block["elements"]:
            if (element := self._element(source)) is not None:
                self.elements[words.plain(source.get("id"))] = element
                page["elements"].append(element)
        return page

    def _element(self, source: dict[str, Any]) -> dict[str, Any] | None:
        name, kind = source["ours"], words.plain(source.get("type"))

        def texts(value: Any) -> Any:
            return self.texts(name, value)

        element = made(kind, name, source, texts, self.report)
        if element is None:
            self.report.drop(name, _("questions of type %(type)s", type=kind or "?"))
            return None
        element = {**element, "name": name}
        headline, below = source.get("headline"), source.get("subheader") or source.get("html")
        if element["type"] == "html":
            text = texts(headline), texts(below)
            element["html"] = _joined(*text)
            return element
        element["title"] = texts(headline)
        if description := texts(below):
            element["description"] = description
        if source.get("required") is True:
            element["isRequired"] = True
        if source.get("imageUrl") or source.get("videoUrl"):
            self.report.drop(name, _("a picture, film or sound in its text"))
        if source.get("validation"):
            self.report.drop(name, _("its rules for what may be written"))
        return element

    def texts(self, name: str, value: Any) -> Any:
        """Words by language, with recalled answers in our spelling."""
        said = value if isinstance(value, dict) else {"default": value}
        found = {}
        for code, text in list(said.items())[:60]:
            found[str(code)[:20]] = self._recalled(name, words.title(text))
        return words.localised(found, "default")

    def _recalled(self, name: str, text: str) -> str:
        def place(found: re.Match[str]) -> str:
            ours = self.names.ours.get(found[1])
            if ours is None:
                self.report.drop(name, _("%(place)s in its text", place=found[1]))
                return found[2].replace("nbsp", " ").strip()
            if found[2]:
                self.report.approximate(
                    name, _("nothing stands in for an answer that is missing in its text")
                )
            return named(ours)

        return _RECALL.sub(place, text)

    def _lead(self, pages: list[dict[str, Any]]) -> None:
        places = {block["id"]: number for number, block in enumerate(self.blocks)}
        for number, block in enumerate(self.blocks):
            for element in block["elements"]:
                places.setdefault(words.plain(element.get("id")), number)
        for ending in words.objects(self.source.get("endings")):
            places.setdefault(words.plain(ending.get("id")), len(self.blocks))
        places.setdefault("end", len(self.blocks))
        self.ending_rules: list[tuple[str, str]] = []
        stops = [self._stop(block, number, places) for number, block in enumerate(self.blocks)]
        try:
            shown = jumps.conditions(stops)
        except Untranslatable as reason:
            self.report.drop("", _("where questions lead: %(why)s", why=reason))
            return
        for page, condition in zip(pages, shown, strict=True):
            if condition:
                page["visibleIf"] = condition
        if any(shown):
            self.report.approximate(
                "", _("where questions lead is said by conditions of the questions left out")
            )

    def _stop(self, block: Block, number: int, places: dict[str, int]) -> jumps.Stop:
        stop = jumps.Stop()
        for rule in words.objects(block["logic"]):
            try:
                self._rule(stop, rule, block, number, places)
            except Untranslatable as reason:
                self.report.drop(self._named(block), _("where it leads: %(why)s", why=reason))
        fallback = words.plain(block["fallback"])
        if fallback:
            try:
                stop.usual = self._place(fallback, number, places)
            except Untranslatable as reason:
                self.report.drop(self._named(block), _("where it leads: %(why)s", why=reason))
        return stop

    def _rule(
        self, stop: jumps.Stop, rule: dict[str, Any], block: Block, number: int, places: dict[str, int]
    ) -> None:
        if "condition" in rule:
            own = words.plain(block["elements"][0].get("id")) if block["elements"] else ""
            condition = logic.line(rule, own, self.names)
            self._jump(stop, condition, words.plain(rule.get("destination")), number, places)
            return
        condition = logic.tree(rule.get("conditions"), self.names) or "true"
        for action in words.objects(rule.get("actions")):
            objective, target = words.plain(action.get("objective")), words.plain(action.get("target"))
            if objective in ("jumpToQuestion", "jumpToBlock"):
                self._jump(stop, condition, target, number, places)
            elif objective == "requireAnswer":
                self.required.setdefault(target, []).append(condition)
            else:
                self._calculate(action, condition, block)

    def _jump(
        self, stop: jumps.Stop, condition: str, target: str, number: int, places: dict[str, int]
    ) -> None:
        stop.rules.append((condition, self._place(target, number, places)))
        if places.get(target) == len(self.blocks):
            self.ending_rules.append((condition, target))

    def _place(self, target: str, number: int, places: dict[str, int]) -> int:
        if places.get(target, -1) <= number:
            raise Untranslatable(_("it leads back, or nowhere"))
        return places[target]

    def _calculate(self, action: dict[str, Any], condition: str, block: Block) -> None:
        """Adding to a number is carried over; whatever else is done to variables is not."""
        amount = words.number(words.mapping(action.get("value")).get("value"))
        variable, operator = words.plain(action.get("variableId")), action.get("operator")
        ours = self.names.ours.get(variable, "")
        depends_on_itself = named(ours) in condition
        if operator in ("add", "subtract") and amount is not None and ours and not depends_on_itself:
            self.sums.setdefault(variable, []).append(
                f"{'+' if operator == 'add' else '-'} iif({condition}, {amount}, 0)"
            )
        else:
            self.report.drop(
                self._named(block), _("a calculation (%(operator)s)", operator=words.plain(operator))
            )

    def _calculated(self, variable: dict[str, Any]) -> dict[str, Any]:
        expression = " ".join([str(variable["start"]), *self.sums.get(variable["id"], [])])
        return {"name": variable["name"], "expression": expression, "includeIntoResult": True}

    def _named(self, block: Block) -> str:
        return block["elements"][0]["ours"] if block["elements"] else words.plain(block["name"])

    def _welcome(self, draft: dict[str, Any]) -> None:
        card = words.mapping(self.source.get("welcomeCard"))
        if card.get("enabled") is not True:
            return
        said = _joined(
            self.texts("", card.get("headline")), self.texts("", card.get("subheader") or card.get("html"))
        )
        if said:
            text = {"type": "html", "name": self.naming.name("welcome_text"), "html": said}
            draft["pages"].insert(0, {"name": self.naming.name("welcome"), "elements": [text]})
            draft["firstPageIsStartPage"] = True

    def _endings(self, draft: dict[str, Any]) -> None:
        old = words.mapping(self.source.get("thankYouCard"))
        endings = words.objects(self.source.get("endings")) or ([old] if old.get("enabled") is True else [])
        texts = {}
        for ending in endings:
            if ending.get("type") == "redirectToUrl" or ending.get("url"):
                self.report.drop("", _("leading to another address at the end"))
                continue
            texts[words.plain(ending.get("id"))] = _joined(
                self.texts("", ending.get("headline")), self.texts("", ending.get("subheader"))
            )
        if texts:
            draft["completedHtml"] = next(iter(texts.values()))
        own = [{"expression": condition, "html": texts[target]}
               for condition, target in self.ending_rules if texts.get(target)]  # fmt: skip
        if len(texts) > 1 and own:
            draft["completedHtmlOnCondition"] = own

    def _besides(self) -> None:
        for what in dict.fromkeys(said for name, said in _BESIDES.items() if self.source.get(name)):
            self.report.drop("", _("%(what)s: say it under “Share”", what=what))


def _blocks(source: dict[str, Any]) -> list[Block]:
    """Newer blocks, or every old question as a block of one."""
    found: list[Block] = []
    count = 0
    blocks = words.objects(source.get("blocks"))
    questions = words.objects(source.get("questions"))
    for block in blocks or [{"elements": [each], **each} for each in questions]:
        elements = [dict(each) for each in words.objects(block.get("elements"))]
        count += len(elements)
        if count > MOST_QUESTIONS:
            break
        found.append({
            "id": words.plain(block.get("id")), "name": block.get("name") if blocks else "",
            "elements": elements, "logic": block.get("logic"), "fallback": block.get("logicFallback"),
        })  # fmt: skip
    return found


def _joined(first: Any, second: Any) -> Any:
    """A heading and a text as HTML, in all languages of either."""
    texts = [value if isinstance(value, dict) else {"default": value} for value in (first, second)]
    found = {}
    for code in dict.fromkeys([*texts[0], *texts[1]]):
        parts = ((texts[0], "h3"), (texts[1], "p"))
        found[code] = "".join(
            f"<{tag}>{html.escape(said, quote=False)}</{tag}>"
            for text, tag in parts
            if (said := words.plain(text.get(code) or text.get("default")))
        )
    return words.localised(found, "default")
