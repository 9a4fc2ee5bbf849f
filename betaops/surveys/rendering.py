"""One page of a survey for its template: a WTForms form built from what is asked right now."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from markupsafe import Markup
from wtforms.form import BaseForm

from betaops.surveys import looks
from betaops.surveys.cleaning import NOTHING, clean_html, clean_title, storable
from betaops.surveys.definition import Element, Page, Panel, Question
from betaops.surveys.engine import instant
from betaops.surveys.engine.entries import LISTS, entries
from betaops.surveys.engine.judging import Problem
from betaops.surveys.engine.marking import changed, marks
from betaops.surveys.engine.piping import marked, piped_html
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.fields import FIELDS
from betaops.surveys.fields.base import Filled, comment_data, comment_fields
from betaops.surveys.fields.compound import inside
from betaops.surveys.localised import text
from betaops.surveys.looks import Look

#: Templates that draw the fields of their question one by one, or none where there are none.
_WITHOUT_FIELDS = ("entries", "expression", "matrix", "ranking")
_NARROW = ("number", "date", "time", "month", "week")


@dataclass
class Asked:
    """A question on the page. `name` is what its fields are called: inside a panel not only its own."""

    question: Question
    id: str
    name: str
    #: Its own condition holds; and those of everything around it as well.
    is_wanted: bool
    is_there: bool
    is_required: bool
    fields: list[Any] = field(default_factory=list)
    comment: Any = None
    errors: list[str] = field(default_factory=list)
    condition: str = ""
    title: Markup = NOTHING
    description: Markup = NOTHING
    html: Markup = NOTHING
    low: str = ""
    high: str = ""
    more: Look = field(default_factory=Look)
    entries: list["Drawn"] = field(default_factory=list)

    @property
    def template(self) -> str:
        return FIELDS[self.question.kind].template

    @property
    def described(self) -> str:
        """Ids of what belongs to the question besides its title, for `aria-describedby`."""
        parts = {
            "hint": self.description,
            "error": self.errors,
            "ends": self.template in ("scale", "slider") and self.low,
        }
        return " ".join(f"{self.id}-{name}" for name, is_there in parts.items() if is_there)

    @property
    def attributes(self) -> dict[str, Any]:
        """Of the control of a question that has a single one."""
        is_narrow = self.question.options.get("inputType") in _NARROW
        own = {"class": "control width-sm" if is_narrow else "control", "aria-describedby": self.described}
        return {name: value for name, value in own.items() if value} | (
            {"aria-invalid": "true"} if self.errors else {}
        )

    @property
    def comment_attributes(self) -> dict[str, Any]:
        wrong = {"aria-invalid": "true", "aria-describedby": f"{self.comment.id}-error"}
        return {"class": "control", **(wrong if self.comment.errors else {})}


@dataclass
class Group:
    """A panel on the page, or the page itself."""

    id: str
    is_wanted: bool
    elements: list["Asked | Group"]
    title: Markup = NOTHING
    description: Markup = NOTHING
    condition: str = ""


@dataclass
class Drawn:
    """One entry of a compound question: a panel, a row, or the lines of a multiple text."""

    title: str
    elements: list["Asked | Group"]
    #: What its button sends to take it away; nothing where it stays.
    removal: str = ""


@dataclass
class View:
    """What the template draws."""

    page: Page
    number: int
    count: int
    is_first: bool
    is_last: bool
    group: Group
    form: BaseForm
    #: (id of the control, what the question is called, what is wrong) for the list at the head.
    problems: list[tuple[str, str, str]]
    #: Answers of other pages that conditions here look at, for the script.
    known: str
    #: How every answer was drawn, where the survey itself may change one; else empty.
    drawn: str
    #: Whether files may be chosen here: the form is sent in parts then.
    has_files: bool = False


def form_for(
    scene: Scene,
    questions: Iterable[Question],
    sent: Any = None,
    uploads: Mapping[str, list[Any]] | None = None,
    known: dict[Any, Any] | None = None,
) -> Filled:
    """The form of `questions`, filled with the scene's answers, or with what was `sent` (files apart).

    `known`: for reading only. The fields of each question are made once, and have the words of whoever came first.
    """
    questions = list(questions)
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for question in questions:
        kind = FIELDS[question.kind]
        built = known.get(question.place) if known is not None else None
        if built is None:
            built = kind.build(question, scene) | comment_fields(question, scene)
            if known is not None:
                known[question.place] = built
        fields |= built
        told = kind.data(question, scene.values.get(question.key)) | comment_data(question, scene.values)
        data |= {name: value for name, value in told.items() if name in built}
    form = Filled(fields)
    form.process(formdata=sent, data=data)
    form.stored = {question.name: scene.values.get(question.key) for question in questions}
    form.there = None if sent is None else frozenset(sent.getlist("__on"))
    form.uploads = uploads or {}
    return form


def values_from(form: BaseForm, questions: Iterable[Question]) -> dict[str, Any]:
    """Answers by key as the form has them; None where nothing was answered."""
    found: dict[str, Any] = {}
    for question in questions:
        value = FIELDS[question.kind].value(question, form)
        # That no entry is wanted is said by an empty list; nothing at all means those that one begins with.
        is_none = question.kind in LISTS and value == []
        found[question.key] = None if is_empty(value) and not is_none else storable(value)
        name = f"{question.name}-Comment"
        if name in form:
            comment = (form[name].data or "").strip()
            found[question.comment_key] = storable(comment) or None
    return found


def sent_values(
    scene: Scene,
    questions: list[Question],
    sent: Any,
    uploads: Mapping[str, list[Any]] | None = None,
    known: dict[Any, Any] | None = None,
) -> dict[str, Any]:
    """What a person changed on a page: what is as it was drawn is none of their doing.

    The survey may have set an answer meanwhile that the page still shows as it was. `known`: see `form_for`.
    """
    values = values_from(form_for(scene, questions, sent, uploads, known), questions)
    return changed(values, sent.get("__drawn", ""))


def field_contents(scene: Scene, page: Page) -> dict[str, list[str]]:
    """What the fields of a page hold now, by their names, for a script that shows what the survey itself has set.

    Fields for files hold nothing that a script could set.
    """
    shown = [question for question in page.questions if question.is_asked and scene.is_shown(question)]
    found: dict[str, list[str]] = {}
    for question in shown:
        if question.kind == "file":
            continue
        for name, value in FIELDS[question.kind].data(question, scene.values.get(question.key)).items():
            items = value if isinstance(value, list | tuple) else [value]
            found[name] = [str(each) for each in items if each not in (None, "")]
    return found


def view(
    scene: Scene,
    page: Page,
    *,
    sent: Any = None,
    problems: Iterable[Problem] = (),
    unsaved: Collection[str] = (),
) -> View:
    """Everything the template needs; `sent` shows what was typed instead of what is stored.

    Answers to the keys `unsaved` are in the scene and nowhere else yet.
    """
    asked = [question for question in page.questions if question.is_asked]
    form = form_for(scene, _once(asked), sent)
    drawing = _Drawing(scene, form)
    group = drawing.group(page)
    drawing.blame(problems)
    over = {scene.definition.pages[each].place for each in scene.passed_over}
    pages = [each for each in scene.pages if not each.is_start and each.place not in over]
    number = next((index for index, each in enumerate(pages, 1) if each is page), 0)
    return View(
        page=page,
        number=number,
        count=len(pages),
        is_first=not any(each for each in scene.pages if _before(scene, each, page)),
        is_last=not any(each for each in pages if _before(scene, page, each)),
        group=group,
        form=form,
        problems=drawing.summary,
        known=_known(scene, page),
        drawn=marks(values_from(form, _once(asked)), unsaved) if scene.definition.acts else "",
        has_files=drawing.has_files,
    )


def shown_names(scene: Scene, questions: Iterable[Question]) -> list[str]:
    """Names of what is shown now, as the page calls it: also what stands inside compound questions."""
    return [name for question in questions for name in _shown_names(scene, question, question.name)]


def _shown_names(scene: Scene, question: Question, name: str) -> Iterator[str]:
    if not scene.is_shown(question):
        return
    yield name
    if question.inner is not None:
        named = inside(question, name)
        for entry in entries(named, scene.values.get(named.key), scene):
            for inner in question.inner.questions:
                yield from _shown_names(entry.scene, inner, entry.field_name(named, inner.name))


def _before(scene: Scene, first: Page, second: Page) -> bool:
    order = scene.definition.pages
    return order.index(first) < order.index(second)


class _Drawing:
    """Everything on one page is numbered and found through the outermost (`root`), also what stands in panels."""

    def __init__(
        self, scene: Scene, form: BaseForm, root: "_Drawing | None" = None, place: str = "{}"
    ) -> None:
        self.scene = scene
        self.form = form
        self.root = root or self
        #: The name of a field here, with a gap for that of its question.
        self.place = place
        self.count = 0
        self.asked: dict[str, Asked] = {}
        self.summary: list[tuple[str, str, str]] = []
        self.has_files = False
        #: Conditions on these are left to the server.
        self.unseen = frozenset() if root else instant.unseen(scene.definition)

    def group(self, parent: Page | Panel) -> Group:
        return Group(
            id=f"g{self._number()}",
            is_wanted=self.scene.is_wanted(parent),
            elements=self.elements(parent),
            title=self._title(parent.title),
            description=self._title(parent.description),
            condition=self._condition(parent.visible_if),
        )

    def elements(self, parent: Page | Panel) -> list["Asked | Group"]:
        """Of two questions of one name (only a draft has such) the second has no field of its own: it is left out."""
        found = (self._element(element) for element in self.scene.arranged(parent) if _is_drawn(element))
        return [each for each in found if each is not None]

    def blame(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            is_comment = problem.name.endswith("-Comment")
            name = problem.name.removesuffix("-Comment")
            asked = self.asked.get(name) or self.asked.get(problem.question.name)
            if asked is None:
                continue
            # Where one question is asked, what is wrong with it says enough.
            about = asked.title.striptags() if len(self.asked) > 1 else ""
            if is_comment and asked.comment is not None:
                asked.comment.errors = [problem.message]
                self.summary.append((asked.comment.id, about, problem.message))
                continue
            asked.errors.append(problem.message)
            self.summary.append((_target(asked), about, problem.message))

    def _number(self) -> int:
        self.root.count += 1
        return self.root.count

    def _element(self, element: Element) -> "Asked | Group | None":
        if isinstance(element, Panel):
            return self.group(element)
        number = f"q{self._number()}"
        scene = self.scene
        asked = Asked(
            question=element,
            id=number,
            name=self.place.format(element.name) if self.place != "{}" else element.name,
            is_wanted=scene.is_wanted(element),
            is_there=scene.is_shown(element),
            is_required=scene.is_required(element),
            condition=self._condition(element.visible_if),
            title=self._title(element.title or ("" if not element.is_asked else element.name)),
            description=self._title(element.description),
        )
        if element.kind == "html":
            asked.html = clean_html(piped_html(element.option_text("html", scene.language), scene))
            return asked
        asked.more = looks.drawn(element, scene)
        if element.is_asked:
            self._fields(asked)
            if asked.template not in _WITHOUT_FIELDS and not asked.fields:
                return None
        return asked

    def _fields(self, asked: Asked) -> None:
        element = asked.question
        named = element if asked.name == element.name else inside(element, asked.name)
        if element.inner is not None:
            self._entries(asked, named)
        else:
            names = [name for name in FIELDS[element.kind].build(named, self.scene) if name in self.form]
            asked.fields = [self.form[name] for name in names]
        for index, each in enumerate(asked.fields):
            each.id = asked.id if index == 0 else f"{asked.id}-{index}"
        comment = f"{asked.name}-Comment"
        if comment in self.form:
            asked.comment = self.form[comment]
            asked.comment.id = f"{asked.id}-comment"
        if element.kind in ("rating", "slider"):
            asked.low = element.option_text("minRateDescription", self.scene.language)
            asked.high = element.option_text("maxRateDescription", self.scene.language)
        self.root.has_files = self.root.has_files or element.kind == "file"
        self.root.asked.setdefault(asked.name, asked)

    def _entries(self, asked: Asked, named: Question) -> None:
        found = entries(named, self.scene.values.get(named.key), self.scene)
        asked.more = looks.with_buttons(asked.more, named, len(found), self.scene.language)
        page = named.inner.pages[0] if named.inner else None
        for number, entry in enumerate(found, 1):
            place = entry.field_name(named, "\0").replace("{", "{{").replace("}", "}}").replace("\0", "{}")
            drawing = _Drawing(entry.scene, self.form, self.root, place)
            removal = f"remove:{entry.code}:{named.name}" if asked.more.may_remove else ""
            title = looks.entry_title(named, entry, number)
            asked.entries.append(Drawn(title, drawing.elements(page) if page else [], removal))

    def _condition(self, condition: str) -> str:
        found = instant.compiled(condition, self.root.unseen) if condition else None
        return orjson.dumps(found).decode() if found else ""

    def _title(self, source: Any) -> Markup:
        return marked(text(source, self.scene.language), self.scene, clean_title)


def _target(asked: Asked) -> str:
    """Where a line about the question leads. A group has no control of its own: to its first choice."""
    if not asked.fields or asked.template in ("line", "slider", "ranking", "files"):
        return asked.fields[0].id if asked.fields else asked.id
    return f"{asked.fields[0].id}-0"


def _is_drawn(element: Element) -> bool:
    return isinstance(element, Panel) or element.is_drawn


def _once(questions: Iterable[Question]) -> list[Question]:
    return list({question.name: question for question in reversed(list(questions))}.values())[::-1]


def _known(scene: Scene, page: Page) -> str:
    here = {key for question in page.questions for key in (question.key, question.comment_key)}
    wanted = {question.key: scene.values[question.key] for question in scene.definition.asked
              if question.key not in here and question.key in scene.values}  # fmt: skip
    return orjson.dumps({key.lower(): value for key, value in wanted.items()}).decode()
