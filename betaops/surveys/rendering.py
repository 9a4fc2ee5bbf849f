"""One page of a survey for its template: a WTForms form built from what is asked right now."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from markupsafe import Markup
from wtforms.fields import StringField
from wtforms.form import BaseForm

from betaops.kernel.i18n import gettext as _
from betaops.surveys import conditions, instant
from betaops.surveys.cleaning import NOTHING, clean_html, clean_title, storable
from betaops.surveys.definition import Element, Page, Panel, Question
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.fields import FIELDS
from betaops.surveys.judging import Problem
from betaops.surveys.localised import text
from betaops.surveys.piping import marked, piped_html
from betaops.surveys.scene import Scene

_NARROW = ("number", "date", "time", "month", "week")


@dataclass
class Asked:
    """A question on the page."""

    question: Question
    id: str
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

    @property
    def template(self) -> str:
        return FIELDS[self.question.kind].template

    @property
    def described(self) -> str:
        """Ids of what belongs to the question besides its title, for `aria-describedby`."""
        parts = {
            "hint": self.description,
            "error": self.errors,
            "ends": self.template == "scale" and self.low,
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


def form_for(scene: Scene, questions: Iterable[Question], sent: Any = None) -> BaseForm:
    """The form of `questions`, filled with the scene's answers, or with what was `sent`."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for question in questions:
        kind = FIELDS[question.kind]
        built = kind.build(question, scene)
        fields |= built
        data |= {
            name: value
            for name, value in kind.data(question, scene.values.get(question.key)).items()
            if name in built
        }
        if question.has_other or question.has_comment:
            name = f"{question.name}-Comment"
            fields[name] = StringField(label=_comment_label(question, scene))
            comment = scene.values.get(question.comment_key)
            data[name] = comment if isinstance(comment, str) else ""
    form = BaseForm(fields)
    form.process(formdata=sent, data=data)
    return form


def values_from(form: BaseForm, questions: Iterable[Question]) -> dict[str, Any]:
    """Answers by key as the form has them; None where nothing was answered."""
    found: dict[str, Any] = {}
    for question in questions:
        value = FIELDS[question.kind].value(question, form)
        found[question.key] = None if is_empty(value) else storable(value)
        name = f"{question.name}-Comment"
        if name in form:
            comment = (form[name].data or "").strip()
            found[question.comment_key] = storable(comment) or None
    return found


def sent_values(scene: Scene, questions: list[Question], sent: Any) -> dict[str, Any]:
    """What a person changed on a page: what is as it was drawn is none of their doing.

    The survey may have set an answer meanwhile that the page still shows as it was.
    """
    values = values_from(form_for(scene, questions, sent), questions)
    drawn = _read_marks(sent.get("__drawn", ""))
    return {key: value for key, value in values.items() if drawn.get(key) != _mark(value)}


def filled(scene: Scene, page: Page) -> dict[str, list[str]]:
    """What the fields of a page hold now, by their names, for a script that shows what the survey itself has set."""
    shown = [question for question in page.questions if question.is_asked and scene.is_shown(question)]
    found: dict[str, list[str]] = {}
    for question in shown:
        for name, value in FIELDS[question.kind].data(question, scene.values.get(question.key)).items():
            items = value if isinstance(value, list | tuple) else [value]
            found[name] = [str(each) for each in items if each not in (None, "")]
    return found


def _marks(form: BaseForm, questions: list[Question]) -> str:
    values = values_from(form, questions)
    return orjson.dumps({key: _mark(value) for key, value in values.items()}).decode()


def _mark(value: Any) -> str:
    """A few letters that tell one answer from another."""
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(written, digest_size=6).hexdigest()


def _read_marks(source: str) -> dict[str, Any]:
    try:
        found = orjson.loads(source)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def view(scene: Scene, page: Page, *, sent: Any = None, problems: Iterable[Problem] = ()) -> View:
    """Everything the template needs; `sent` shows what was typed instead of what is stored."""
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
        drawn=_marks(form, _once(asked)) if scene.definition.acts else "",
    )


