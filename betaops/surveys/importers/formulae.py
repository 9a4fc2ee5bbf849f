"""Reading the expressions of other tools (LimeSurvey's, XPath's) and writing them in our language. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers.conditions import Untranslatable, quoted
from betaops.surveys.importers.words import number

LONGEST = 8_000
#: Formulae inside formulae.
DEEPEST = 40


@dataclass(frozen=True)
class Formula:
    """`kind` is constant, name, call, not, minus or binary; `value` the constant, name, function or operator."""

    kind: str
    value: Any
    parts: tuple["Formula", ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self.kind == "constant" and self.value == ""


@dataclass(frozen=True, eq=False)
class Grammar:
    """What differs between languages: how names look, and what operators are called (level, our sign)."""

    name: str
    operators: Mapping[str, tuple[int, str]]
    negations: tuple[str, ...] = ()

    @cached_property
    def tokens(self) -> "re.Pattern[str]":
        signs = sorted({*self.operators, *self.negations, "-"}, key=len, reverse=True)
        words = "|".join(rf"{sign}(?![\w-])" for sign in signs if sign.isalpha())
        others = "|".join(re.escape(sign) for sign in signs if not sign.isalpha())
        return re.compile(
            rf"\s+|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|(?P<word>(?:{words or '(?!)'}))"
            rf"|(?P<name>{self.name})|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<sign>{others}|[(),])",
            re.IGNORECASE,
        )


@lru_cache(maxsize=1024)
def read(source: str, grammar: Grammar) -> Formula:
    """The formula in `source`; `Untranslatable` where there is none."""
    if len(source) > LONGEST:
        raise Untranslatable(_("the condition would be too long"))
    return _Reader(source, grammar).whole()


class _Reader:
    def __init__(self, source: str, grammar: Grammar) -> None:
        self.grammar = grammar
        self.tokens = list(_tokens(source, grammar))
        self.at = 0
        self.depth = 0

    def whole(self) -> Formula:
        found = self._binary(0)
        if self.at < len(self.tokens):
            raise _unreadable(self.tokens[self.at][1])
        return found

    def _binary(self, level: int) -> Formula:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Untranslatable(_("the condition would be too long"))
        left = self._single()
        while (operator := self._operator(level)) is not None:
            self.at += 1
            left = Formula("binary", operator[1], (left, self._binary(operator[0] + 1)))
        self.depth -= 1
        return left

    def _operator(self, level: int) -> tuple[int, str] | None:
        if self.at >= len(self.tokens):
            return None
        kind, written = self.tokens[self.at]
        if kind not in ("sign", "word"):
            return None
        found = self.grammar.operators.get(written.lower())
        return found if found is not None and found[0] >= level else None

    def _single(self) -> Formula:
        kind, written = self._next()
        if written.lower() in self.grammar.negations:
            return Formula("not", "!", (self._deeper(),))
        if written == "-":
            return Formula("minus", "-", (self._deeper(),))
        if written == "(":
            inner = self._binary(0)
            self._must(")")
            return inner
        if kind == "text":
            return Formula("constant", re.sub(r"\\(.)", r"\1", written[1:-1]))
        if kind == "number":
            return Formula("constant", number(written))
        if kind in ("name", "word") and self._take("("):
            return Formula("call", written, self._arguments())
        if kind == "name":
            return Formula("name", written)
        raise _unreadable(written)

    def _deeper(self) -> Formula:
        """What a sign before it is about; signs in a row count as brackets do."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Untranslatable(_("the condition would be too long"))
        found = self._single()
        self.depth -= 1
        return found

    def _arguments(self) -> tuple[Formula, ...]:
        found: list[Formula] = []
        while not self._take(")"):
            found.append(self._binary(0))
            if not self._take(","):
                self._must(")")
                break
        return tuple(found)

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise _unreadable("…")
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, sign: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == ("sign", sign):
            self.at += 1
            return True
        return False

    def _must(self, sign: str) -> None:
        if not self._take(sign):
            raise _unreadable(self.tokens[self.at][1] if self.at < len(self.tokens) else "…")


def _tokens(source: str, grammar: Grammar) -> list[tuple[str, str]]:
    found, at, pattern = [], 0, grammar.tokens
    while at < len(source):
        match = pattern.match(source, at)
        if match is None or match.end() == at:
            raise _unreadable(source[at : at + 10])
        at = match.end()
        if match.lastgroup:
            found.append((match.lastgroup, match[0]))
    return found


def _unreadable(where: str) -> Untranslatable:
    return Untranslatable(_("it cannot be read from “%(where)s” on", where=where[:40]))


Name = Callable[[str], str]
Call = Callable[["Writer", Formula], str]
#: A comparison that means something of its own in the other tool; None: it does not.
Compare = Callable[["Writer", str, Formula, Formula], str | None]

_COMPARISONS = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Writer:
    """Writes a formula in our language; what names, calls and comparisons mean is handed in."""

    def __init__(self, name: Name, call: Call, compare: Compare | None = None) -> None:
        self._name, self._call, self._compare = name, call, compare

    def condition(self, formula: Formula) -> str:
        """`formula` as something that holds or not."""
        if formula.kind == "constant":
            holds = formula.value not in ("", 0, None)
            return "true" if holds else "false"
        return self.text(formula)

    def text(self, formula: Formula) -> str:
        match formula.kind:
            case "constant":
                return quoted(formula.value)
            case "name":
                return self._name(formula.value)
            case "not":
                return f"!({self.condition(formula.parts[0])})"
            case "minus":
                return self._negative(formula.parts[0])
            case "call":
                return self._call(self, formula)
        return self._binary(formula)

    def _negative(self, part: Formula) -> str:
        if part.kind == "constant" and isinstance(part.value, int | float):
            return quoted(-part.value)
        return f"(0 - {self.text(part)})"

    def _binary(self, formula: Formula) -> str:
        operator, (left, right) = formula.value, formula.parts
        if operator in ("and", "or"):
            return f"({self.condition(left)}) {operator} ({self.condition(right)})"
        if operator in _COMPARISONS:
            if left.kind == "constant" and right.kind != "constant":
                operator, left, right = _COMPARISONS[operator], right, left
            own = self._compare(self, operator, left, right) if self._compare else None
            if own is not None:
                return own
            if right.is_nothing and operator in ("=", "<>"):
                return f"{self.operand(left)} {'empty' if operator == '=' else 'notempty'}"
        return f"{self.operand(left)} {operator} {self.operand(right)}"

    def operand(self, formula: Formula) -> str:
        written = self.text(formula)
        return f"({written})" if formula.kind == "binary" else written
