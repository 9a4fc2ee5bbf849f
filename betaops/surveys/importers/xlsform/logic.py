"""XPath as XLSForms use it, in our language. Pure."""

import re
from dataclasses import dataclass, field

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers.conditions import Untranslatable, named, quoted
from betaops.surveys.importers.formulae import Formula, Grammar, Writer, read
from betaops.surveys.importers.words import number

_GRAMMAR = Grammar(
    name=r"\$\{[^{}]{1,200}\}|current\(\)(?:/[\w.\-]+)+|\.\.(?:/[\w.\-]+)*|/[\w.\-]+(?:/[\w.\-]+)*|\.(?!\d)|[A-Za-z_][\w.:\-]*",
    operators={
        "or": (1, "or"), "and": (2, "and"), "=": (3, "="), "==": (3, "="), "!=": (3, "<>"), "<=": (4, "<="),
        ">=": (4, ">="), "<": (4, "<"), ">": (4, ">"), "+": (5, "+"), "-": (5, "-"), "*": (6, "*"),
        "div": (6, "/"), "mod": (6, "%"),
    },
)  # fmt: skip

_PLAIN = {"today": "today()", "now": "currentDate()", "true": "true", "false": "false"}
_SAME = {"round": "round", "min": "min", "max": "max", "sum": "sum"}
_OVER_REPEATS = {"sum": "sumInArray", "min": "minInArray", "max": "maxInArray", "count": "countInArray"}
_COMPARED = ("=", "<>", "<", "<=", ">", ">=")


@dataclass
class Names:
    """Our names by those of the form, and in which repeat each stands (empty: in none)."""

    ours: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)
    several: set[str] = field(default_factory=set)
    #: Names of repeats, theirs to ours.
    groups: dict[str, str] = field(default_factory=dict)


