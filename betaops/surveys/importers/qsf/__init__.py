"""Surveys of Qualtrics (.qsf): blocks are pages, page breaks begin new ones, jumps become conditions. Pure."""

from dataclasses import dataclass
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.importers import jumps, words
from betaops.surveys.importers.conditions import Untranslatable, both, quoted, unless
from betaops.surveys.importers.naming import Naming
from betaops.surveys.importers.qsf.logic import Logic, Target
from betaops.surveys.importers.qsf.questions import Element, Maker
from betaops.surveys.importers.qsf.survey import Block, Json, Survey, ordered
from betaops.surveys.importers.report import Report

FORMAT = "Qualtrics"

#: Elements of a file besides what is asked.
_BESIDES = {
    "QO": _l("quotas"), "QG": _l("quotas"), "EM": _l("mails"), "SCO": _l("scores"), "PL": _l("preview links"),
    "TR": _l("translations in tables of their own"),
}  # fmt: skip
_FLOW = {
    "BlockRandomizer": _l("the random order of blocks"), "Randomizer": _l("the random order of blocks"),
    "Authenticator": _l("signing in"), "WebService": _l("calls of other services"),
    "TableOfContents": _l("a table of contents"), "ReferenceSurvey": _l("another survey inside this one"),
    "Quota": _l("quotas"), "Conjoint": _l("a conjoint study"), "SupplementalData": _l("data beside the survey"),
}  # fmt: skip


def looks_like(source: Any) -> bool:
    return isinstance(source, dict) and isinstance(source.get("SurveyElements"), list | dict)


def read(source: Any, report: Report) -> dict[str, Any]:
    return _Reader(Survey(source), report).definition()


@dataclass
class Asked:
    """One element with where it stands and what leads away from it."""

    element: Element
    key: str
    block: int
    source: Json
    skips: list[Json]


