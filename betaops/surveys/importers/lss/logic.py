"""LimeSurvey's expressions and conditions in our language. Pure."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers.conditions import Untranslatable, both, either, named, quoted, unless
from betaops.surveys.importers.formulae import Formula, Grammar, Writer, read
from betaops.surveys.importers.lss.tables import Row, Tables
from betaops.surveys.importers.words import number

_GRAMMAR = Grammar(
    name=r"\d+X\d+X\d+\w*(?:\.\w+)?|[A-Za-z_]\w*(?::\w+)?(?:\.[A-Za-z_]\w*)*",
    operators={
        "or": (1, "or"), "||": (1, "or"), "and": (2, "and"), "&&": (2, "and"),
        "==": (3, "="), "eq": (3, "="), "!=": (3, "<>"), "ne": (3, "<>"), "<=": (4, "<="), "le": (4, "<="),
        ">=": (4, ">="), "ge": (4, ">="), "<": (4, "<"), "lt": (4, "<"), ">": (4, ">"), "gt": (4, ">"),
        "+": (5, "+"), "-": (5, "-"), "*": (6, "*"), "/": (6, "/"),
    },
    negations=("!", "not"),
)  # fmt: skip

#: Behind a name; all mean its answer.
_SUFFIXES = ("naok", "code", "value", "valuenaok", "shown")
_SAME = {"sum": "sum", "min": "min", "max": "max", "round": "round", "abs": "", "count": "count"}
_TURNED = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: In the old spelling of places, "123X4X56SQ001".
_PLACE = re.compile(r"\+?\d+X\d+X(\d+)(\w*)")


@dataclass(frozen=True)
class Target:
    """What a name of LimeSurvey is here: an answer, a row or part of it, or one box of several."""

    name: str
    #: The box of a question with several answers; empty where the name is no box.
    box: str = ""


@dataclass
class Names:
    """All names that expressions may use, in lower case, and what they mean here."""

    targets: dict[str, Target] = field(default_factory=dict)
    #: Question codes by `qid`, for places in the old spelling.
    codes: dict[str, str] = field(default_factory=dict)
    #: Codes of questions where "other" may be chosen.
    others: set[str] = field(default_factory=set)
    #: Names of questions with several answers.
    several: set[str] = field(default_factory=set)

    def target(self, written: str) -> Target:
        name = written.removeprefix("INSERTANS:")
        if place := _PLACE.fullmatch(name.partition(".")[0]):
            code = self.codes.get(place[1], "")
            name = f"{code}_{place[2]}" if place[2] else code
        base, _dot, suffix = name.partition(".")
        if suffix and suffix.lower() not in _SUFFIXES:
            raise Untranslatable(_("%(name)s has no counterpart here", name=written))
        found = self.targets.get(base.lower())
        if found is None:
            raise Untranslatable(_("%(name)s is not in the survey", name=written))
        return found


class Logic:
    """Translates for one survey. `own` is the question that `self` and `this` mean."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._own = ""
        self._writer = Writer(self._name, self._call, self._compare)

    def condition(self, source: str, own: str = "") -> str:
        """`source` in our language; empty where it always holds."""
        if source.strip() in ("", "1", "true"):
            return ""
        return self._written(source, own, is_condition=True)

    def value(self, source: str, own: str = "") -> str:
        """The same of what is calculated."""
        return self._written(source, own, is_condition=False)

    def piped(self, source: str) -> tuple[str, list[str]]:
        """Text with the answers in it named our way, and the places in braces that have no counterpart."""
        lost: list[str] = []

        def place(found: re.Match[str]) -> str:
            try:
                target = self._names.target(found[1].strip())
            except Untranslatable:
                lost.append(found[0])
                return ""
            return named(target.name)

        return re.sub(r"\{([^{}\s][^{}]{0,300})\}", place, source), lost

    def _written(self, source: str, own: str, *, is_condition: bool) -> str:
        self._own = own
        source = re.sub(r"^\s*\{(.*)\}\s*$", r"\1", source, flags=re.DOTALL)
        formula = read(source, _GRAMMAR)
        return self._writer.condition(formula) if is_condition else self._writer.text(formula)

    def _target(self, written: str) -> Target:
        if written.partition(".")[0].lower() in ("self", "this") and self._own:
            return Target(self._own)
        return self._names.target(written)

    def _name(self, written: str) -> str:
        target = self._target(written)
        return f"{named(target.name)} contains {quoted(target.box)}" if target.box else named(target.name)

    def _compare(self, writer: Writer, operator: str, left: Formula, right: Formula) -> str | None:
        """A box is compared with "Y" (ticked) and "" (not); "other" is called -oth-."""
        if left.kind == "call" and left.value.lower() == "strlen" and len(left.parts) == 1:
            return self._length(operator, left.parts[0], right)
        if left.kind != "name" or right.kind != "constant":
            return None
        target = self._target(left.value)
        if target.box and operator in ("=", "<>"):
            is_ticked = (str(right.value).upper() == "Y") == (operator == "=")
            word = "contains" if is_ticked else "notcontains"
            return f"{named(target.name)} {word} {quoted(target.box)}"
        if right.value == "-oth-":
            return f"{named(target.name)} {operator} 'other'"
        return None

    def _length(self, operator: str, part: Formula, right: Formula) -> str | None:
        if part.kind != "name" or right.value not in (0, "0"):
            return f"{named(self._target(part.value).name + '.length')} {operator} {self._writer.text(right)}"
        is_empty = operator in ("=", "<=")
        return f"{self._operand(part)} {'empty' if is_empty else 'notempty'}"

    def _operand(self, formula: Formula) -> str:
        return self._writer.operand(formula)

    def _call(self, writer: Writer, formula: Formula) -> str:
        name, parts = formula.value.lower(), formula.parts
        if name in ("is_empty", "empty") and len(parts) == 1:
            return self._empty(parts[0], is_empty=True)
        if name == "if" and len(parts) == 3:
            return f"iif({writer.condition(parts[0])}, {writer.text(parts[1])}, {writer.text(parts[2])})"
        if name in ("intval", "floatval", "strval", "trim") and len(parts) == 1:
            return f"trunc({writer.text(parts[0])})" if name == "intval" else writer.operand(parts[0])
        if name == "in_array" and len(parts) > 1:
            options = ", ".join(writer.text(part) for part in parts[1:])
            return f"{writer.operand(parts[0])} anyof [{options}]"
        if name == "count" and parts and all(self._is_box(part) for part in parts):
            return " + ".join(f"iif({writer.text(part)}, 1, 0)" for part in parts)
        if name in ("sum", "min", "max", "round", "count") and parts:
            return f"{_SAME[name]}({', '.join(writer.text(part) for part in parts)})"
        if name in ("today", "now") and not parts:
            return "today()"
        raise Untranslatable(_("%(name)s() has no counterpart here", name=formula.value))

    def _is_box(self, part: Formula) -> bool:
        return part.kind == "name" and bool(self._target(part.value).box)

    def _empty(self, part: Formula, *, is_empty: bool) -> str:
        if self._is_box(part):
            target = self._target(part.value)
            return f"{named(target.name)} {'notcontains' if is_empty else 'contains'} {quoted(target.box)}"
        return f"{self._operand(part)} {'empty' if is_empty else 'notempty'}"