class Logic:
    """Translates the formulas of one form."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._writer = Writer(self._name, self._call, self._compare)
        self._own = self._inside = ""
        self._columns: dict[str, str] | None = None

    def condition(self, source: str, *, own: str = "", inside: str = "") -> str:
        """`own` is what a dot means; `inside` the repeat in which the formula stands."""
        self._begin(own, inside)
        return self._writer.condition(read(source, _GRAMMAR))

    def value(self, source: str, *, inside: str = "") -> str:
        self._begin("", inside)
        return self._writer.text(read(source, _GRAMMAR))

    def choice(self, source: str, columns: dict[str, str], *, inside: str = "") -> str:
        """A choice filter for one choice, whose cells `columns` are."""
        self._begin("", inside)
        self._columns = columns
        return self._writer.condition(read(source, _GRAMMAR))

    def constraint(self, source: str, *, own: str, inside: str = "") -> dict[str, str | int]:
        """A validator. What is empty keeps every constraint, as in XForms."""
        self._begin(own, inside)
        formula = read(source, _GRAMMAR)
        if (pattern := _pattern(formula)) is not None:
            is_whole = pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern
            return {"type": "regex", "regex": pattern if is_whole else f"^(?:{pattern})$"}
        if (lengths := _lengths(formula)) is not None:
            return {"type": "text", **lengths}
        return {
            "type": "expression",
            "expression": f"{self._name('.')} empty or ({self._writer.condition(formula)})",
        }

    def piped(self, source: str, *, inside: str = "") -> str:
        """Text with the answers in it named our way."""
        self._begin("", inside)

        def place(found: re.Match[str]) -> str:
            try:
                return self._name(found[0])
            except Untranslatable:
                return found[0]

        return re.sub(r"\$\{\s*[^{}]{1,200}?\s*\}", place, source)

    def _begin(self, own: str, inside: str) -> None:
        self._own, self._inside, self._columns = own, inside, None

    def _name(self, written: str) -> str:
        if written == ".":
            name = self._own
        elif written.startswith("${"):
            name = written[2:-1].strip().removeprefix("last-saved#")
        elif "/" in written:
            name = written.rpartition("/")[2]
        elif self._columns is not None:
            return quoted(self._columns.get(written, ""))
        else:
            raise Untranslatable(_("%(name)s has no counterpart here", name=written))
        return named(self._reached(name, written))

    def _reached(self, name: str, written: str) -> str:
        ours = self._names.ours.get(name)
        if ours is None:
            raise Untranslatable(_("%(name)s is not in the survey", name=written))
        repeat = self._names.repeats.get(name, "")
        if repeat and repeat != self._inside:
            raise Untranslatable(_("%(name)s is asked many times", name=written))
        return f"panel.{ours}" if repeat else ours

    def _compare(self, writer: Writer, operator: str, left: Formula, right: Formula) -> str | None:
        if left.kind == "call" and left.value == "string-length" and len(left.parts) == 1:
            part = left.parts[0]
            if part.kind == "name" and number(right.value) == 0:
                return f"{writer.operand(part)} {'empty' if operator in ('=', '<=') else 'notempty'}"
        if left.kind == "name" and right.kind == "constant" and right.value != "" and operator in ("=", "<>"):
            name = self._own if left.value == "." else left.value.strip("${} ")
            if self._names.ours.get(name) in self._names.several:
                return f"{writer.operand(left)} {operator} [{quoted(right.value)}]"
        return None

    def _call(self, writer: Writer, formula: Formula) -> str:
        name, parts = formula.value.lower(), formula.parts
        if name in _PLAIN and not parts:
            return _PLAIN[name]
        if name == "selected" and len(parts) == 2:
            return f"{writer.operand(parts[0])} contains {writer.text(parts[1])}"
        if name == "not" and len(parts) == 1:
            return f"!({writer.condition(parts[0])})"
        if name == "if" and len(parts) == 3:
            return f"iif({writer.condition(parts[0])}, {writer.text(parts[1])}, {writer.text(parts[2])})"
        if name == "coalesce" and len(parts) == 2:
            first = writer.operand(parts[0])
            return f"iif({first} notempty, {first}, {writer.text(parts[1])})"
        if name in ("count-selected", "string-length") and len(parts) == 1 and parts[0].kind == "name":
            return writer.text(parts[0])[:-1] + ".length}"
        if name in ("int", "number", "string", "boolean", "once") and len(parts) == 1:
            return f"trunc({writer.text(parts[0])})" if name == "int" else writer.operand(parts[0])
        if name == "concat" and parts:
            return " + ".join(["''", *(writer.operand(part) for part in parts)])
        if name == "pow" and len(parts) == 2:
            return f"{writer.operand(parts[0])} ^ {writer.operand(parts[1])}"
        if name in ("position", "index") and self._inside:
            return "{panelIndex} + 1"
        return self._gathered(writer, formula, name)

    def _gathered(self, writer: Writer, formula: Formula, name: str) -> str:
        parts = formula.parts
        if name in _OVER_REPEATS and len(parts) == 1 and parts[0].kind == "name":
            inner = parts[0].value.strip("${} ").rpartition("/")[2]
            if name == "count" and inner in self._names.groups:
                return f"count({named(self._names.groups[inner])})"
            repeat = self._names.repeats.get(inner, "")
            if repeat and repeat != self._inside:
                return f"{_OVER_REPEATS[name]}({named(repeat)}, {quoted(self._names.ours[inner])})"
        if name in _SAME and parts:
            return f"{_SAME[name]}({', '.join(writer.text(part) for part in parts)})"
        raise Untranslatable(_("%(name)s() has no counterpart here", name=formula.value))


def _pattern(formula: Formula) -> str | None:
    """Of `regex(., '…')` alone."""
    if formula.kind != "call" or formula.value != "regex" or len(formula.parts) != 2:
        return None
    subject, pattern = formula.parts
    is_own = subject == Formula("name", ".") and pattern.kind == "constant"
    return str(pattern.value) if is_own and isinstance(pattern.value, str) else None


def _lengths(formula: Formula) -> dict[str, int] | None:
    """Of `string-length(.)` compared with numbers, once or twice."""
    if formula.kind != "binary":
        return None
    if formula.value == "and":
        first, second = (_lengths(part) for part in formula.parts)
        return None if first is None or second is None else {**first, **second}
    left, right = formula.parts
    limit = right.value if right.kind == "constant" else None
    if left != Formula("call", "string-length", (Formula("name", "."),)) or not isinstance(limit, int):
        return None
    return {
        "=": {"minLength": limit, "maxLength": limit}, ">=": {"minLength": limit}, ">": {"minLength": limit + 1},
        "<=": {"maxLength": limit}, "<": {"maxLength": limit - 1},
    }.get(formula.value)  # fmt: skip
