"""What differs between two versions, and what that means for answers already given. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Definition, Question
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import text


class Weight(StrEnum):
    """`cosmetic`: answers are pooled. `additive`: pooled, over those who could see it. `breaking`: not comparable."""

    COSMETIC = "cosmetic"
    ADDITIVE = "additive"
    BREAKING = "breaking"


@dataclass(frozen=True)
class Change:
    """`label` is what the question is called now, of changes that are breaking."""

    weight: Weight
    name: str
    message: str
    label: str = ""


def compare(old: Definition, new: Definition) -> list[Change]:
    """In words, the heaviest first."""
    found = list(_compare(old, new))
    order = (Weight.BREAKING, Weight.ADDITIVE, Weight.COSMETIC)
    return sorted(found, key=lambda change: order.index(change.weight))


def returned(former: Mapping[str, Question], new: Definition) -> list[Change]:
    """What past answers could not bear of questions that come back; `former` are those that are not asked now, by name."""
    return [
        change
        for question in new.asked
        if question.name in former
        for change in _question(former[question.name], question)
        if change.weight is Weight.BREAKING
    ]


def _compare(old: Definition, new: Definition) -> Iterator[Change]:
    if text(old.title) != text(new.title):
        yield Change(Weight.COSMETIC, "", _("The survey is called “%(title)s” now.", title=text(new.title)))
    before, after = old.by_name, new.by_name
    for name, question in after.items():
        if name not in before:
            yield Change(Weight.ADDITIVE, name, _("New question: “%(question)s”.", question=question.label()))
        else:
            yield from _question(before[name], question)
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


def _question(old: Question, new: Question) -> Iterator[Change]:
    name, label = new.name, new.label()
    if old.kind != new.kind and not any({old.kind, new.kind} <= alike for alike in ALIKE):
        message = _(
            "“%(question)s” was of type %(old)s and is %(new)s now: the two cannot be counted together."
            " Give it a new name or start a new series.",
            question=label, old=old.kind, new=new.kind,
        )  # fmt: skip
        yield Change(Weight.BREAKING, name, message, label)
        return
    if old.kind == "rating" and _codes(scale(old)) != _codes(scale(new)):
        message = _(
            "“%(question)s” has another scale now: the two do not compare. Give it a new name or start a new series.",
            question=label,
        )
        yield Change(Weight.BREAKING, name, message, label)
    if old.label() != new.label():
        yield Change(Weight.COSMETIC, name, _("“%(old)s” reads “%(new)s” now.", old=old.label(), new=label))
    for group in ("choices", "columns", "rows"):
        yield from _choices(new, getattr(old, group), getattr(new, group))
    if old.is_required != new.is_required:
        yield Change(Weight.COSMETIC, name,
                     _("“%(question)s” must be answered now.", question=label) if new.is_required
                     else _("“%(question)s” may be left out now.", question=label))  # fmt: skip
    if old.visible_if != new.visible_if:
        yield Change(Weight.ADDITIVE, name, _("“%(question)s” is shown to other people now.", question=label))


def _choices(question: Question, old: tuple[Choice, ...], new: tuple[Choice, ...]) -> Iterator[Change]:
    before, after = _codes(old), _codes(new)
    added = [text(choice.text) for choice in new if code_of(choice.value) not in before]
    gone = [text(choice.text) for choice in old if code_of(choice.value) not in after]
    label = question.label()
    if added:
        message = _("“%(question)s” also offers %(answers)s.", question=label, answers=", ".join(added[:5]))
        yield Change(Weight.ADDITIVE, question.name, message)
    if gone:
        message = _("“%(question)s” no longer offers %(answers)s. Such answers stay in the results.",
                    question=label, answers=", ".join(gone[:5]))  # fmt: skip
        yield Change(Weight.ADDITIVE, question.name, message)


def _codes(choices: tuple[Choice, ...]) -> set[str]:
    return {code_of(choice.value) for choice in choices}
