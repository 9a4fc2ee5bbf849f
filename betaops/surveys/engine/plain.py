"""Definitions in which no question hangs on another, judged quickly: question by question, with what was right before
at hand. Whatever is not plainly right is left to `judging`, which says why. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Definition, Page, Question
from betaops.surveys.engine.judging import judge_all, rows_of
from betaops.surveys.engine.quotas import screen_out_of
from betaops.surveys.kinds import Row

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
_Right = tuple[dict[str, Any], tuple[Row, ...]]


@dataclass(frozen=True)
class Taken:
    """Answers as they are kept, and their typed rows by the question's name."""

    values: dict[str, Any]
    rows: dict[str, tuple[Row, ...]]


class Plain:
    """A definition for which `is_plain` holds."""

    def __init__(self, definition: Definition) -> None:
        self._questions = [
            (question, question.key, question.comment_key, _alone(definition, question), dict[str, _Right]())
            for question in definition.asked
        ]

    def judge(self, values: Mapping[str, Any], *, now: datetime) -> Taken | None:
        """What `judge_all` and `rows_of` would give; None where anything is not right."""
        kept: dict[str, Any] = {}
        rows: dict[str, tuple[Row, ...]] = {}
        for question, key, comment_key, alone, known in self._questions:
            value, comment = values.get(key), values.get(comment_key)
            written = repr((value, comment)) if question.kind not in _WRITTEN or value is None else ""
            right = known.get(written) if written else None
            if right is None:
                right = _judged(alone, question, {key: value, comment_key: comment}, now)
                if right is None:
                    return None
                if written and len(known) < _MOST_KNOWN:
                    known[written] = right
            kept.update(right[0])
            if right[1]:
                rows[question.name] = right[1]
        return Taken(kept, rows)


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


def _alone(definition: Definition, question: Question) -> Definition:
    """A definition that asks this one question only."""
    page = next(each for each in definition.pages if question in each.questions)
    return replace(definition, pages=(replace(page, elements=(question,)),), oddities=())


def _judged(alone: Definition, question: Question, values: Mapping[str, Any], now: datetime) -> _Right | None:
    judged = judge_all(alone, values, now=now)
    if judged.problems:
        return None
    return judged.values, tuple(rows_of(alone, judged.values).get(question.name, ()))
