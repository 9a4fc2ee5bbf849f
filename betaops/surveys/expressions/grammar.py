"""The grammar of SurveyJS conditions: text in, a tree out.

The language has no reserved words and little use for spaces (`{a}notempty`, `{a}=b` are fine), so the
parser reads straight from the text, each rule as far as it can, the way the original grammar does.
Lowest to highest: or, and, comparison, + -, * / %, ^, contains and kin, then single operands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LONGEST = 10_000
#: Brackets inside brackets.
DEEPEST = 60
DEEPEST_TREE = 150


class SyntaxProblem(Exception):
    """Not an expression; `position` counts letters from 0."""

    def __init__(self, position: int) -> None:
        super().__init__(f"not an expression from letter {position + 1} on")
        self.position = position


@dataclass(frozen=True)
class Constant:
    value: Any


@dataclass(frozen=True)
class Variable:
    """`{name}`; with `is_raw` (`{#name}`) text that looks like a number stays text."""

    name: str
    is_raw: bool = False


@dataclass(frozen=True)
class Array:
    items: tuple["Node", ...]


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Node", ...]
    position: int


@dataclass(frozen=True)
class Unary:
    operator: str
    operand: "Node"


@dataclass(frozen=True)
class Binary:
    """`right` is None where the writer forgot it (`{a} contains`)."""

    operator: str
    left: "Node"
    right: "Node | None"


Node = Constant | Variable | Array | Call | Unary | Binary

#: In the order in which they are tried, by level from the loosest.
_LEVELS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("||", "or"), ("or", "or")),
    (("&&", "and"), ("and", "and")),
    (
        ("<=", "lessorequal"), ("lessorequal", "lessorequal"), (">=", "greaterorequal"),
        ("greaterorequal", "greaterorequal"), ("==", "equal"), ("equal", "equal"), ("=", "equal"),
        ("!=", "notequal"), ("notequal", "notequal"), ("<", "less"), ("less", "less"),
        (">", "greater"), ("greater", "greater"),
    ),
    (("+", "plus"), ("-", "minus")),
    (("*", "mul"), ("/", "div"), ("%", "mod")),
    (("^", "power"), ("power", "power")),
)  # fmt: skip
_MEMBERSHIP = (
    ("*=", "contains"), ("contains", "contains"), ("contain", "contains"), ("notcontains", "notcontains"),
    ("notcontain", "notcontains"), ("anyof", "anyof"), ("allof", "allof"), ("noneof", "noneof"),
)  # fmt: skip

_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"[a-zA-Z_]+(?:[0-9]+[a-zA-Z_]*)*")
_NUMBER = re.compile(r"-?(?:[0-9]+\.[0-9]+|[1-9]+[0-9]*|0)")
_HEX = re.compile(r"0x[0-9]+")
_TEXT = re.compile(r"""(['"])((?:\\'|\\"|[^"'])*)\1""")
_NAME = re.compile(r"\{([^{}]+)\}")
_ESCAPED = re.compile(r"""\\(['"])""")


@lru_cache(maxsize=2048)
def parse(text: str) -> Node:
    """The tree of an expression; `SyntaxProblem` where it is none."""
    if len(text) > LONGEST:
        raise SyntaxProblem(LONGEST)
    tree = _Parser(_patched(text)).whole()
    if _is_too_deep(tree):
        raise SyntaxProblem(0)
    return tree


def parts(node: Node | None) -> Iterator[Node]:
    """The node and everything inside it."""
    if node is None:
        return
    yield node
    match node:
        case Unary():
            yield from parts(node.operand)
        case Binary():
            yield from parts(node.left)
            yield from parts(node.right)
        case Array():
            for item in node.items:
                yield from parts(item)
        case Call():
            for argument in node.arguments:
                yield from parts(argument)


def _is_too_deep(tree: Node) -> bool:
    """Whether walking the tree would take more calls than one may make; chains (`a + b + …`) are trees as well."""
    waiting: list[tuple[Node | None, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST_TREE:
            return True
        match node:
            case Unary():
                waiting.append((node.operand, depth + 1))
            case Binary():
                waiting += [(node.left, depth + 1), (node.right, depth + 1)]
            case Array():
                waiting += [(item, depth + 1) for item in node.items]
            case Call():
                waiting += [(item, depth + 1) for item in node.arguments]
    return False


def _patched(text: str) -> str:
    """Spellings that older definitions use."""
    return text.replace("=>", ">=").replace("=<", "<=").replace("<>", "!=").replace("equals", "equal ")


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.furthest = 0
        self.depth = 0

    def whole(self) -> Node:
        self._space()
        node = self._level(0)
        self._space()
        if node is None or self.at < len(self.text):
            raise SyntaxProblem(max(self.furthest, self.at))
        return node

    def _level(self, level: int) -> Node | None:
        if level == len(_LEVELS):
            return self._membership()
        node = self._level(level + 1)
        while node is not None:
            before = self.at
            self._space()
            operator = self._one_of(_LEVELS[level])
            self._space()
            right = self._level(level + 1) if operator else None
            if operator is None or right is None:
                self.at = before
                break
            node = Binary(operator, node, right)
        return node

    def _membership(self) -> Node | None:
        node = self._factor()
        while node is not None:
            before = self.at
            self._space()
            operator = self._one_of(_MEMBERSHIP)
            if operator is None:
                self.at = before
                break
            self._space()
            node = Binary(operator, node, self._factor())
        return node

    def _factor(self) -> Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxProblem(self.at)
        try:
            return self._group() or self._call() or self._negation() or self._tested() or self._array()
        finally:
            self.depth -= 1

    def _group(self) -> Node | None:
        start = self.at
        if not self._take("("):
            return None
        self._space()
        node = self._level(0)
        if node is None:
            self.at = start
            return None
        self._space()
        self._take(")")  # an unclosed last bracket is accepted
        return node

    def _call(self) -> Node | None:
        start = self.at
        name = self._match(_WORD)
        if name is None or not self._take("("):
            self.at = start
            return None
        arguments = self._sequence()
        self._take(")")
        return Call(name[0], arguments, start)

    def _negation(self) -> Node | None:
        start = self.at
        if not self._take("!") and not self._take("negate"):
            return None
        self._space()
        operand = self._factor()
        if operand is None:
            self.at = start
            return None
        return Unary("negate", operand)

    def _tested(self) -> Node | None:
        """An operand, perhaps with `empty` or `notempty` behind it."""
        atom = self._atom()
        if atom is None:
            return None
        before = self.at
        self._space()
        for operator in ("empty", "notempty"):
            if self._take(operator):
                return Unary(operator, atom)
        self.at = before
        return atom

    def _atom(self) -> Node | None:
        start = self.at
        self._space()
        for word in ("undefined", "null"):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return Constant(None)
        for word, value in (("true", True), ("false", False)):
            if self._take(word):
                return Constant(value)
        if found := self._match(_HEX):
            return Constant(int(found[0], 16))
        if found := self._match(_NUMBER):
            return Constant(float(found[0]) if "." in found[0] else int(found[0]))
        if found := self._match(_WORD):
            return Constant(found[0])
        if found := self._match(_TEXT):
            return Constant(_ESCAPED.sub(r"\1", found[2]))
        if found := self._match(_NAME):
            name = found[1]
            return Variable(name[1:], is_raw=True) if len(name) > 1 and name[0] == "#" else Variable(name)
        self.at = start
        return None

    def _array(self) -> Node | None:
        start = self.at
        if not self._take("["):
            return None
        items = self._sequence()
        if self._take("]"):
            return Array(items)
        self.at = start
        return None

    def _sequence(self) -> tuple[Node, ...]:
        items: list[Node] = []
        node = self._level(0)
        while node is not None:
            items.append(node)
            before = self.at
            self._space()
            if not self._take(","):
                self.at = before
                break
            self._space()
            node = self._level(0)
            if node is None:
                self.at = before
        self._space()
        # As in the original, a list that begins with a written null is an empty one.
        return () if items[:1] == [Constant(None)] else tuple(items)

    def _one_of(self, operators: tuple[tuple[str, str], ...]) -> str | None:
        return next((name for sign, name in operators if self._take(sign)), None)

    def _take(self, sign: str) -> bool:
        if self.text[self.at : self.at + len(sign)].lower() != sign:
            return False
        self._advance(len(sign))
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self._advance(len(found[0]))
        return found

    def _advance(self, letters: int) -> None:
        self.at += letters
        self.furthest = max(self.furthest, self.at)

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
