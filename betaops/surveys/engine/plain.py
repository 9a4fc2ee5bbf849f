"""Definitions in which no question hangs on another, judged quickly: question by question, with what was right before
at hand. Whatever is not plainly right is left to `judging`, which says why. Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from betaops.surveys.definition import Definition, Page, Question
from betaops.surveys.engine.judging import judge_all, rows_of
from betaops.surveys.engine.quotas import screen_out_of
from betaops.surveys.kinds import KINDS, Row
from betaops.surveys.kinds.text import input_type, longest

#: Properties that bring no logic with them; a definition with any other is not plain.
_OF_SURVEY = frozenset((
    "title", "description", "pages", "elements", "questions", "locale", "logo", "logoPosition", "showProgressBar",
    "progressBarType", "showPrevButton", "showQuestionNumbers", "showTitle", "showPageTitles", "completedHtml",
    "completeText", "pageNextText", "pagePrevText", "startSurveyText", "requiredText", "widthMode", "questionTitleLocation",
    "questionDescriptionLocation", "questionErrorLocation", "x-betaops",
))  # fmt: skip
_OF_PAGE = frozenset(("name", "title", "description", "elements", "questions", "type"))
_OF_QUESTION = frozenset((
    "type", "name", "title", "description", "isRequired", "requiredErrorText", "choices", "columns", "rows", "cols",
    "rateMin", "rateMax", "rateStep", "rateCount", "rateValues", "rateType", "minRateDescription", "maxRateDescription",
    "labelTrue", "labelFalse", "valueTrue", "valueFalse", "placeholder", "placeHolder", "maxLength", "inputType",
    "minSelectedChoices", "maxSelectedChoices", "showOtherItem", "hasOther", "otherText", "showNoneItem", "hasNone",
    "noneText", "colCount", "titleLocation", "descriptionLocation", "startWithNewLine", "autocomplete", "html",
    "eachRowRequired", "choicesOrder", "rowOrder", "showCommentArea", "hasComment", "commentText", "x-betaops",
))  # fmt: skip
_OF_CHOICE = frozenset(("value", "text"))
_KINDS = frozenset(
    ("text", "comment", "radiogroup", "checkbox", "dropdown", "boolean", "rating", "html", "matrix")
)
#: Answers to these hardly repeat.
_WRITTEN = frozenset(("text", "comment"))
_MOST_KNOWN = 500
_YES, _NO, _UNMARKED = object(), object(), object()
_Right = tuple[dict[str, Any], tuple[Row, ...]]
#: The typed rows of answers, by the question's name.
TypedRows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Taken:
    """Answers as they are kept, and their typed rows by the question's name."""

    values: dict[str, Any]
    rows: dict[str, tuple[Row, ...]]


class _Asked(NamedTuple):
    """A question, and what of its answers was right before, by how they were written."""

    question: Question
    key: str
    comment_key: str
    alone: Definition
    known: dict[str, _Right]
    #: The same without a comment, by its `_mark`.
    known_alone: dict[Any, _Right]
    #: Where its answer is a text and nothing else is to be told of it: how many letters it may have.
    longest: int | None


class Plain:
    """A definition for which `is_plain` holds."""

    def __init__(self, definition: Definition) -> None:
        asked = [_asked(definition, question) for question in definition.asked]
        #: With what is looked at for every answer at hand.
        self._asked = [
            (each.question.name, each.key, each.comment_key, each.known_alone, each) for each in asked
        ]
        self._comments = {each.comment_key for each in asked}

    def judge(self, values: Mapping[str, Any], *, now: datetime) -> Taken | None:
        """What `judge_all` and `rows_of` would give; None where anything is not right."""
        kept: dict[str, Any] = {}
        rows: dict[str, tuple[Row, ...]] = {}
        has_comments = not self._comments.isdisjoint(values)
        for name, key, comment_key, known_alone, each in self._asked:
            value = values.get(key)
            comment = values.get(comment_key) if has_comments else None
            right = known_alone.get(_mark(value)) if comment is None else None
            right = right or _written(each, value, comment) or _known(each, value, comment, now)
            if right is None:
                return None
            kept.update(right[0])
            if right[1]:
                rows[name] = right[1]
        return Taken(kept, rows)

    def judge_page(
        self, values: Mapping[str, Any], names: Collection[str], *, now: datetime
    ) -> dict[str, Any] | None:
        """What `judge` would make of answers to the questions of these names, the others left as they are; None as there."""
        kept = dict(values)
        for name, _key, _comment_key, _known_alone, each in self._asked:
            if name not in names:
                continue
            right = _right(each, values, now)
            if right is None:
                return None
            kept.pop(each.key, None)
            kept.pop(each.comment_key, None)
            kept.update(right[0])
        return kept