def old_conditions(tables: Tables, names: Names) -> dict[str, str | Untranslatable]:
    """By `qid`, the conditions that were written row by row, before there were expressions.

    Of one scenario all must hold, those about one question in the same way any; of scenarios any.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in tables.rows("conditions"):
        rows[row.get("qid", "")].append(row)
    found: dict[str, str | Untranslatable] = {}
    for qid, own in rows.items():
        try:
            found[qid] = _scenarios(own, names)
        except Untranslatable as reason:
            found[qid] = reason
    return found


def _scenarios(rows: list[Row], names: Names) -> str:
    scenarios: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        key = (row.get("cfieldname", ""), row.get("method", "=="))
        scenarios[row.get("scenario", "1")][key].append(_one(row, names))
    return either(*(both(*(_of_one(method, told) for (_field, method), told in groups.items()))
                    for groups in scenarios.values()))  # fmt: skip


def _of_one(method: str, told: list[str]) -> str:
    return both(*told) if method == "!=" else either(*told)


def _one(row: Mapping[str, str], names: Names) -> str:
    field_name, method, value = (
        row.get("cfieldname", ""),
        row.get("method", "==").strip(),
        row.get("value", ""),
    )
    if method not in _TURNED:
        raise Untranslatable(_("comparing by %(method)s has no counterpart here", method=method))
    if _PLACE.match(value.strip("@")) and value.startswith("@"):
        raise Untranslatable(_("comparing by %(method)s has no counterpart here", method=value))
    target = names.target(field_name.lstrip("+"))
    if target.box:
        ticked = f"{named(target.name)} contains {quoted(target.box)}"
        return ticked if (value.upper() == "Y") == (method == "==") else unless(ticked)
    name = named(target.name)
    if target.name in names.several and value:
        return f"{name} {'contains' if method == '==' else 'notcontains'} {quoted(value)}"
    if value.strip() == "":
        return f"{name} {'notempty' if method == '!=' else 'empty'}"
    written = "other" if value == "-oth-" else value
    return f"{name} {_TURNED[method]} {quoted(number(written) if number(written) is not None else written)}"
