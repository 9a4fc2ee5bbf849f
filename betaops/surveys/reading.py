"""SurveyJS JSON to a `Definition`. Takes anything: what it cannot use it names, what it does not know it keeps.

Pure. Old property names (`questions`, `hasOther`, …) are understood as `survey-core` 3.1.1 lists them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from betaops.surveys.definition import (
    KINDS,
    Choice,
    Definition,
    Element,
    Oddity,
    Page,
    Panel,
    Question,
    instrument_of,
)
from betaops.surveys.localised import text

#: What the reader takes at most; more is named as an oddity and left out.
MOST_QUESTIONS = 1000
MOST_CHOICES = 2000
DEEPEST = 12

#: Old property names and what they are called now.
ALIASES = {
    "questions": "elements",
    "hasOther": "showOtherItem",
    "hasNone": "showNoneItem",
    "hasSelectAll": "showSelectAllItem",
    "hasComment": "showCommentArea",
    "placeHolder": "placeholder",
    "optionsCaption": "placeholder",
    "commentPlaceHolder": "commentPlaceholder",
    "otherPlaceHolder": "otherPlaceholder",
    "mininumRateDescription": "minRateDescription",
    "maximumRateDescription": "maxRateDescription",
    "rateDisplayMode": "rateType",
    "isAllRowRequired": "eachRowRequired",
    "rowsOrder": "rowOrder",
    "questionsOrder": "questionOrder",
    "firstPageIsStarted": "firstPageIsStartPage",
    "requiredText": "requiredMark",
    "showCompletedPage": "showCompletePage",
    "sendResultOnPageNext": "partialSendEnabled",
    "autoComplete": "autocomplete",
    "size": "inputSize",
}
#: Old type names.
KIND_ALIASES = {"textarea": "comment", "radio": "radiogroup", "select": "dropdown", "checkboxes": "checkbox"}

_SPECIAL = (
    ("showRefuseItem", "refused", "refuseText", "Refuse to answer"),
    ("showDontKnowItem", "dontknow", "dontKnowText", "Don’t know"),
    ("showNoneItem", "none", "noneText", "None"),
    ("showOtherItem", "other", "otherText", "Other (describe)"),
)


def read(source: Any) -> Definition:
    """The definition in `source` (JSON as Python values). Never raises; see `Definition.oddities`."""
    return _Reader().definition(source)


def renamed(source: Mapping[str, Any]) -> dict[str, Any]:
    """One object with old property names made new; where both are there the new one wins."""
    found = {ALIASES.get(name, name): value for name, value in source.items() if name in ALIASES}
    return {**found, **{name: value for name, value in source.items() if name not in ALIASES}}


class _Reader:
    def __init__(self) -> None:
        self.oddities: list[Oddity] = []
        self.names: set[str] = set()
        self.count = 0

    def definition(self, source: Any) -> Definition:
        if not isinstance(source, dict):
            self._odd("not_a_survey", "", ())
            return Definition({}, (), oddities=tuple(self.oddities))
        options = renamed(source)
        pages = tuple(self._pages(options))
        pages = _arranged(pages, options)
        return Definition(
            options=options,
            pages=pages,
            title=options.get("title", ""),
            description=options.get("description", ""),
            oddities=tuple(self.oddities),
        )

    def _pages(self, options: dict[str, Any]) -> Iterator[Page]:
        pages = options.get("pages")
        if isinstance(pages, list) and pages:
            for index, page in enumerate(pages):
                place = ("pages", index)
                if isinstance(page, dict):
                    yield self._page(renamed(page), place, index)
                else:
                    self._odd("not_a_page", "", place)
        elif "elements" in options:
            # Surveys of one page may have their questions at the top.
            yield self._page({"elements": options["elements"], "name": "page1"}, (), 0)

    def _page(self, options: dict[str, Any], place: tuple[str | int, ...], index: int) -> Page:
        return Page(
            name=_name(options) or f"page{index + 1}",
            place=place,
            elements=tuple(self._elements(options.get("elements"), (*place, "elements"), 1)),
            title=options.get("title", ""),
            description=options.get("description", ""),
            visible_if=_line(options.get("visibleIf")),
            is_visible=options.get("visible") is not False,
        )

    def _elements(self, source: Any, place: tuple[str | int, ...], depth: int) -> Iterator[Element]:
        if source is not None and not isinstance(source, list):
            self._odd("not_a_list", "", place)
        for index, item in enumerate(source if isinstance(source, list) else ()):
            here = (*place, index)
            if not isinstance(item, dict):
                self._odd("not_an_element", "", here)
                continue
            self.count += 1
            if self.count > MOST_QUESTIONS or depth > DEEPEST:
                self._odd("too_much", _name(item), here)
                return
            options = renamed(item)
            kind = str(options.get("type") or "text").lower()
            kind = KIND_ALIASES.get(kind, kind)
            yield (
                self._panel(options, here, depth)
                if kind in ("panel", "flowpanel")
                else self._question(options, kind, here)
            )

    def _panel(self, options: dict[str, Any], place: tuple[str | int, ...], depth: int) -> Panel:
        return Panel(
            name=self._unique(_name(options) or "panel", place, must=False),
            place=place,
            elements=tuple(self._elements(options.get("elements"), (*place, "elements"), depth + 1)),
            title=options.get("title", ""),
            description=options.get("description", ""),
            visible_if=_line(options.get("visibleIf")),
            enable_if=_line(options.get("enableIf")),
            required_if=_line(options.get("requiredIf")),
            is_visible=options.get("visible") is not False,
            is_required=options.get("isRequired") is True,
            instrument=instrument_of(options),
        )

    def _question(self, options: dict[str, Any], kind: str, place: tuple[str | int, ...]) -> Question:
        name = _name(options)
        if not name:
            name = f"question{self.count}"
            if kind in KINDS and kind != "html":  # what asks nothing has no answers to be told apart
                self._odd("no_name", name, place)
        self._unique(name, place, must=True)
        if kind not in KINDS:
            self._odd("unsupported_type", name, place, kind)
        if options.get("choicesByUrl"):
            self._odd("choices_by_url", name, place)
        return Question(
            name=name,
            kind=kind,
            place=place,
            options=options,
            title=options.get("title", ""),
            description=options.get("description", ""),
            visible_if=_line(options.get("visibleIf")),
            enable_if=_line(options.get("enableIf")),
            required_if=_line(options.get("requiredIf")),
            is_visible=options.get("visible") is not False,
            is_required=options.get("isRequired") is True,
            is_read_only=options.get("readOnly") is True,
            choices=self._choices(options, name, place)
            if kind in ("radiogroup", "checkbox", "dropdown")
            else (),
            columns=self._items(options.get("columns"), name, place) if kind == "matrix" else (),
            rows=self._items(options.get("rows"), name, place) if kind == "matrix" else (),
            validators=tuple(each for each in _list(options.get("validators")) if isinstance(each, dict)),
        )

    def _choices(
        self, options: dict[str, Any], name: str, place: tuple[str | int, ...]
    ) -> tuple[Choice, ...]:
        special = [
            Choice(value, options.get(words) or otherwise, is_special=True)
            for switch, value, words, otherwise in _SPECIAL
            if options.get(switch) is True
        ]
        taken = {choice.value for choice in special}
        plain = [item for item in self._items(options.get("choices"), name, place) if item.value not in taken]
        return (*plain, *special)

    def _items(self, source: Any, name: str, place: tuple[str | int, ...]) -> tuple[Choice, ...]:
        found: dict[str, Choice] = {}
        for item in _list(source)[:MOST_CHOICES]:
            choice = choice_of(item)
            if choice is None:
                self._odd("odd_choice", name, place)
            elif str(choice.value) in found:
                self._odd("same_choice_twice", name, place, str(choice.value))
            else:
                found[str(choice.value)] = choice
        if len(_list(source)) > MOST_CHOICES:
            self._odd("too_much", name, place)
        return tuple(found.values())

    def _unique(self, name: str, place: tuple[str | int, ...], *, must: bool) -> str:
        if name in self.names and must:
            self._odd("same_name_twice", name, place)
        self.names.add(name)
        return name

    def _odd(self, code: str, name: str, place: tuple[str | int, ...], detail: str = "") -> None:
        self.oddities.append(Oddity(code, name, place, detail))


def _arranged(pages: tuple[Page, ...], options: Mapping[str, Any]) -> tuple[Page, ...]:
    """Pages as `questionsOnPageMode` and `firstPageIsStartPage` want them."""
    start = pages[:1] if options.get("firstPageIsStartPage") is True and len(pages) > 1 else ()
    start = tuple(_copy(page, page.elements, is_start=True) for page in start)
    rest = pages[len(start) :]
    mode = options.get("questionsOnPageMode")
    if mode == "singlePage" or options.get("isSinglePage") is True:
        merged = tuple(_as_panel(page) for page in rest)
        rest = (Page(name="all", place=(), elements=merged),) if rest else ()
    elif mode in ("questionPerPage", "inputPerPage"):
        rest = tuple(_copy(page, (element,)) for page in rest for element in page.elements)
    return start + rest


def _copy(page: Page, elements: tuple[Element, ...], *, is_start: bool = False) -> Page:
    return Page(
        page.name,
        page.place,
        elements,
        page.title,
        page.description,
        page.visible_if,
        page.is_visible,
        is_start,
    )


def _as_panel(page: Page) -> Panel:
    return Panel(
        page.name,
        page.place,
        page.elements,
        page.title,
        page.description,
        page.visible_if,
        is_visible=page.is_visible,
    )


def choice_of(item: Any) -> Choice | None:
    if isinstance(item, dict):
        value = item.get("value")
        if value is None or isinstance(value, dict | list):
            return None
        return Choice(
            value, item.get("text") or text(value), _line(item.get("visibleIf")), _line(item.get("enableIf"))
        )
    if isinstance(item, str) and "|" in item:
        value, _, words = item.partition("|")
        return Choice(value, words)
    return None if item is None or isinstance(item, list) else Choice(item, str(item))


def _name(options: Mapping[str, Any]) -> str:
    name = options.get("name")
    return str(name).strip() if isinstance(name, str | int | float) and not isinstance(name, bool) else ""


def _line(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
