"""Conditions of a definition: what they speak of, and how they read in plain words. Pure."""

from collections.abc import Iterator
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import TOTAL, Definition
from betaops.surveys.engine.arms import ARM
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.functions import FUNCTIONS, OF_ROWS
from betaops.surveys.expressions.grammar import Array, Binary, Call, Constant, Node, Unary, Variable, parts
from betaops.surveys.expressions.values import text_of
from betaops.surveys.kinds import KINDS
from betaops.surveys.localised import DEFAULT

_NAMES_IN_ROWS = ("row", "rowindex", "rowvalue", "rowname", "rowtitle")
_NAMES_IN_PANELS = ("panel", "panelindex", "parentpanel")
#: Names that mean something without being a question.
BUILT_IN = frozenset(
    ("item", "choice", "self", "locale", "pageno", "pagecount", *_NAMES_IN_ROWS, *_NAMES_IN_PANELS)
)


def unknown_functions(node: Node) -> list[str]:
    return [part.name for part in parts(node) if isinstance(part, Call) and part.name not in FUNCTIONS]


def names(node: Node) -> list[str]:
    """Names as written, without repetition; those of a table's columns in a filter of its rows are not among them."""
    return list(dict.fromkeys(part.name for part in _outer(node) if isinstance(part, Variable)))


def _outer(node: Node) -> Iterator[Node]:
    inner = {
        id(part)
        for call in parts(node)
        if isinstance(call, Call) and call.name in OF_ROWS
        for argument in call.arguments[2:]
        for part in parts(argument)
    }
    return (part for part in parts(node) if id(part) not in inner)


def known_names(definition: Definition) -> frozenset[str]:
    """Everything that a condition may name, in lower case."""
    found = set(BUILT_IN | asked_names(definition)) | ({ARM} if definition.arm else set())
    for question in definition.questions:
        if question.kind in ("matrixdynamic", "matrixdropdown"):
            found.add(f"{question.key}{TOTAL}".lower())
    actions = definition.actions
    found |= {each.name.lower() for each in actions.calculated}
    found |= {each.target.lower() for each in actions.triggers if each.kind not in ("skip", "complete")}
    return frozenset(found - {""})


def asked_names(definition: Definition) -> frozenset[str]:
    """Names of questions, of their answers and of the free texts beside them, in lower case."""
    return frozenset(
        name.lower()
        for question in definition.questions
        for name in (question.name, question.key, question.comment_key)
    )


def leads_nowhere(name: str, known: frozenset[str]) -> bool:
    """Whether `name` ("Plan", "matrix.row1", "list[0]") begins with nothing known."""
    lowered = name.lower().removeprefix("#")
    if lowered in known:
        return False
    return not any(lowered[index] in ".[" and lowered[:index] in known for index in range(1, len(lowered)))


def in_words(condition: str, definition: Definition, language: str = DEFAULT) -> str:
    """“Used export is Yes and Plan is one of Team, Pro”; the expression itself where it has no plain form."""
    try:
        tree = parse(condition)
    except SyntaxProblem:
        return condition
    return _Words(definition, language).node(tree) or condition


class _Words:
    def __init__(self, definition: Definition, language: str) -> None:
        self.definition = definition
        self.language = language

    def node(self, node: Node | None) -> str:
        """Empty where there is no plain form."""
        match node:
            case Binary() if node.operator in ("and", "or"):
                return self._joined(node)
            case Binary() if isinstance(node.left, Variable) and node.right is not None:
                return self._compared(node.operator, node.left, node.right)
            case Unary() if isinstance(node.operand, Variable):
                question = self._question(node.operand)
                if node.operator == "empty":
                    return _("%(question)s is not answered", question=question)
                if node.operator == "notempty":
                    return _("%(question)s is answered", question=question)
        return ""

    def _joined(self, node: Binary) -> str:
        sides = [self.node(node.left), self.node(node.right)]
        if not all(sides):
            return ""
        inner = "or" if node.operator == "and" else "and"
        shown = [
            f"({words})" if isinstance(side, Binary) and side.operator == inner else words
            for side, words in zip((node.left, node.right), sides, strict=True)
        ]
        return _(" and ").join(shown) if node.operator == "and" else _(" or ").join(shown)

    def _compared(self, operator: str, left: Variable, right: Node) -> str:
        value = self._value(left, right)
        if operator not in _SENTENCES or not value:
            return ""
        return _(_SENTENCES[operator], question=self._question(left), value=value)

    def _question(self, variable: Variable) -> str:
        if variable.name.lower() == ARM:
            return _("the arm")
        for question in self.definition.asked:
            if question.key.lower() == variable.name.lower():
                return f"“{question.label(self.language)}”"
        return f"{{{variable.name}}}"

    def _value(self, left: Variable, right: Node) -> str:
        match right:
            case Constant():
                return self._choice(left, right.value)
            case Array() if all(isinstance(item, Constant) for item in right.items):
                items = [self._choice(left, item.value) for item in right.items if isinstance(item, Constant)]
                return ", ".join(items)
            case Variable():
                return self._question(right)
        return ""

    def _choice(self, left: Variable, value: Any) -> str:
        for question in self.definition.worded.asked:
            if question.key.lower() == left.name.lower():
                return KINDS[question.kind].words(question, value, self.language)
        return text_of(value)


def _l(message: str) -> str:
    """Marks a sentence for translation where it is only named."""
    return message


_SENTENCES = {
    "equal": _l("%(question)s is %(value)s"),
    "notequal": _l("%(question)s is not %(value)s"),
    "greater": _l("%(question)s is more than %(value)s"),
    "less": _l("%(question)s is less than %(value)s"),
    "greaterorequal": _l("%(question)s is %(value)s or more"),
    "lessorequal": _l("%(question)s is %(value)s or less"),
    "contains": _l("%(question)s includes %(value)s"),
    "notcontains": _l("%(question)s does not include %(value)s"),
    "anyof": _l("%(question)s is one of %(value)s"),
    "noneof": _l("%(question)s is none of %(value)s"),
    "allof": _l("%(question)s includes all of %(value)s"),
}