def _before(scene: Scene, first: Page, second: Page) -> bool:
    order = scene.definition.pages
    return order.index(first) < order.index(second)


class _Drawing:
    def __init__(self, scene: Scene, form: BaseForm) -> None:
        self.scene = scene
        self.form = form
        self.count = 0
        self.asked: dict[str, Asked] = {}
        self.calculated = conditions.known_names(scene.definition) - conditions.asked_names(scene.definition)
        self.summary: list[tuple[str, str, str]] = []

    def group(self, parent: Page | Panel) -> Group:
        self.count += 1
        return Group(
            id=f"g{self.count}",
            is_wanted=self.scene.is_wanted(parent),
            elements=[self._element(element) for element in parent.elements if _is_drawn(element)],
            title=self._title(parent.title),
            description=self._title(parent.description),
            condition=self._condition(parent.visible_if),
        )

    def blame(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            asked = self.asked.get(problem.question.name)
            if asked is None:
                continue
            # Where one question is asked, what is wrong with it says enough.
            about = asked.title.striptags() if len(self.asked) > 1 else ""
            if problem.name.endswith("-Comment") and asked.comment is not None:
                asked.comment.errors = [problem.message]
                self.summary.append((asked.comment.id, about, problem.message))
                continue
            asked.errors.append(problem.message)
            # A group has no control of its own: its line leads to the first choice.
            is_line = asked.template == "line" or not asked.fields
            target = asked.id if is_line else f"{asked.fields[0].id}-0"
            self.summary.append((target, about, problem.message))

    def _element(self, element: Element) -> "Asked | Group":
        if isinstance(element, Panel):
            return self.group(element)
        self.count += 1
        number = f"q{self.count}"
        scene = self.scene
        asked = Asked(
            question=element,
            id=number,
            is_wanted=scene.is_wanted(element),
            is_there=scene.is_shown(element),
            is_required=scene.is_required(element),
            condition=self._condition(element.visible_if),
            title=self._title(element.title or ("" if element.kind == "html" else element.name)),
            description=self._title(element.description),
        )
        if element.kind == "html":
            asked.html = clean_html(piped_html(element.option_text("html", scene.language), scene))
            return asked
        names = [name for name in FIELDS[element.kind].build(element, scene) if name in self.form]
        asked.fields = [self.form[name] for name in names]
        for index, each in enumerate(asked.fields):
            each.id = number if index == 0 else f"{number}-{index}"
        comment = f"{element.name}-Comment"
        if comment in self.form:
            asked.comment = self.form[comment]
            asked.comment.id = f"{number}-comment"
        if element.kind == "rating":
            asked.low = element.option_text("minRateDescription", scene.language)
            asked.high = element.option_text("maxRateDescription", scene.language)
        self.asked.setdefault(element.name, asked)
        return asked

    def _condition(self, condition: str) -> str:
        """For the page's script, which knows answers and nothing that the survey calculates."""
        found = instant.compiled(condition, but=self.calculated) if condition else None
        return orjson.dumps(found).decode() if found else ""

    def _title(self, source: Any) -> Markup:
        return marked(text(source, self.scene.language), self.scene, clean_title)


def _is_drawn(element: Element) -> bool:
    return isinstance(element, Panel) or element.is_asked or element.kind == "html"


def _once(questions: Iterable[Question]) -> list[Question]:
    return list({question.name: question for question in reversed(list(questions))}.values())[::-1]


def _known(scene: Scene, page: Page) -> str:
    here = {key for question in page.questions for key in (question.key, question.comment_key)}
    wanted = {question.key: scene.values[question.key] for question in scene.definition.asked
              if question.key not in here and question.key in scene.values}  # fmt: skip
    return orjson.dumps({key.lower(): value for key, value in wanted.items()}).decode()


def _comment_label(question: Question, scene: Scene) -> str:
    if question.has_other:
        return question.option_text("otherPlaceholder", scene.language) or _("Describe your answer")
    return question.option_text("commentText", scene.language) or _("Anything to add?")
