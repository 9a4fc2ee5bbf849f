"""What differs between two versions, and what that means for answers already given. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import WITH_CHOICES, Choice, Definition, Question
from betaops.surveys.given import NOBODY, Given
from betaops.surveys.kinds import boolean, slider
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT, text
from betaops.surveys.rewording import is_small


class Weight(StrEnum):
    """`cosmetic`: answers are pooled. `additive`: pooled, over those who could see it. `breaking`: not comparable."""

    COSMETIC = "cosmetic"
    ADDITIVE = "additive"
    BREAKING = "breaking"


@dataclass(frozen=True)
class Change:
    """`label` is what the question is called now, of changes that are breaking.

    `may_count_on`: the words cannot tell whether it means the same; its author can, and may have the answers count on.
    """

    weight: Weight
    name: str
    message: str
    label: str = ""
    may_count_on: bool = False


#: What was answered until now, by the question's name.
Answered = Mapping[str, Given]
NOTHING: Answered = {}


def compare(old: Definition, new: Definition, answered: Answered = NOTHING) -> list[Change]:
    """In words, the heaviest first."""
    found = list(_compare(old, new, answered))
    order = (Weight.BREAKING, Weight.ADDITIVE, Weight.COSMETIC)
    return sorted(found, key=lambda change: order.index(change.weight))


def returned(former: Mapping[str, Question], new: Definition, answered: Answered = NOTHING) -> list[Change]:
    """What past answers could not bear of questions that come back; `former` are those that are not asked now, by name."""
    return [
        change
        for question in new.asked
        if question.name in former
        for change in _question(former[question.name], question, answered.get(question.name, NOBODY))
        if change.weight is Weight.BREAKING
    ]


def _compare(old: Definition, new: Definition, answered: Answered) -> Iterator[Change]:
    if text(old.title) != text(new.title):
        yield Change(Weight.COSMETIC, "", _("The survey is called “%(title)s” now.", title=text(new.title)))
    before, after = old.by_name, new.by_name
    for name, question in after.items():
        if name not in before:
            yield Change(Weight.ADDITIVE, name, _("New question: “%(question)s”.", question=question.label()))
        else:
            yield from _question(before[name], question, answered.get(name, NOBODY))
    for name, question in before.items():
        if name not in after:
            message = _(
                "“%(question)s” is no longer asked. Its answers stay in the results.",
                question=question.label(),
            )
            yield Change(Weight.ADDITIVE, name, message)
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        yield Change(Weight.COSMETIC, "", _("Questions come in another order."))


#: Types that differ in their looks alone.
ALIKE = ({"radiogroup", "dropdown", "buttongroup"}, {"checkbox", "tagbox"})
#: Kinds of a line of text whose answers are no words.
MEASURED = ("number", "range", "date", "datetime-local", "month", "week", "time")


def _question(old: Question, new: Question, given: Given) -> Iterator[Change]:
    name, label = new.name, new.label()
    before, after = _shape(old), _shape(new)
    if before != after and not any({before, after} <= alike for alike in ALIKE):
        message = _(
            "“%(question)s” was of type %(old)s and is %(new)s now: the two cannot be counted together."
            " Start a new series, or give it a new name in the JSON.",
            question=label, old=before, new=after,
        )  # fmt: skip
        yield Change(Weight.BREAKING, name, message, label)
        return
    if _scale(old) != _scale(new):
        message = _(
            "“%(question)s” has another scale now: the two do not compare."
            " Start a new series, or give it a new name in the JSON.",
            question=label,
        )
        yield Change(Weight.BREAKING, name, message, label)
    elif given.is_any:
        yield from _reworded(old, new)
    if old.label() != new.label():
        yield Change(Weight.COSMETIC, name, _("“%(old)s” reads “%(new)s” now.", old=old.label(), new=label))
    yield from _choices(new, old.choices, new.choices, given, is_row=new.kind == "ranking")
    if new.kind == "matrix":
        yield from _choices(new, old.columns, new.columns, given)
    yield from _choices(new, old.rows, new.rows, given, is_row=True)
    yield from _inside(old, new, given)
    if old.is_required != new.is_required:
        yield Change(Weight.COSMETIC, name,
                     _("“%(question)s” must be answered now.", question=label) if new.is_required
                     else _("“%(question)s” may be left out now.", question=label))  # fmt: skip
    if old.visible_if != new.visible_if:
        yield Change(Weight.ADDITIVE, name, _("“%(question)s” is shown to other people now.", question=label))


def _shape(question: Question) -> str:
    """Its type, with what else decides of what shape its answers are."""
    options = question.options
    line = options.get("inputType") if question.kind == "text" else None
    several = (
        (question.kind == "imagepicker" and options.get("multiSelect") is True)
        or (question.kind == "matrix" and options.get("cellType") == "checkbox")
        or (question.kind == "slider" and slider.is_range(question))
    )
    if several:
        return _("%(type)s (several answers)", type=question.kind)
    return f"{question.kind} ({line})" if line in MEASURED else question.kind


def _scale(question: Question) -> object:
    """What its answers are places on, or nothing."""
    if question.kind == "rating":
        return _codes(scale(question))
    if question.kind == "slider":
        return slider.ends(question)[:2]
    if question.kind == "boolean":
        return tuple(map(code_of, boolean.values(question)))
    return None


def _choices(
    question: Question,
    old: tuple[Choice, ...],
    new: tuple[Choice, ...],
    given: Given,
    *,
    is_row: bool = False,
) -> Iterator[Change]:
    """What is offered besides, what no longer, and what stands for another answer by now."""
    before, after = ({code_of(each.value): text(each.text) for each in group} for group in (old, new))
    times = {code: given.of_row(code) if is_row else given.of_code(code) for code in before}
    label = question.label()
    if added := [words for code, words in after.items() if code not in before]:
        message = _("“%(question)s” also offers %(answers)s.", question=label, answers=", ".join(added[:5]))
        yield Change(Weight.ADDITIVE, question.name, message)
    gone = [code for code in before if code not in after]
    if unused := [before[code] for code in gone if not times[code]]:
        message = _("“%(question)s” no longer offers %(answers)s. Nobody has chosen that.",
                    question=label, answers=", ".join(unused[:5]))  # fmt: skip
        yield Change(Weight.ADDITIVE, question.name, message)
    if used := [times[code].words(before[code]) for code in gone if times[code]]:
        yield _removed(question, used, is_row=is_row and question.kind not in WITH_CHOICES)
    kept = [code_of(each.value) for each in new if code_of(each.value) in before and not each.is_special]
    for code in kept:
        words = before[code]
        if after[code] != words:
            yield _renamed(
                question, words, after[code], is_other=bool(times[code]), told=times[code].words(words)
            )


def _removed(question: Question, used: list[str], *, is_row: bool) -> Change:
    """Rows are asked each by itself: the answers to one that goes say nothing about the others."""
    label, answers = question.label(), ", ".join(used[:5])
    if is_row:
        message = _("“%(question)s” no longer asks about %(answers)s. Such answers stay in the results.",
                    question=label, answers=answers)  # fmt: skip
        return Change(Weight.ADDITIVE, question.name, message)
    message = _(
        "“%(question)s” no longer offers %(answers)s. From now on the shares of the others are of fewer choices:"
        " start a new series, or let the answers count on.",
        question=label, answers=answers,
    )  # fmt: skip
    return Change(Weight.BREAKING, question.name, message, label, may_count_on=True)


def _renamed(question: Question, old: str, new: str, *, is_other: bool, told: str) -> Change:
    label = question.label()
    if not is_other or is_small(old, new):
        message = _("“%(question)s” has “%(new)s” for “%(old)s” now.", question=label, old=old, new=new)
        return Change(Weight.COSMETIC, question.name, message)
    message = _(
        "“%(question)s” has “%(new)s” in the place of %(old)s. If it means something else, start a new series;"
        " if it means the same, let the answers count on.",
        question=label, old=told, new=new,
    )  # fmt: skip
    return Change(Weight.BREAKING, question.name, message, label, may_count_on=True)


def _reworded(old: Question, new: Question) -> Iterator[Change]:
    """Words that say what answers mean, of questions that were answered."""
    label = new.label()
    for before, after in _meanings(old, new):
        if before and not is_small(before, after):
            message = _(
                "“%(question)s” has “%(new)s” in the place of %(old)s. If it means something else, start a new series;"
                " if it means the same, let the answers count on.",
                question=label, old=f"“{before}”", new=after,
            )  # fmt: skip
            yield Change(Weight.BREAKING, new.name, message, label, may_count_on=True)
    if new.kind == "expression" and old.options.get("expression") != new.options.get("expression"):
        message = _(
            "“%(question)s” is calculated in another way now. Start a new series, or let the answers count on.",
            question=label,
        )
        yield Change(Weight.BREAKING, new.name, message, label, may_count_on=True)


def _meanings(old: Question, new: Question) -> Iterator[tuple[str, str]]:
    """(words before, words now) at the ends and steps of scales."""
    if new.kind == "rating":
        steps = {code_of(step.value): text(step.text) for step in scale(new)}
        known = [(text(step.text), steps.get(code_of(step.value))) for step in scale(old)]
        yield from ((before, after) for before, after in known if after is not None)
        for end in ("minRateDescription", "maxRateDescription"):
            yield old.option_text(end), new.option_text(end)
    if new.kind == "boolean":
        for value in boolean.values(new):
            yield boolean.label(old, value, DEFAULT), boolean.label(new, value, DEFAULT)


def _inside(old: Question, new: Question, given: Given) -> Iterator[Change]:
    """What changes in the entries of a question changes the question."""
    before, after = (each.inner.by_name if each.inner else {} for each in (old, new))
    for name, inner in after.items():
        own = replace(inner, title=f"{new.label()}: {inner.label()}")
        if name not in before:
            yield Change(Weight.ADDITIVE, new.name, _("New question: “%(question)s”.", question=own.label()))
            continue
        former = replace(before[name], title=f"{new.label()}: {before[name].label()}")
        for each in _question(former, own, given.inside(old, former)):
            yield replace(each, name=new.name, label=new.label() if each.label else "")
    for name, inner in before.items():
        if name not in after:
            message = _(
                "“%(question)s” is no longer asked. Its answers stay in the results.",
                question=f"{new.label()}: {inner.label()}",
            )
            yield Change(Weight.ADDITIVE, new.name, message)


def _codes(choices: tuple[Choice, ...]) -> set[str]:
    return {code_of(choice.value) for choice in choices}
