"""SurveyJS JSON to a `Definition`. Takes anything: what it cannot use it names, what it does not know it keeps.

Pure. Old property names (`questions`, `hasOther`, …) are understood as `survey-core` 3.1.1 lists them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from betaops.surveys.definition import (
    COMPOUND,
    DISPLAYED,
    KINDS,
    WITH_CHOICES,
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
#: Entries of one question before anybody answers: those of a panel in a panel in a panel are many.
MOST_AT_FIRST = 1000

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
    "maxTimeToFinish": "timeLimit",
    "maxTimeToFinishPage": "timeLimitPerPage",
    "itemSize": "inputSize",
    "panelAddText": "addPanelText",
    "panelRemoveText": "removePanelText",
    "emptyRowsText": "noRowsText",
    "defaultValueFromLastPanel": "copyDefaultValueFromLastEntry",
    "defaultValueFromLastRow": "copyDefaultValueFromLastEntry",
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


def _at_first(options: Mapping[str, Any]) -> int:
    """With how many entries a question begins; where it says nothing or nonsense, one is as good."""
    counts = (options.get(name) for name in ("panelCount", "minPanelCount", "rowCount", "minRowCount"))
    return min(max((each for each in counts if isinstance(each, int | float) and each > 1), default=1), 100)  # type: ignore[return-value]


class _Reader:
    def __init__(self, *, count: int = 0, depth: int = 1, many: int = 1) -> None:
        self.oddities: list[Oddity] = []
        self.names: set[str] = set()
        self.count = count
        self.depth = depth
        #: How many entries there are of what is read, before anybody answers.
        self.many = many
        self.options: Mapping[str, Any] = {}

    def definition(self, source: Any) -> Definition:
        if not isinstance(source, dict):
            self._odd("not_a_survey", "", ())
            return Definition({}, (), oddities=tuple(self.oddities))
        options = self.options = renamed(source)
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
            elements=tuple(self._elements(options.get("elements"), (*place, "elements"), self.depth)),
            title=options.get("title", ""),
            description=options.get("description", ""),
            visible_if=_line(options.get("visibleIf")),
            is_visible=options.get("visible") is not False,
            options=options,
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
                else self._question(options, kind, here, depth)
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

    def _question(
        self, options: dict[str, Any], kind: str, place: tuple[str | int, ...], depth: int
    ) -> Question:
        name = _name(options)
        if not name:
            name = f"question{self.count}"
            if kind in KINDS and kind not in DISPLAYED:  # what asks nothing has no answers to be told apart
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
            is_required=options.get("isRequired") is True and kind != "expression",
            is_read_only=options.get("readOnly") is True,
            choices=self._choices(options, name, place, kind) if kind in WITH_CHOICES else (),
            columns=self._items(options.get("columns"), name, place) if kind == "matrix" else (),
            rows=self._items(options.get("rows"), name, place)
            if kind in ("matrix", "matrixdropdown")
            else (),
            validators=tuple(each for each in _list(options.get("validators")) if isinstance(each, dict)),
            inner=self._inner(options, name, kind, place, depth) if kind in COMPOUND else None,
        )

    def _inner(
        self, options: dict[str, Any], name: str, kind: str, place: tuple[str | int, ...], depth: int
    ) -> Definition:
        """What one entry of a compound question asks; names inside are told apart only from each other."""
        reader = _Reader(count=self.count, depth=depth + 1, many=self.many * _at_first(options))
        reader.options = self.options
        where = {"paneldynamic": "templateElements", "multipletext": "items"}.get(kind, "columns")
        source = options.get(where)
        if kind == "paneldynamic":
            source = source if source is not None else options.get("elements")
        elif isinstance(source, list):
            make = line_of if kind == "multipletext" else cell_of
            source = [make(item, options) for item in source]
        if reader.many > MOST_AT_FIRST:
            self._odd("too_much", name, place)
            source = None
        elements = tuple(reader.elements(source, (*place, where)))
        self.count = reader.count
        self.oddities += reader.oddities
        kept = {"clearInvisibleValues": self.options.get("clearInvisibleValues")}
        return Definition(kept, (Page(name=name, place=place, elements=elements),))

    def elements(self, source: Any, place: tuple[str | int, ...]) -> Iterator[Element]:
        return self._elements(source, place, self.depth)

    def _choices(
        self, options: dict[str, Any], name: str, place: tuple[str | int, ...], kind: str
    ) -> tuple[Choice, ...]:
        special = [
            Choice(value, options.get(words) or otherwise, is_special=True)
            for switch, value, words, otherwise in _SPECIAL
            if options.get(switch) is True and kind != "ranking"
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
        page.options,
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
            value,
            item.get("text") or text(value),
            _line(item.get("visibleIf")),
            _line(item.get("enableIf")),
            image=item.get("imageLink") or "",
        )
    if isinstance(item, str) and "|" in item:
        value, _, words = item.partition("|")
        return Choice(value, words)
    return None if item is None or isinstance(item, list) else Choice(item, str(item))


def line_of(item: Any, options: Mapping[str, Any]) -> Any:
    """One line of a multiple text as a question of its own."""
    if isinstance(item, str | int | float) and not isinstance(item, bool):
        return {"type": "text", "name": str(item)}
    return {**item, "type": "text"} if isinstance(item, dict) else item


def cell_of(item: Any, options: Mapping[str, Any]) -> Any:
    """One column of a matrix as the question that its cells ask."""
    if isinstance(item, str | int | float) and not isinstance(item, bool):
        item = {"name": str(item)}
    if not isinstance(item, dict):
        return item
    kind = item.get("cellType")
    if kind in (None, "", "default"):
        kind = options.get("cellType") or "dropdown"
    cell = {**item, "type": kind if isinstance(kind, str) else "dropdown"}
    if not _list(cell.get("choices")) and options.get("choices") is not None:
        cell["choices"] = options["choices"]
    return cell


def _name(options: Mapping[str, Any]) -> str:
    name = options.get("name")
    return str(name).strip() if isinstance(name, str | int | float) and not isinstance(name, bool) else ""


def _line(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