class _Reader:
    def __init__(self, survey: Survey, report: Report) -> None:
        self.survey, self.report = survey, report
        self.naming = Naming()
        self.targets = {
            key: Target(self.naming.name(question.get("DataExportTag"), key), "html")
            for key, question in survey.questions.items()
        }
        self.fields = {name: self.naming.name(name) for name, _value in survey.flow.fields}
        self.logic = Logic(
            self.targets, {name: ours for name, ours in self.fields.items() if self._is_fixed(name)}
        )
        self.main = words.plain(survey.entry.get("SurveyLanguage")).lower() or "en"
        self.asked: list[Asked] = []
        self.pages: list[dict[str, Any]] = []

    def _is_fixed(self, name: str) -> bool:
        return any(field == name and value is not None for field, value in self.survey.flow.fields)

    def definition(self) -> dict[str, Any]:
        for number, block in enumerate(self.survey.flow.blocks):
            self._block(block, number)
        self._lead()
        self._end()
        draft: dict[str, Any] = {
            "title": words.plain(self.survey.entry.get("SurveyName")), "locale": self.main,
            "clearInvisibleValues": "onHidden", "pages": [page for page in self.pages if page["elements"]],
        }  # fmt: skip
        if description := words.title(self.survey.entry.get("SurveyDescription")):
            draft["description"] = description
        values = [
            {"name": self.fields[name], "expression": quoted(words.code(value)), "includeIntoResult": True}
            for name, value in dict(self.survey.flow.fields).items()
            if value is not None and _can_be_said(value)
        ]
        if values:
            draft["calculatedValues"] = values
        self._options(draft)
        self._besides()
        return draft

    def _block(self, block: Block, number: int) -> None:
        self._new_page(block)
        if words.mapping(block.source.get("Options")).get("RandomizeQuestions") not in (
            None,
            "false",
            False,
            "",
            "No",
        ):
            self.pages[-1]["questionOrder"] = "random"
        if words.mapping(block.source.get("Options")).get("Looping") not in (None, "None", "", False, "Off"):
            self.report.drop(block.name, _("asking the block again for every answer"))
        for part in words.objects(block.source.get("BlockElements")):
            if part.get("Type") == "Page Break":
                self._new_page(block)
                continue
            key = words.plain(part.get("QuestionID"))
            if key in self.survey.questions:
                own = words.objects(self.survey.questions[key].get("SkipLogic"))
                self._question(key, number, words.objects(part.get("SkipLogic")) or own)

    def _new_page(self, block: Block) -> None:
        name = self.naming.name(f"page{len(self.pages) + 1}")
        page: dict[str, Any] = {"name": name, "elements": []}
        try:
            if condition := both(*(self.logic.tree(each) for each in block.branches)):
                page["visibleIf"] = condition
        except Untranslatable as reason:
            self.report.drop(block.name or name, _("the branch it stands in: %(why)s", why=reason))
        self.pages.append(page)

    def _question(self, key: str, block: int, skips: list[Json]) -> None:
        source, target = self.survey.questions[key], self.targets[key]
        if any(each.key == key for each in self.asked):
            self.report.approximate(target.name, _("its block comes up twice; it is asked once"))
            return
        element = Maker(source, target, self._texts(source, target.name), self.report).element()
        if element is None:
            kind = words.plain(source.get("QuestionType")) or "?"
            self.report.drop(target.name, _("questions of type %(type)s", type=kind))
            return
        element = {**element, "name": target.name}
        self._describe(element, source, target.name)
        self.pages[-1]["elements"].append(element)
        self.asked.append(Asked(element, key, block, source, skips))

    def _describe(self, element: Element, source: Json, name: str) -> None:
        texts = self._texts(source, name)
        if element["type"] == "html":
            element["html"] = texts("QuestionText", is_html=True)
            return
        element["title"] = texts("QuestionText")
        settings = words.mapping(words.mapping(source.get("Validation")).get("Settings"))
        if settings.get("ForceResponse") == "ON":
            if element["type"] == "multipletext":
                element["items"] = [{**each, "isRequired": True} for each in element["items"]]
            else:
                element["eachRowRequired" if element["type"] == "matrix" else "isRequired"] = True
        elif settings.get("ForceResponse") == "RequestResponse":
            self.report.approximate(name, _("one may go on without an answer; nobody is asked again"))
        if settings.get("Type") == "CustomValidation":
            self._checked(element, words.mapping(settings.get("CustomValidation")), name)
        if source.get("QuestionJS"):
            self.report.drop(name, _("a script"))
        for kind in ("InPageDisplayLogic", "ChoiceDataSource", "DynamicChoices"):
            if source.get(kind):
                self.report.drop(name, _("answers that come from another question"))

    def _checked(self, element: Element, custom: Json, name: str) -> None:
        try:
            if condition := self.logic.tree(words.mapping(custom.get("Logic"))):
                element.setdefault("validators", []).append({"type": "expression", "expression": condition})
        except Untranslatable as reason:
            self.report.drop(name, _("its check: %(why)s", why=reason))

    def _texts(self, source: Json, name: str) -> Any:
        translations = {
            code: words.mapping(said) for code, said in words.mapping(source.get("Language")).items()
        }

        def texts(*path: str, is_html: bool = False) -> Any:
            said = {self.main: self._text(_at(source, path), name, is_html=is_html)}
            for code, translated in translations.items():
                said[code.lower().replace("_", "-")] = self._text(
                    _at(translated, path), name, is_html=is_html
                )
            return words.localised(said, self.main)

        return texts

    def _text(self, value: Any, name: str, *, is_html: bool) -> str:
        text, lost = self.logic.piped(words.plain(value))
        for place in lost:
            self.report.drop(name, _("%(place)s in its text", place=place))
        if words.has_picture(value):
            self.report.drop(name, _("a picture, film or sound in its text"))
        return text if is_html else words.title(text)

    def _lead(self) -> None:
        """Display logic and jumps, once every question is known."""
        stops = [jumps.Stop(self._shown(asked)) for asked in self.asked]
        for index, asked in enumerate(self.asked):
            for skip in asked.skips:
                try:
                    stops[index].rules.append((self.logic.skip(skip), self._target(skip, index)))
                except Untranslatable as reason:
                    self.report.drop(asked.element["name"], _("where it leads: %(why)s", why=reason))
        try:
            shown = jumps.conditions(stops)
        except Untranslatable as reason:
            self.report.drop("", _("where questions lead: %(why)s", why=reason))
            shown = [stop.visible_if for stop in stops]
        for asked, condition in zip(self.asked, shown, strict=True):
            if condition:
                asked.element["visibleIf"] = condition
        if any(stop.rules for stop in stops):
            self.report.approximate(
                "", _("where questions lead is said by conditions of the questions left out")
            )

    def _shown(self, asked: Asked) -> str:
        name = asked.element["name"]
        try:
            condition = self.logic.tree(words.mapping(asked.source.get("DisplayLogic")))
        except Untranslatable as reason:
            self.report.drop(name, _("its condition: %(why)s", why=reason))
            condition = ""
        self._choices_shown(asked.element, asked.source, name)
        return condition

    def _choices_shown(self, element: Element, source: Json, name: str) -> None:
        codes = self.targets[self._key(name)].choices
        for key in ordered(None, source.get("Choices")):
            logic = words.mapping(
                words.mapping(words.mapping(source.get("Choices")).get(key)).get("DisplayLogic")
            )
            if not logic:
                continue
            try:
                condition = self.logic.tree(logic)
            except Untranslatable as reason:
                self.report.drop(
                    name, _("when the answer %(answer)s is offered: %(why)s", answer=key, why=reason)
                )
                continue
            for choice in element.get("choices", []):
                if choice["value"] == codes.get(key) and condition:
                    choice["visibleIf"] = condition

    def _key(self, name: str) -> str:
        return next(key for key, target in self.targets.items() if target.name == name)

    def _target(self, skip: Json, index: int) -> int:
        where = words.plain(skip.get("SkipToDestination"))
        if where.upper() in ("ENDOFSURVEY", "SURVEY_END"):
            return len(self.asked)
        if where.upper() == "ENDOFBLOCK":
            block = self.asked[index].block
            return next(
                (number for number, each in enumerate(self.asked) if each.block > block), len(self.asked)
            )
        for number, each in enumerate(self.asked):
            if each.key == where and number > index:
                return number
        raise Untranslatable(_("it leads back, or nowhere"))

    def _end(self) -> None:
        """Ends inside the flow: whoever is in the branch sees none of the pages behind it."""
        for after, branches in self.survey.flow.ends:
            try:
                condition = both(*(self.logic.tree(each) for each in branches))
            except Untranslatable as reason:
                self.report.drop("", _("an end in the middle: %(why)s", why=reason))
                continue
            behind = {id(asked.element) for asked in self.asked if asked.block >= after}
            if not condition and behind:
                self.report.drop("", _("an end in the middle: what stands behind it is asked all the same"))
                continue
            for page in self.pages:
                if condition and page["elements"] and id(page["elements"][0]) in behind:
                    page["visibleIf"] = both(page.get("visibleIf", ""), unless(condition))

    def _options(self, draft: dict[str, Any]) -> None:
        options = self.survey.options
        if options.get("BackButton") in ("false", False):
            draft["showPrevButton"] = False
        if words.plain(options.get("ProgressBarDisplay")) in ("None", ""):
            draft["showProgressBar"] = False
        if words.plain(options.get("EOSRedirectURL")):
            self.report.drop("", _("leading to another address at the end"))
        if words.plain(options.get("EOSMessage")).startswith("MS_"):
            self.report.drop("", _("the message at the end: it stands in a library"))
        if any(words.plain(options.get(name)) for name in ("CustomStyles", "Header", "Footer")):
            self.report.drop("", _("its colours and place"))

    def _besides(self) -> None:
        for what in dict.fromkeys(_BESIDES[kind] for kind in self.survey.kinds if kind in _BESIDES):
            self.report.drop("", what)
        for kind in dict.fromkeys(self.survey.flow.others):
            self.report.drop("", _FLOW.get(kind) or _("%(kind)s in the flow", kind=kind))
        for name in dict.fromkeys(name for name, value in self.survey.flow.fields if value is None):
            self.report.drop(name, _("a field that comes from outside"))


def _can_be_said(value: str) -> bool:
    try:
        return bool(quoted(value))
    except Untranslatable:
        return False


def _at(source: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if isinstance(source, list):
            source = source[int(step)] if step.isdecimal() and int(step) < len(source) else None
        else:
            source = words.mapping(source).get(step)
    return source
