"""Hints about a survey as a questionnaire: wording, ways out, scales, length. Pure; nothing here keeps from publishing."""

from collections.abc import Iterator
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.checking import Finding
from betaops.surveys.definition import OWN, Choice, Definition, Question
from betaops.surveys.kinds.rating import scale
from betaops.surveys.linting import wording
from betaops.surveys.linting.wording import Language
from betaops.surveys.localised import DEFAULT, text

#: Minutes, open questions and answers of one list beyond which people tire.
MOST_MINUTES = 8
MOST_OPEN = 3
MOST_ANSWERS = 6
#: Hints that a page can bear.
MOST_HINTS = 100

_SCALES = ("rating", "boolean", "matrix", "slider")
_ONE_OF = ("radiogroup", "dropdown")
_LISTS = ("radiogroup", "checkbox", "ranking")


def lint(definition: Definition) -> list[Finding]:
    """All hints, those about the whole survey first; none is blocking."""
    found = [*_whole(definition)]
    published = _published(definition)
    for question in definition.asked:
        found += _question(question, is_published=question.name in published)
    return found[:MOST_HINTS]


def _whole(definition: Definition) -> Iterator[Finding]:
    if definition.minutes > MOST_MINUTES:
        yield _hint(None, "too_long", _(
            "Answering takes about %(minutes)s minutes. Beyond %(most)s people tire: leave out what decides nothing.",
            minutes=definition.minutes, most=MOST_MINUTES))  # fmt: skip
    written = [question for question in definition.asked if question.kind == "comment"]
    if len(written) > MOST_OPEN:
        yield _hint(written[MOST_OPEN], "many_open", _(
            "%(count)s questions ask for a free text, “%(name)s” among them. "
            "Keep the %(most)s that matter most; offer answers to choose for the others.",
            count=len(written), name=written[MOST_OPEN].name, most=MOST_OPEN))  # fmt: skip


def _published(definition: Definition) -> set[str]:
    """Questions whose wording is that of an instrument, by themselves or with their panel."""
    found = {question.name for question in definition.asked if question.instrument}
    for panel in definition.panels:
        own = _at(definition.options, panel.place).get(OWN)
        if isinstance(own, dict) and own.get("instrument"):
            found |= {element.name for element in panel.elements}
    return found


