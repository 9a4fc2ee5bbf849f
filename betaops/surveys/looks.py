"""What single kinds of questions draw besides their fields: pictures, calculated values, stars, entries. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from betaops.kernel.i18n import gettext as _
from betaops.surveys import uploads
from betaops.surveys.definition import TOTAL, Choice, Definition, Question
from betaops.surveys.engine.entries import LISTS, Entry, may_add, may_remove
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.expression import shown
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import text

_DATA = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_ORIGIN = re.compile(r"https://[a-z0-9.-]{1,253}(:\d{1,5})?")
#: Origins that one page loads pictures from at most.
MOST_ORIGINS = 10
LARGEST_SIDE = 2000
#: Faces from sad to glad; scales of other lengths take some of them.
FACES = ("angry", "frown", "annoyed", "meh", "smile", "laugh")


@dataclass(frozen=True)
class Look:
    """Everything that a template may find beside the fields of a question; most kinds have none of it."""

    output: str = ""
    source: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    has_labels: bool = False
    #: Icons of the steps of a scale, and whether they are `stars` or `faces`.
    marks: tuple[str, ...] = ()
    mark_kind: str = ""
    #: (what is summed up, the total in words)
    totals: tuple[tuple[str, str], ...] = ()
    limits: str = ""
    #: What the button for one more entry sends; nothing where there may be none.
    add: str = ""
    add_words: str = ""
    may_remove: bool = False
    remove_words: str = ""
    nothing: str = ""


def picture(address: str) -> str:
    """The address of a picture that a page may show: brought along (data:) or by https; else nothing."""
    address = address.strip()
    if _DATA.fullmatch(address):
        return address
    return address if origin_of(address) else ""


def origin_of(address: str) -> str:
    """ "https://img.example.com" of a picture there; nothing for any other address."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    found = f"{parts.scheme}://{parts.netloc}".lower()
    return found if _ORIGIN.fullmatch(found) else ""


def origins(definition: Definition) -> tuple[str, ...]:
    """Where a definition's pictures come from, besides itself: the page's policy lets exactly these in."""
    found = {origin_of(address) for address in _addresses(definition)}
    return tuple(sorted(found - {""}))[:MOST_ORIGINS]


def drawn(question: Question, scene: Scene) -> Look:
    """By kind."""
    if question.kind == "image":
        return _image(question, scene)
    if question.kind == "imagepicker":
        return _pictures(question, scene)
    if question.kind == "expression":
        value = scene.values.get(question.key)
        return Look(output="" if is_empty(value) else shown(question, value, scene.language))
    if question.kind == "rating":
        return _marks(question)
    if question.kind == "file":
        return Look(limits=uploads.limits_in_words(question))
    if question.kind in ("matrixdynamic", "matrixdropdown"):
        return Look(totals=tuple(_totals(question, scene)))
    return Look()


def calculated(definition: Definition, scene: Scene) -> dict[str, str]:
    """What stands in the calculated places of the survey's own questions now, by name."""
    return {
        question.name: drawn(question, scene).output
        for question in definition.computed
        if question.kind == "expression"
    }


def with_buttons(look: Look, question: Question, count: int, language: str) -> Look:
    """The words on the buttons of a list of entries, and which of them are there."""
    if question.kind not in LISTS:
        return look
    is_panel = question.kind == "paneldynamic"
    add, remove = ("addPanelText", "removePanelText") if is_panel else ("addRowText", "removeRowText")
    nothing = question.option_text("noEntriesText" if is_panel else "noRowsText", language)
    return replace(
        look,
        add=f"add:{question.name}" if may_add(question, count) else "",
        add_words=question.option_text(add, language) or (_("Add another") if count else _("Add")),
        may_remove=may_remove(question, count),
        remove_words=question.option_text(remove, language) or _("Remove"),
        nothing="" if count else nothing or _("There is none yet."),
    )


def entry_title(question: Question, entry: Entry, number: int) -> str:
    """What a panel or row is called; the lines of a multiple text are called nothing."""
    if question.kind == "multipletext":
        return ""
    if question.kind == "matrixdropdown":
        return entry.label
    own = question.option_text("templateTitle", entry.scene.language)
    if not own:
        return _("Entry %(number)s", number=number)
    return _with_values(own, entry, number)


def _with_values(source: str, entry: Entry, number: int) -> str:
    """`{panelIndex}` and `{panel.name}` in the title of a panel."""

    def value(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name.lower() == "panelindex":
            return str(number)
        for question in entry.scene.definition.asked:
            if name.lower() == f"panel.{question.key}".lower():
                own = entry.scene.values.get(question.key)
                from betaops.surveys.kinds import KINDS

                return (
                    "" if is_empty(own) else KINDS[question.kind].words(question, own, entry.scene.language)
                )
        return found[0]

    return re.sub(r"\{([^{}]{1,200})\}", value, source)


def _addresses(definition: Definition) -> Iterator[str]:
    for question in definition.every_question:
        values = [question.options.get("imageLink")] if question.kind == "image" else []
        values += [choice.image for choice in question.choices] if question.kind == "imagepicker" else []
        for value in values:
            for each in value.values() if isinstance(value, dict) else [value]:
                if isinstance(each, str):
                    yield each


def _image(question: Question, scene: Scene) -> Look:
    return Look(
        source=picture(question.option_text("imageLink", scene.language)),
        alt=question.option_text("altText", scene.language) or question.option_text("text", scene.language),
        width=_side(question, "imageWidth"),
        height=_side(question, "imageHeight"),
    )


def _side(question: Question, name: str) -> int | None:
    number = question.number(name)
    return int(number) if number is not None and 0 < number <= LARGEST_SIDE else None


def _pictures(question: Question, scene: Scene) -> Look:
    found = {code_of(choice.value): _picture(choice, scene) for choice in scene.choices(question)}
    return Look(pictures=found, has_labels=question.options.get("showLabel") is True)


def _picture(choice: Choice, scene: Scene) -> str:
    return picture(text(choice.image, scene.language))


def _marks(question: Question) -> Look:
    """Icons for the steps of a rating by `rateType`; none where it shows numbers."""
    steps = scale(question)
    kind = question.options.get("rateType")
    if kind == "stars":
        return Look(marks=("star",) * len(steps), mark_kind="stars")
    if kind == "smileys" and len(steps) <= 10:
        last = max(1, len(steps) - 1)
        faces = tuple(FACES[round(number * (len(FACES) - 1) / last)] for number in range(len(steps)))
        return Look(marks=faces, mark_kind="faces")
    return Look()


def _totals(question: Question, scene: Scene) -> Iterator[tuple[str, str]]:
    """(what is summed up, the total in words) of a matrix."""
    totals = scene.values.get(question.key + TOTAL)
    for column in question.inner.asked if question.inner else ():
        if isinstance(totals, dict) and column.key in totals:
            yield column.label(scene.language), _total(column, totals[column.key], scene)


def _total(column: Question, value: Any, scene: Scene) -> str:
    names = {
        "displayStyle": "totalDisplayStyle",
        "currency": "totalCurrency",
        "format": "totalFormat",
        "maximumFractionDigits": "totalMaximumFractionDigits",
        "minimumFractionDigits": "totalMinimumFractionDigits",
    }
    options = {
        name: column.options.get(own) for name, own in names.items() if column.options.get(own) is not None
    }
    return shown(Question(column.name, "expression", column.place, options), value, scene.language)
