"""Answers counted, as the results page shows them: question by question, never a number without its n. Pure.

Ranges are two-sided 90 %: each end is wrong at most about one time in twenty.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from betaops.kernel.i18n import gettext as _
from betaops.statistics.bounded import mean_range
from betaops.surveys.analysis.scales import ERROR, FEW, Bar, Score, share_score, with_shares
from betaops.surveys.analysis.series import Ended
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.entries import LISTS
from betaops.surveys.instruments import Reading, of_question
from betaops.surveys.kinds.base import choice_words, code_of
from betaops.surveys.kinds.boolean import label as boolean_label
from betaops.surveys.kinds.boolean import values as boolean_values
from betaops.surveys.kinds.matrix import takes_several
from betaops.surveys.kinds.rating import scale
from betaops.surveys.kinds.slider import ENDS, is_range
from betaops.surveys.kinds.slider import ends as slider_ends
from betaops.surveys.localised import text

COMMENT = "#comment"
#: Types whose answers are among those offered.
CHOSEN = ("radiogroup", "dropdown", "checkbox", "tagbox", "buttongroup", "imagepicker")
#: Stands for the identity of what has none: a question inside another.
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Line:
    """One row of a matrix."""

    label: str
    n: int
    score: Score | None
    bars: tuple[Bar, ...]
    row: str = ""


@dataclass
class Card:
    """What is known about one question. `n` are people who answered it."""

    id: UUID
    name: str
    title: str
    kind: str
    n: int = 0
    #: No longer asked in the live version.
    is_former: bool = False
    score: Score | None = None
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    #: Answers taken together: promoters, passives, detractors.
    groups: tuple[Bar, ...] = ()
    #: Written answers, a free text beside a choice included.
    texts: int = 0
    is_several: bool = False
    #: Its lines are about different things, each with a number or a distribution of its own.
    is_mixed: bool = False
    #: What its published measure says, where it is one.
    reading: Reading | None = None
    #: Set where another series follows: what was answered here does not compare with it.
    ended: Ended | None = None

    #: Too few people to be shown: nothing but `n` is known here.
    is_kept_back: bool = False

    @property
    def is_thin(self) -> bool:
        return 0 < self.n < FEW


@dataclass(frozen=True)
class Tally:
    """How often one answer was given to one question (and row)."""

    row: str
    code: str
    number: float | None
    count: int


@dataclass
class Known:
    """A question as its newest version has it, and what was counted."""

    id: UUID
    question: Question
    people: int
    is_former: bool
    tallies: list[Tally] = field(default_factory=list)


def by_question(cards: Iterable[Card]) -> list[tuple[Card, list[Card]]]:
    """Each question as it is counted now, with its earlier series that somebody answered, the newest first."""
    found = list(cards)
    return [
        (card, sorted((each for each in found if each.ended and each.name == card.name and each.n), key=_series))
        for card in found
        if card.ended is None
    ]  # fmt: skip


def _series(card: Card) -> int:
    return -card.ended.series if card.ended else 0


def cards(known: Iterable[Known], language: str = "default", *, smallest: int = 0) -> list[Card]:
    """A card for each question; of fewer than `smallest` people nothing is said but how many they are."""
    return [
        _card(each, language) if each.people >= smallest else _kept_back(each, language) for each in known
    ]


def _kept_back(known: Known, language: str) -> Card:
    question = known.question
    return Card(
        known.id, question.name, question.label(language), question.kind, known.people, known.is_former,
        is_kept_back=known.people > 0,
    )  # fmt: skip


def _card(known: Known, language: str) -> Card:
    question = known.question
    card = Card(
        known.id, question.name, question.label(language), question.kind, known.people, known.is_former
    )
    chosen = [tally for tally in known.tallies if tally.code and tally.code != COMMENT]
    # A number that somebody wrote is in the mean; there is nothing to read in it.
    written = [tally for tally in known.tallies if not tally.code or tally.code == COMMENT]
    card.texts = sum(tally.count for tally in written if tally.number is None)
    if question.kind == "matrix":
        card.lines = tuple(_lines(question, chosen, language))
    elif question.kind == "rating":
        card.bars, card.score = _scale(scale(question), chosen, language)
    elif question.kind == "boolean":
        card.bars, card.score = _boolean(question, chosen, language)
    elif question.kind in CHOSEN:
        card.is_several = (
            question.kind in ("checkbox", "tagbox") or question.options.get("multiSelect") is True
        )
        card.bars = _bars(question.choices, _counted(chosen), language)
    elif question.kind in ("text", "expression"):
        card.score = _plain_mean(known.tallies)
    elif question.kind == "ranking":
        card.lines = tuple(_places(question, chosen, language))
    elif question.kind == "slider":
        card.score, card.lines = _slider(question, chosen)
        card.is_mixed = True
    elif question.inner is not None:
        card.lines = tuple(_inside(question, known.tallies, language))
        card.is_mixed = True
    card.bars = with_shares(card.bars, card.n)
    _measure(card, question, chosen, language)
    return card


def _places(question: Question, tallies: list[Tally], language: str) -> Iterable[Line]:
    """How far up each answer was put, the best first."""
    places = tuple(Choice(place, str(place)) for place in range(1, len(question.choices) + 1))
    found = []
    for choice in question.choices:
        mine = [tally for tally in tallies if tally.row == code_of(choice.value)]
        bars, score = _scale(places, mine, language)
        label = choice_words(question.choices, choice.value, language)
        n = sum(tally.count for tally in mine)
        found.append(Line(label, n, score, with_shares(bars, n)))
    return sorted(found, key=lambda line: line.score.value if line.score else len(places) + 1)


def _slider(question: Question, tallies: list[Tally]) -> tuple[Score | None, tuple[Line, ...]]:
    """A mean between the ends; of a stretch the mean of either end."""
    if not is_range(question):
        return _between(question, tallies), ()
    labels = {"from": _("From"), "to": _("To")}
    lines = []
    for end in ENDS:
        mine = [tally for tally in tallies if tally.row == end]
        lines.append(Line(labels[end], sum(tally.count for tally in mine), _between(question, mine), ()))
    return None, tuple(lines)


def _between(question: Question, tallies: list[Tally]) -> Score | None:
    low, high, _step = slider_ends(question)
    counted = Counter({low: 0, high: 0})
    for tally in tallies:
        if tally.number is not None and low <= tally.number <= high:
            counted[tally.number] += tally.count
    if not sum(counted.values()) or low >= high:
        return None
    levels = sorted(counted)
    return _mean(levels, [counted[level] for level in levels])


def _inside(question: Question, tallies: list[Tally], language: str) -> Iterable[Line]:
    """A line for everything that is asked inside, over all panels and rows; of a matrix with rows, row by row."""
    rows = [
        (f"{code_of(row.value)}.", choice_words(question.rows, row.value, language)) for row in question.rows
    ]
    for before, words in rows if question.kind == "matrixdropdown" else [("", "")]:
        for inner in question.inner.asked if question.inner else ():
            mine = [tally for tally in tallies if _is_of(question, tally.row, before, inner.name)]
            card = _card(Known(_NOBODY, inner, 0, False, [replace(each, row="") for each in mine]), language)
            n = sum(tally.count for tally in mine if tally.code != COMMENT)
            label = f"{words}: {inner.label(language)}" if words else inner.label(language)
            # Several entries of one person are no independent answers: no range can be claimed for their mean.
            score = _plain_mean(mine) if card.score and question.kind in LISTS else card.score
            is_each_once = question.kind not in LISTS and not card.is_several
            yield Line(label, n, score, with_shares(card.bars, n if is_each_once else 0))


def _is_of(question: Question, row: str, before: str, name: str) -> bool:
    """Whether a row of answers is about the inner question `name` (of the row that `before` names)."""
    if question.kind in LISTS:
        return row.partition(".")[2] == name
    return row == f"{before}{name}"


def _measure(card: Card, question: Question, chosen: list[Tally], language: str) -> None:
    """Where the question is a published measure, its score is the headline."""
    reading = of_question(question, _counted(chosen), language)
    if reading is None or not reading.n:
        return
    card.reading, card.score = reading, reading.scores[0]
    card.groups = reading.bars if any(len(bar.codes) > 1 for bar in reading.bars) else ()
    if question.instrument == "nps":
        card.bars = _by_mood(card.bars)


def _counted(tallies: Iterable[Tally]) -> Counter[str]:
    found: Counter[str] = Counter()
    for tally in tallies:
        found[tally.code] += tally.count
    return found


def _bars(choices: Sequence[Choice], counted: Counter[str], language: str) -> tuple[Bar, ...]:
    """Every choice that is offered, and behind them those that are no longer."""
    codes = [code_of(choice.value) for choice in choices]
    offered = [
        Bar(text(choice.text, language) or code, counted[code], codes=(code,))
        for choice, code in zip(choices, codes, strict=True)
    ]
    gone = [Bar(_("%(answer)s (no longer offered)", answer=code), count, "neutral", (code,))
            for code, count in counted.items() if code not in codes]  # fmt: skip
    return (*offered, *gone)


def _scale(
    steps: Sequence[Choice], tallies: list[Tally], language: str
) -> tuple[tuple[Bar, ...], Score | None]:
    counted = _counted(tallies)
    bars = _bars(steps, counted, language)
    levels = [choice.value for choice in steps]
    if not counted or not all(
        isinstance(level, int | float) and not isinstance(level, bool) for level in levels
    ):
        return bars, None
    counts = [counted[code_of(level)] for level in levels]
    return bars, _mean(levels, counts) if sum(counts) and len(levels) > 1 else None


def _mean(levels: Sequence[float], counts: Sequence[int]) -> Score:
    n = sum(counts)
    mean = sum(level * count for level, count in zip(levels, counts, strict=True)) / n
    low, high = mean_range(levels, counts, ERROR)
    return Score(_("Mean"), mean, low, high, (min(levels), max(levels)), "number")


def _by_mood(bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """The eleven bars of an NPS by who gives such answers; those of steps no longer offered stay as they are."""
    moods = ["danger"] * 7 + ["neutral"] * 2 + ["good"] * 2
    return (*(replace(bar, role=mood) for bar, mood in zip(bars, moods, strict=False)), *bars[11:])


def _boolean(question: Question, tallies: list[Tally], language: str) -> tuple[tuple[Bar, ...], Score | None]:
    counted = _counted(tallies)
    yes, no = boolean_values(question)
    offered = [Choice(value, boolean_label(question, value, language)) for value in (yes, no)]
    bars = _bars(offered, counted, language)
    n = counted[code_of(yes)] + counted[code_of(no)]
    if not n:
        return bars, None
    return bars, share_score(boolean_label(question, yes, language), counted[code_of(yes)], n)


def _plain_mean(tallies: list[Tally]) -> Score | None:
    """Written numbers have no ends, so there is a mean but no honest range: the spread is shown instead."""
    numbers = [(tally.number, tally.count) for tally in tallies if tally.number is not None]
    n = sum(count for _number, count in numbers)
    if not n:
        return None
    values = [number for number, _count in numbers]
    mean = sum(number * count for number, count in numbers) / n
    return Score(_("Mean"), mean, min(values), max(values), (min(values), max(values)), "spread")


def _lines(question: Question, tallies: list[Tally], language: str) -> Iterable[Line]:
    by_row: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_row[tally.row].append(tally)
    rows = [code_of(row.value) for row in question.rows]
    for code in [*rows, *(row for row in by_row if row not in rows)]:
        mine = by_row.get(code, [])
        bars, score = _scale(question.columns, mine, language)
        label, n = choice_words(question.rows, code, language), sum(tally.count for tally in mine)
        # Of several answers in a row it is not kept how many people gave them.
        yield Line(label, n, score, with_shares(bars, 0 if takes_several(question) else n), code)


def grouped(rows: Iterable[Any]) -> Mapping[UUID, list[Tally]]:
    """What `queries.tallies` gives, by question."""
    found: dict[UUID, list[Tally]] = defaultdict(list)
    for question_id, row, code, number, count in rows:
        found[question_id].append(Tally(row, code, number, count))
    return found
