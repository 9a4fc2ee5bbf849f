"""What a definition does by itself: values that it calculates, triggers, answers that it fills in or takes away. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from betaops.surveys.expressions.values import is_empty, text_of, written_number

#: Expressions of a question by property; each may stand alone. Conditions of being shown, enabled, required are apart.
FILLING = ("defaultValueExpression", "setValueIf", "setValueExpression", "resetValueIf")
BOUNDS = ("minValueExpression", "maxValueExpression")
NARROWING = ("choicesVisibleIf", "choicesEnableIf", "rowsVisibleIf", "columnsVisibleIf")
#: Kinds of triggers that are carried out; others are kept and do nothing.
TRIGGERS = ("complete", "setvalue", "copyvalue", "skip", "runexpression", "visible")

_WITHOUT_VALUE = ("empty", "notempty")
_OPERATORS = (
    "equal", "notequal", "contains", "notcontains", "greater", "less", "greaterorequal", "lessorequal", *_WITHOUT_VALUE,
)  # fmt: skip


@dataclass(frozen=True)
class Calculated:
    """A value under a name, from an expression; `is_kept`: it stands among the answers in the end."""

    name: str
    expression: str
    is_kept: bool
    place: tuple[str | int, ...]


@dataclass(frozen=True)
class Trigger:
    """What happens when its condition comes true."""

    kind: str
    condition: str
    place: tuple[str | int, ...]
    #: Whose answer is written, read or gone to.
    target: str = ""
    source: str = ""
    value: Any = None
    expression: str = ""
    #: The target is a name for conditions alone, no answer.
    is_variable: bool = False
    #: The words of the answer are copied, not its value.
    copies_words: bool = False
    #: Names of the pages and questions that are shown while the condition holds, and hidden while it does not.
    pages: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actions:
    """Everything of that kind in one definition."""

    calculated: tuple[Calculated, ...]
    triggers: tuple[Trigger, ...]

    @property
    def kept(self) -> frozenset[str]:
        """Names, besides questions, under which something may be kept among the answers."""
        written = {
            each.target
            for each in self.triggers
            if each.kind not in ("skip", "complete", "visible") and not each.is_variable
        }
        return frozenset(written - {""} | {each.name for each in self.calculated if each.is_kept})


def read(options: Mapping[str, Any]) -> Actions:
    """From the options of a survey. Takes anything; what is no action is left out."""
    return Actions(
        tuple(
            Calculated(
                name,
                line(item, "expression"),
                item.get("includeIntoResult") is True,
                ("calculatedValues", index),
            )
            for index, item in _objects(options.get("calculatedValues"))
            if (name := line(item, "name")) and not name.startswith("__")
        ),
        tuple(
            trigger
            for index, item in _objects(options.get("triggers"))
            if (trigger := _trigger(item, ("triggers", index))) is not None
        ),
    )


def switched_by(trigger: Trigger) -> list[str]:
    """By which names the pages and questions that a trigger shows or hides are remembered."""
    return [f"page:{name}" for name in trigger.pages] + [f"question:{name}" for name in trigger.questions]


def line(options: Mapping[str, Any], name: str) -> str:
    """A property that should be a line of text; empty where it is not."""
    value = options.get(name)
    return value.strip() if isinstance(value, str) else ""


def expression(options: Mapping[str, Any], name: str) -> str:
    """An expression of a question; a default value that begins with `=` is one as well."""
    found = line(options, name)
    default = options.get("defaultValue")
    if (
        name == "defaultValueExpression"
        and not found
        and isinstance(default, str)
        and default.startswith("=")
    ):
        return default[1:].strip()
    return found


def default_of(options: Mapping[str, Any], kind: str) -> Any:
    """The plain default value; None where there is none."""
    value = options.get("defaultValue")
    if isinstance(value, str) and value.startswith("="):
        return None
    if kind == "boolean" and isinstance(value, str) and value in ("true", "false", "indeterminate"):
        return {"true": True, "false": False}.get(value)
    return None if is_empty(value) else value


def has_own_default(options: Mapping[str, Any]) -> bool:
    """Whether the default value is calculated."""
    return bool(expression(options, "defaultValueExpression"))


def is_picky(options: Mapping[str, Any], choices: Iterable[Any]) -> bool:
    """Whether what a question offers depends on answers, and what it no longer offers is taken away."""
    depends = line(options, "choicesVisibleIf") or line(options, "choicesFromQuestion")
    return (
        bool(depends or any(each.visible_if for each in choices))
        and options.get("keepIncorrectValues") is not True
    )


def fills_in(options: Mapping[str, Any]) -> bool:
    """Whether it has a default value, or expressions that set or reset its answer."""
    return not is_empty(options.get("defaultValue")) or any(expression(options, name) for name in FILLING)


def fills(options: Mapping[str, Any], kind: str, choices: Iterable[Any]) -> bool:
    """Whether the answer to a question may change without anybody's doing."""
    return (
        kind == "expression"
        or has_own_default(options)
        or any(options.get(name) for name in (*FILLING, "clearIfInvisible"))
        or is_picky(options, choices)
    )


def _trigger(item: Mapping[str, Any], place: tuple[str | int, ...]) -> Trigger | None:
    kind = str(item.get("type") or "").lower().removesuffix("trigger")
    if kind not in TRIGGERS:
        return None
    return Trigger(
        kind,
        line(item, "expression") or _old_condition(item),
        place,
        target=line(item, "gotoName" if kind == "skip" else "setToName"),
        source=line(item, "fromName"),
        value=item.get("setValue"),
        expression=line(item, "runExpression"),
        is_variable=item.get("isVariable") is True,
        copies_words=item.get("copyDisplayValue") is True,
        pages=_names(item.get("pages")),
        questions=_names(item.get("questions")),
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(each for each in (value if isinstance(value, list) else ()) if isinstance(each, str))


def _old_condition(item: Mapping[str, Any]) -> str:
    """Old triggers say name, operator and value instead of an expression."""
    name, operator, value = (
        line(item, "name"),
        str(item.get("operator") or "equal").lower(),
        item.get("value"),
    )
    operator = operator if operator in _OPERATORS else "equal"
    if (
        not name
        or "}" in name
        or (operator not in _WITHOUT_VALUE and (is_empty(value) or isinstance(value, list | dict)))
    ):
        return ""
    is_plain = (
        isinstance(value, bool)
        or str(value).lower() in ("true", "false")
        or written_number(value) == written_number(value)
    )
    written = text_of(value) if is_plain else f"'{text_of(value)}'"
    return f"{{{name}}} {operator}" + ("" if operator in _WITHOUT_VALUE else f" {written}")


def _objects(value: Any) -> list[tuple[int, Mapping[str, Any]]]:
    return [
        (index, item)
        for index, item in enumerate(value if isinstance(value, list) else ())
        if isinstance(item, dict)
    ]
