"""Surveys of LimeSurvey (.lss, versions 2 to 6): groups are pages, codes stay names. Pure."""

from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.importers import words
from betaops.surveys.importers.conditions import Untranslatable
from betaops.surveys.importers.files import xml_in
from betaops.surveys.importers.lss.logic import Logic, old_conditions
from betaops.surveys.importers.lss.questions import MAKERS, Context, Element, known
from betaops.surveys.importers.lss.tables import MOST_QUESTIONS, Item, Row, Tables
from betaops.surveys.importers.naming import Naming
from betaops.surveys.importers.report import Report

FORMAT = "LimeSurvey"

#: Attributes that were acted on, and those that only say how statistics or the old page looked.
_TAKEN = {
    "min_answers", "max_answers", "max_subquestions", "exclude_all_others", "category_separator", "numbers_only",
    "min_num_value_n", "max_num_value_n", "num_value_int_only", "maximum_chars", "display_rows", "date_format",
    "date_min", "date_max", "slider_layout", "dualscale_headerA", "dualscale_headerB", "multiflexible_checkbox",
    "multiflexible_min", "multiflexible_max", "max_num_of_files", "min_num_of_files", "max_filesize",
    "allowed_filetypes", "hidden", "random_order", "answer_order", "subquestion_order", "other_replace_text",
    "display_columns", "em_validation_q", "em_validation_q_tip", "array_filter", "array_filter_exclude",
}  # fmt: skip
_LOOKS = (
    "statistics_", "text_input_", "label_", "answer_width", "cssclass", "save_as_default", "question_template",
    "display_type", "hide_tip", "input_size", "public_statistics", "scale_export", "dropdown_", "placeholder",
    "page_break", "alphasort", "array_filter_style", "printable_", "repeat_headings", "num_value", "slider_",
    "location_", "nodes", "numbers", "show_comment", "show_title", "commented_checkbox", "reverse",
)  # fmt: skip
_NEUTRAL = ("", "0", "N", "default", "normal", "1000")
#: Tables of a file that are about more than what is asked.
_BESIDES = {
    "quota": _l("quotas"), "assessments": _l("assessment rules"),
    "surveys_plugins": _l("plugins"), "plugin_settings": _l("plugins"),
    "survey_urlparams": _l("address parameters"), "survey_url_parameters": _l("address parameters"),
}  # fmt: skip
_MAIL_TEXTS = (
    "surveyls_email_invite",
    "surveyls_email_remind",
    "surveyls_email_register",
    "surveyls_email_confirm",
)


def read(source: str, report: Report) -> dict[str, Any]:
    """The definition in the text of a file; `Invalid` where it is no survey of LimeSurvey."""
    return _Survey(Tables(xml_in(source)), report).definition()