def is_plain(definition: Definition) -> bool:
    """Whether nothing shown, required or offered depends on an answer, on the time or on anything else."""
    if definition.oddities or screen_out_of(definition) or not set(definition.options) <= _OF_SURVEY:
        return False
    raw = definition.options.get("pages")
    if not all(isinstance(page, dict) and set(page) <= _OF_PAGE for page in raw or ()):
        return False
    seen: set[str] = set()
    for page in definition.pages:
        if not _is_plain_page(page):
            return False
        for question in page.questions:
            if question.name in seen or not _is_plain_question(question):
                return False
            seen.add(question.name)
    return True


def _is_plain_page(page: Page) -> bool:
    return (
        page.is_visible
        and not page.visible_if
        and len(page.questions) == len(page.elements)
        and bool(page.elements)
    )


def _is_plain_question(question: Question) -> bool:
    return (
        question.kind in _KINDS
        and question.is_visible
        and not question.is_read_only
        and not any((question.visible_if, question.enable_if, question.required_if, question.validators))
        and set(question.options) <= _OF_QUESTION
        and not any(each.visible_if or each.enable_if for each in _offered(question))
        and all(
            _is_plain_choice(each)
            for name in ("choices", "rows", "columns")
            for each in _list(question, name)
        )
    )


def _offered(question: Question) -> Iterator[Any]:
    yield from question.choices
    yield from question.rows
    yield from question.columns


def _list(question: Question, name: str) -> list[Any]:
    found = question.options.get(name)
    return found if isinstance(found, list) else []


def _is_plain_choice(item: Any) -> bool:
    return not isinstance(item, dict) or set(item) <= _OF_CHOICE


def _asked(definition: Definition, question: Question) -> _Asked:
    page = next(each for each in definition.pages if question in each.questions)
    # A definition that asks this one question only.
    alone = replace(definition, pages=(replace(page, elements=(question,)),), oddities=())
    is_text = question.kind == "comment" or (question.kind == "text" and input_type(question) == "text")
    most = longest(question) if is_text else None
    return _Asked(question, question.key, question.comment_key, alone, {}, {}, most)


def _mark(value: Any) -> Any:
    """What only the same answer has, to look it up by; `_UNMARKED` for what is told apart more slowly.

    Equal is not the same: 1, true and 1.0 are equal.
    """
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if kind is bool:
        return _YES if value else _NO
    if kind is list and all(type(each) is str for each in value):
        return tuple(value)
    return _UNMARKED


def _right(asked: _Asked, values: Mapping[str, Any], now: datetime) -> _Right | None:
    value, comment = values.get(asked.key), values.get(asked.comment_key)
    right = asked.known_alone.get(_mark(value)) if comment is None else None
    return right or _written(asked, value, comment) or _known(asked, value, comment, now)


def _written(asked: _Asked, value: Any, comment: Any) -> _Right | None:
    """A text that is right by itself, as most are; None: it takes a closer look."""
    if asked.longest is None or comment is not None or not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > asked.longest:
        return None
    return {asked.key: text}, tuple(KINDS[asked.question.kind].rows(asked.question, text))


def _known(asked: _Asked, value: Any, comment: Any, now: datetime) -> _Right | None:
    """As it was judged before, or judged now and remembered. Texts hardly repeat."""
    repeats = asked.question.kind not in _WRITTEN or value is None
    written = repr((value, comment)) if repeats else ""
    right = asked.known.get(written) if repeats else None
    if right is not None:
        return right
    right = _judged(asked, {asked.key: value, asked.comment_key: comment}, now)
    if right is None or not repeats:
        return right
    mark = _mark(value)
    if comment is None and mark is not _UNMARKED:
        if len(asked.known_alone) < _MOST_KNOWN:
            asked.known_alone[mark] = right
    elif len(asked.known) < _MOST_KNOWN:
        asked.known[written] = right
    return right


def _judged(asked: _Asked, values: Mapping[str, Any], now: datetime) -> _Right | None:
    judged = judge_all(asked.alone, values, now=now)
    if judged.problems:
        return None
    return judged.values, tuple(rows_of(asked.alone, judged.values).get(asked.question.name, ()))