def _at(source: Any, place: tuple[str | int, ...]) -> dict[str, Any]:
    """The JSON at a place; nothing where it stands under an older name."""
    for step in place:
        try:
            source = source[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return source if isinstance(source, dict) else {}


def _question(question: Question, *, is_published: bool) -> Iterator[Finding]:
    if question.kind == "comment" and question.is_required:
        yield _hint(question, "required_text", _(
            "“%(name)s” must be answered with a free text. Many then leave, or type anything: let it be left out.",
            name=question.name))  # fmt: skip
    if is_published:
        return  # its wording is published, and scored only as it is
    yield from _wording(question)
    yield from _ways_out(question)
    yield from _balance(question)
    yield from _ends(question)
    yield from _order(question)


def _wording(question: Question) -> Iterator[Finding]:
    said: set[str] = set()
    for source, is_row in _texts(question):
        for code, words in _by_language(source):
            language = wording.language_of(words, code)
            if language is None:
                continue
            for finding in _phrases(question, words, language, is_scale=is_row or question.kind in _SCALES):
                if finding.code not in said:
                    said.add(finding.code)
                    yield finding


def _texts(question: Question) -> Iterator[tuple[Any, bool]]:
    """Title and rows, and whether it is a row."""
    yield question.title, False
    for row in question.rows:
        yield row.text, True


def _by_language(source: Any) -> Iterator[tuple[str, str]]:
    if isinstance(source, dict):
        for code, words in source.items():
            if isinstance(words, str):
                yield str(code), wording.bare(words)
    else:
        yield DEFAULT, wording.bare(text(source))


def _phrases(question: Question, words: str, language: Language, *, is_scale: bool) -> Iterator[Finding]:
    name = question.name
    if found := wording.leads(words, language):
        yield _hint(question, "leading", _(
            "“%(name)s” leads towards an answer (“%(words)s”). Ask it so that every answer is as easy to give.",
            name=name, words=found))  # fmt: skip
    if found := wording.asks_two(words, language, is_scale=is_scale):
        yield _hint(question, "double", _(
            "“%(name)s” may ask two things at once (“%(words)s”), and one answer cannot serve both. Make two questions of it.",
            name=name, words=found))  # fmt: skip
    if found := wording.negates_twice(words, language):
        yield _hint(question, "negations", _(
            "“%(name)s” negates twice (“%(words)s”). Say it without “not”, so that nobody has to turn it around.",
            name=name, words=found))  # fmt: skip
    if found := wording.absolute(words, language):
        yield _hint(question, "absolute", _(
            "“%(name)s” says “%(words)s”, which is hardly ever quite true. Ask how often, or how much.",
            name=name, words=found))  # fmt: skip


def _ways_out(question: Question) -> Iterator[Finding]:
    if not question.is_required or question.kind not in (*_ONE_OF, "checkbox") or not question.choices:
        return
    plain = [choice for choice in question.choices if not choice.is_special]
    if len(plain) < len(question.choices) or any(_lets_out(choice) for choice in plain):
        return
    if _sides(question.choices)[2] >= 2:
        return  # a scale
    yield _hint(question, "no_way_out", _(
        "“%(name)s” must be answered, and whom no answer fits has to choose a wrong one. "
        "Offer “Don’t know”, “None” or “Other”, or let it be left out.",
        name=question.name))  # fmt: skip


def _lets_out(choice: Choice) -> bool:
    languages = (wording.ENGLISH, wording.GERMAN)
    return any(
        language.way_out.search(words) for _code, words in _by_language(choice.text) for language in languages
    )


def _balance(question: Question) -> Iterator[Finding]:
    steps = _steps(question)
    good, bad, known = _sides(steps)
    two_ends = question.kind == "rating" and known == 2
    if (known >= 3 and abs(good - bad) > 1) or (two_ends and abs(good - bad) == 2):
        yield _hint(question, "unbalanced", _(
            "The answers to “%(name)s” are %(good)s good and %(bad)s bad ones. Offer as many on either side.",
            name=question.name, good=good, bad=bad))  # fmt: skip


def _steps(question: Question) -> tuple[Choice, ...]:
    if question.kind == "rating":
        ends = [question.options.get(name) for name in ("minRateDescription", "maxRateDescription")]
        return (*scale(question), *(Choice(words, words) for words in ends if words))
    return question.columns if question.kind == "matrix" else question.choices


def _sides(choices: tuple[Choice, ...]) -> tuple[int, int, int]:
    """How many answers are good, bad, and either."""
    found = []
    for choice in choices:
        words = wording.bare(text(choice.text))
        language = wording.language_of(words, DEFAULT)
        sides = [wording.side(words, each) for each in (language, wording.ENGLISH, wording.GERMAN) if each]
        found.append(next((each for each in sides if each), 0))
    return found.count(1), found.count(-1), len(found) - found.count(0)


def _ends(question: Question) -> Iterator[Finding]:
    if question.kind == "rating":
        ends = (question.option_text("minRateDescription"), question.option_text("maxRateDescription"))
        steps = scale(question)
        has_words = all(ends) or (_says(steps[:1]) and _says(steps[-1:]))
        has_words = has_words or question.options.get("rateType") in ("stars", "smileys")
    elif question.kind == "matrix" and question.columns:
        has_words = _says(question.columns[:1]) and _says(question.columns[-1:])
    else:
        return
    if not has_words:
        yield _hint(question, "no_ends", _(
            "The scale of “%(name)s” does not say what its ends mean. Put words to the lowest and to the highest.",
            name=question.name))  # fmt: skip


def _says(steps: tuple[Choice, ...]) -> bool:
    """Whether a step has words and not only a number."""
    return any(character.isalpha() for step in steps for character in text(step.text))


def _order(question: Question) -> Iterator[Finding]:
    plain = [choice for choice in question.choices if not choice.is_special]
    if question.kind not in _LISTS or len(plain) <= MOST_ANSWERS:
        return
    if question.options.get("choicesOrder") in ("random", "asc", "desc"):
        return
    numbered = sum(any(character.isdigit() for character in text(choice.text)) for choice in plain)
    if numbered * 2 > len(plain) or _sides(tuple(plain))[2] * 2 > len(plain):
        return  # steps in an order of their own
    yield _hint(question, "fixed_order", _(
        "“%(name)s” offers %(count)s answers, always in the same order, and the first are chosen more often. "
        "Shuffle them, or offer fewer.",
        name=question.name, count=len(plain)))  # fmt: skip


def _hint(question: Question | None, code: str, message: str) -> Finding:
    if question is None:
        return Finding(code, message, is_blocking=False)
    return Finding(code, message, question.name, question.place, is_blocking=False)