class _Survey:
    def __init__(self, tables: Tables, report: Report) -> None:
        self.tables, self.report = tables, report
        report.cut(tables.there, MOST_QUESTIONS)
        naming = Naming()
        self.names = {item.get("qid"): naming.name(item.get("title")) for item in tables.questions}
        self._naming = naming
        targets = known(tables, self.names)
        self.logic = Logic(targets)
        self.old = old_conditions(tables, targets)
        self.context = Context(tables, report, self.texts)

    def definition(self) -> dict[str, Any]:
        settings, texts = self.tables.settings, self.tables.texts
        said = {code: row.get("surveyls_title", "") for code, row in texts.items()}
        draft: dict[str, Any] = {"title": self.texts("", said), "locale": self.tables.language}
        for column, ours in (("surveyls_description", "description"), ("surveyls_endtext", "completedHtml")):
            if words_here := self.texts("", {code: row.get(column, "") for code, row in texts.items()},
                                        is_html=ours == "completedHtml"):  # fmt: skip
                draft[ours] = words_here
        if settings.get("allowprev") == "N":
            draft["showPrevButton"] = False
        draft["showProgressBar"] = settings.get("showprogress") != "N"
        mode = {"S": "questionPerPage", "A": "singlePage"}.get(settings.get("format", ""))
        if mode:
            draft["questionsOnPageMode"] = mode
        draft["pages"] = [self._page(group, number) for number, group in enumerate(self.tables.groups, 1)]
        self._stray(draft["pages"])
        self._welcome(draft)
        self._besides()
        return draft

    def texts(self, name: str, said: dict[str, str], *, is_html: bool = False) -> Any:
        """Words by language, with the places for answers in our spelling."""
        found: dict[str, str] = {}
        for code, source in said.items():
            piped, lost = self.logic.piped(words.plain(source))
            for place in lost:
                self.report.drop(name, _("%(place)s in its text", place=place))
            if not is_html and words.has_picture(source):
                self.report.drop(name, _("a picture, film or sound in its text"))
            found[code] = piped if is_html else words.title(piped)
        return words.localised(found, self.tables.language)

    def _page(self, group: Item, number: int) -> dict[str, Any]:
        name = self._naming.name(f"page{number}")
        page: dict[str, Any] = {"name": name, "title": self.texts(name, group.said("group_name"))}
        if description := self.texts(name, group.said("description")):
            page["description"] = description
        page["elements"] = []
        self._visible(page, name, group.get("grelevance"))
        if group.get("randomization_group"):
            self.report.drop(name, _("the random order of groups"))
        questions = [each for each in self.tables.questions if each.get("gid") == group.get("gid")]
        page["elements"] = [element for each in questions if (element := self._element(each)) is not None]
        return page

    def _stray(self, pages: list[dict[str, Any]]) -> None:
        """Questions of no group that is in the file."""
        groups = {group.get("gid") for group in self.tables.groups}
        stray = [each for each in self.tables.questions if each.get("gid") not in groups]
        found = [element for each in stray if (element := self._element(each)) is not None]
        if found:
            pages.append({"name": self._naming.name("page"), "elements": found})

    def _element(self, item: Item) -> Element | None:
        name, kind = self.names[item.get("qid")], item.get("type")
        attributes = self.tables.attributes(item)
        if kind == "*":
            return self._calculated(name, item, attributes)
        make = MAKERS.get(kind)
        if make is None:
            what = (
                _("choosing the language")
                if kind == "I"
                else _("questions of type %(type)s", type=kind or "?")
            )
            self.report.drop(name, what)
            return None
        element = {"name": name, **make(self.context, name, item, attributes)}
        self._described(element, name, item)
        self._visible(element, name, item.get("relevance"), self.old.get(item.get("qid"), ""))
        self._refined(element, name, item, attributes)
        self._leftover(name, attributes)
        return element

    def _described(self, element: Element, name: str, item: Item) -> None:
        if element["type"] != "html":
            element["title"] = self.texts(name, item.said("question"))
        if help_text := self.texts(name, item.said("help")):
            element["description"] = help_text
        if item.get("mandatory") == "Y" and element["type"] not in ("html", "multipletext"):
            element["isRequired"] = True
        elif item.get("mandatory") == "S":
            self.report.approximate(name, _("one may go on without an answer; nobody is asked again"))

    def _visible(self, element: Element, name: str, relevance: str, old: str | Untranslatable = "") -> None:
        try:
            if condition := self.logic.condition(relevance, "" if "elements" in element else name):
                element["visibleIf"] = condition
            elif isinstance(old, Untranslatable):
                raise old
            elif old:
                element["visibleIf"] = old
        except Untranslatable as reason:
            self.report.drop(
                name, _("its condition (%(condition)s): %(why)s", condition=relevance[:80], why=reason)
            )

    def _refined(self, element: Element, name: str, item: Item, attributes: Row) -> None:
        kind = element["type"]
        if item.get("other") == "Y" and kind in ("radiogroup", "dropdown", "checkbox"):
            element["showOtherItem"] = True
            if words_for_it := attributes.get("other_replace_text"):
                element["otherText"] = words.title(words_for_it)
        if attributes.get("hidden") == "1":
            element["visible"] = False
        is_random = attributes.get("random_order") == "1" or "random" in (
            attributes.get("answer_order"), attributes.get("subquestion_order")
        )  # fmt: skip
        if is_random and kind in ("radiogroup", "dropdown", "checkbox", "ranking", "matrix"):
            element["rowOrder" if kind == "matrix" else "choicesOrder"] = "random"
        columns = words.number(attributes.get("display_columns"))
        if columns and kind in ("radiogroup", "checkbox"):
            element["colCount"] = columns
        self._checked(element, name, item, attributes)
        self._filtered(element, name, attributes)
        self._default(element, name, item)

    def _checked(self, element: Element, name: str, item: Item, attributes: Row) -> None:
        validators = []
        if pattern := item.get("preg").strip():
            validators.append({"type": "regex", "regex": pattern.strip("/")})
        if source := attributes.get("em_validation_q", "").strip():
            try:
                if condition := self.logic.condition(source, name):
                    told = words.title(attributes.get("em_validation_q_tip", ""))
                    validators.append(
                        {"type": "expression", "expression": condition, **({"text": told} if told else {})}
                    )
            except Untranslatable as reason:
                self.report.drop(
                    name, _("its check (%(condition)s): %(why)s", condition=source[:80], why=reason)
                )
        if validators:
            element["validators"] = validators

    def _filtered(self, element: Element, name: str, attributes: Row) -> None:
        for attribute, word in (("array_filter", "contains"), ("array_filter_exclude", "notcontains")):
            code = attributes.get(attribute, "").strip()
            if not code:
                continue
            known_codes = {item.get("title"): item.get("qid") for item in self.tables.questions}
            if code not in known_codes:
                self.report.drop(name, _("answers filtered by %(other)s", other=code))
                continue
            condition = f"{{{self.names[known_codes[code]]}}} {word} {{item}}"
            element["rowsVisibleIf" if element["type"] == "matrix" else "choicesVisibleIf"] = condition

    def _default(self, element: Element, name: str, item: Item) -> None:
        rows = [row for row in self.tables.rows("defaultvalues") if row.get("qid") == item.get("qid")]
        told = {
            row.get("dvid"): row.get("defaultvalue", "") for row in self.tables.rows("defaultvalue_l10ns")
        }
        for row in rows:
            value = row.get("defaultvalue") or told.get(row.get("dvid"), "")
            if not value:
                continue
            if row.get("sqid", "0") in ("", "0") and "{" not in value and element["type"] != "checkbox":
                element["defaultValue"] = value
            else:
                self.report.drop(name, _("an answer filled in (%(value)s)", value=value[:80]))

    def _calculated(self, name: str, item: Item, attributes: Row) -> Element | None:
        source = attributes.get("equation", "") or item.get("question")
        try:
            expression = self.logic.value(words.title(source), name)
        except Untranslatable as reason:
            self.report.drop(
                name, _("what it calculates (%(formula)s): %(why)s", formula=source[:80], why=reason)
            )
            return None
        element: Element = {"type": "expression", "name": name, "expression": expression}
        if attributes.get("equation"):
            element["title"] = self.texts(name, item.said("question"))
        if attributes.get("hidden") == "1":
            element["visible"] = False
        self._visible(element, name, item.get("relevance"))
        return element

    def _leftover(self, name: str, attributes: Row) -> None:
        for attribute, value in attributes.items():
            if attribute in _TAKEN or attribute.startswith(_LOOKS) or value.strip() in _NEUTRAL:
                continue
            self.report.drop(name, f"{attribute} ({value[:60]})")

    def _welcome(self, draft: dict[str, Any]) -> None:
        texts = {code: row.get("surveyls_welcometext", "") for code, row in self.tables.texts.items()}
        if welcome := self.texts("", texts, is_html=True):
            name = self._naming.name("welcome")
            page = {
                "name": name,
                "elements": [{"type": "html", "name": self._naming.name("welcome_text"), "html": welcome}],
            }
            draft["pages"].insert(0, page)
            draft["firstPageIsStartPage"] = True

    def _besides(self) -> None:
        for table, what in _BESIDES.items():
            if count := len(self.tables.rows(table)):
                self.report.drop("", _("%(what)s (%(count)s)", what=what, count=count))
        if any(row.get(column) for row in self.tables.texts.values() for column in _MAIL_TEXTS):
            self.report.drop("", _("the texts of mails to participants"))
        if any(row.get("surveyls_url") for row in self.tables.texts.values()):
            self.report.drop("", _("leading to another address at the end"))
