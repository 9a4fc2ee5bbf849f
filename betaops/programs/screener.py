"""Screener questions: what they are, and what counts as an answer. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from betaops.kernel.i18n import gettext as _

MOST_QUESTIONS = 40
MOST_OPTIONS = 100
LONGEST_LABEL = 300
LONGEST_ANSWER = 2000
LARGEST_NUMBER = 1e12
YES, NO = "yes", "no"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Kind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    YESNO = "yesno"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. `name` keys its answer; `options` are for choice and choices only."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    options: tuple[str, ...] = ()
    required: bool = True
    #: Answers that rule a person out: options, or `yes` / `no`.
    knock_out: tuple[str, ...] = ()
    #: Name of the tester attribute that the answer becomes as well; empty for none.
    keep_as: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "options": list(self.options), "knock_out": list(self.knock_out)}


class BadAnswer(ValueError):
    """Not an answer to this question; the text is a sentence for whoever typed it."""


class BadScreener(ValueError):
    """Not a list of questions; `problems` are sentences, keyed by place (`2.options`, or `` for the whole)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {words}" for place, words in problems.items()))
        self.problems = problems


def questions(stored: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Questions from what `to_json` made of them."""
    return [
        Question(
            name=item["name"],
            label=item["label"],
            kind=Kind(item["kind"]),
            hint=item.get("hint", ""),
            options=tuple(item.get("options", ())),
            required=item.get("required", True),
            knock_out=tuple(item.get("knock_out", ())),
            keep_as=item.get("keep_as", ""),
        )
        for item in stored
    ]


def check(asked: Sequence[Question]) -> None:
    """Raises `BadScreener` naming every problem at once."""
    problems: dict[str, str] = {}
    if len(asked) > MOST_QUESTIONS:
        problems[""] = _("A screener has at most %(most)s questions.", most=MOST_QUESTIONS)
    names: set[str] = set()
    for index, question in enumerate(asked):
        for field, words in _problems(question, names):
            problems.setdefault(f"{index}.{field}", words)
        names.add(question.name)
    if problems:
        raise BadScreener(problems)


def _problems(question: Question, names: set[str]) -> Iterable[tuple[str, str]]:
    if not question.label.strip():
        yield "label", _("Write the question.")
    if len(question.label) > LONGEST_LABEL or len(question.hint) > LONGEST_LABEL:
        yield "label", _("Keep the question under %(most)s characters.", most=LONGEST_LABEL)
    if not _NAME.fullmatch(question.name):
        yield "name", _("Use small letters, digits and underscores, a letter first.")
    elif question.name in names:
        yield "name", _("Another question has this name.")
    if question.keep_as and not _NAME.fullmatch(question.keep_as):
        yield "keep_as", _("Use small letters, digits and underscores, a letter first.")
    if question.kind in (Kind.CHOICE, Kind.CHOICES):
        if len(question.options) < 2:
            yield "options", _("Give at least two answers to choose from.")
        elif len(set(question.options)) != len(question.options):
            yield "options", _("Each answer may stand there once.")
        elif len(question.options) > MOST_OPTIONS or max(map(len, question.options)) > LONGEST_LABEL:
            yield "options", _("At most %(most)s answers, none longer than a sentence.", most=MOST_OPTIONS)
    allowed = {YES, NO} if question.kind is Kind.YESNO else set(question.options)
    if unknown := set(question.knock_out) - allowed:
        yield (
            "knock_out",
            _("“%(answer)s” is not one of the answers to this question.", answer=min(unknown)),
        )


def name_for(label: str, taken: Iterable[str]) -> str:
    """A free name for a question, made from its words."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:30].strip("_")
    base = words if _NAME.fullmatch(words) else "question"
    used = set(taken)
    return next(name for name in (base, *(f"{base}_{n}" for n in range(2, 1000))) if name not in used)


def read(question: Question, raw: Any) -> Any:
    """The answer as it is kept (None for no answer), from form text or JSON. Raises `BadAnswer`."""
    if not (raw.strip() if isinstance(raw, str) else raw) and raw is not False and raw != 0:
        if question.required:
            raise BadAnswer(_missing(question.kind))
        return None
    match question.kind:
        case Kind.TEXT:
            return _text(raw)
        case Kind.CHOICE:
            return _one_of(question, raw)
        case Kind.CHOICES:
            if not isinstance(raw, list | tuple):
                raise BadAnswer(_("Choose from the list."))
            chosen = {_one_of(question, item) for item in raw}
            return [option for option in question.options if option in chosen]
        case Kind.YESNO:
            if raw in (True, YES):
                return True
            if raw in (False, NO):
                return False
            raise BadAnswer(_("Choose yes or no."))
        case Kind.NUMBER:
            return _number(raw)


def read_all(asked: Sequence[Question], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers by name, and sentences by name for those that are none. Unknown names count as wrong."""
    answers: dict[str, Any] = {}
    wrong = {name: _("There is no such question.") for name in raw.keys() - {q.name for q in asked}}
    for question in asked:
        try:
            value = read(question, raw.get(question.name))
        except BadAnswer as error:
            wrong[question.name] = str(error)
        else:
            if value is not None:
                answers[question.name] = value
    return answers, wrong


def is_ruled_out(asked: Sequence[Question], answers: Mapping[str, Any]) -> bool:
    """Whether any answer is one that knocks out."""
    for question in asked:
        given = answers.get(question.name)
        if isinstance(given, bool):
            given = YES if given else NO
        if set(given if isinstance(given, list) else [given]) & set(question.knock_out):
            return True
    return False


def attributes(asked: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The tester attributes that the answers become."""
    return {q.keep_as: answers[q.name] for q in asked if q.keep_as and q.name in answers}


def _missing(kind: Kind) -> str:
    match kind:
        case Kind.TEXT:
            return _("Write an answer.")
        case Kind.NUMBER:
            return _("Write a number.")
        case Kind.YESNO:
            return _("Choose yes or no.")
        case Kind.CHOICE:
            return _("Choose one answer.")
        case Kind.CHOICES:
            return _("Choose at least one answer.")


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise BadAnswer(_("Write an answer."))
    cleaned = raw.replace("\x00", "").strip()
    if len(cleaned) > LONGEST_ANSWER:
        raise BadAnswer(_("Keep it under %(most)s characters.", most=LONGEST_ANSWER))
    return cleaned


def _one_of(question: Question, raw: Any) -> str:
    if isinstance(raw, str) and raw in question.options:
        return raw
    raise BadAnswer(_("Choose from the list."))


def _number(raw: Any) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise BadAnswer(_("Write a number."))
    try:
        value = float(raw.strip().replace(",", ".")) if isinstance(raw, str) else float(raw)
    except (ValueError, OverflowError):
        raise BadAnswer(_("Write a number, like 12 or 3.5.")) from None
    if not abs(value) <= LARGEST_NUMBER:
        raise BadAnswer(_("That number is too large."))
    return int(value) if value.is_integer() else value
