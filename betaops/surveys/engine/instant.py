"""Conditions for the page's script, so that showing and hiding needs no round trip. Pure.

A condition is sent as nested lists (`["equal", ["name", "plan"], ["value", "pro"]]`). The script knows logic,
comparison and membership; anything else it leaves to the server, which answers with every saved draft.
"""

from collections.abc import Collection
from typing import Any

from betaops.surveys.definition import Definition, Question
from betaops.surveys.engine.conditions import asked_names, known_names
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.grammar import Array, Binary, Constant, Node, Unary, Variable, parts

_KNOWN = frozenset(
    {
        "and", "or", "equal", "notequal", "greater", "less", "greaterorequal", "lessorequal", "contains",
        "notcontains", "anyof", "noneof", "allof", "empty", "notempty", "negate",
    }
)  # fmt: skip


def compiled(condition: str, unseen: Collection[str] = ()) -> list[Any] | None:
    """The condition for the script; None where it has something that the script does not know.

    `unseen` are names, in lower case, of which the fields on the page do not hold what is stored.
    """
    try:
        tree = parse(condition)
    except SyntaxProblem:
        return None
    if any(isinstance(part, Variable) and part.name.lower() in unseen for part in parts(tree)):
        return None
    return _node(tree)


def unseen(definition: Definition) -> frozenset[str]:
    """Answers that are calculated, put together of several fields, or masked; what is no answer of a question at all."""
    own = frozenset(question.key.lower() for question in definition.asked if _is_unseen(question))
    return own | (known_names(definition) - asked_names(definition))


def _is_unseen(question: Question) -> bool:
    return (
        question.inner is not None
        or question.kind in ("expression", "ranking", "slider", "file")
        or question.options.get("maskType") is not None
    )


def _node(node: Node | None) -> list[Any] | None:
    match node:
        case Constant():
            return ["value", node.value]
        case Variable() if not any(mark in node.name for mark in ".[") and not node.is_raw:
            return ["name", node.name.lower()]
        case Array():
            return _all("list", list(node.items))
        case Unary() if node.operator in _KNOWN:
            return _all(node.operator, [node.operand])
        case Binary() if node.operator in _KNOWN and node.right is not None:
            return _all(node.operator, [node.left, node.right])
    return None


def _all(name: str, nodes: list[Node]) -> list[Any] | None:
    found = [_node(node) for node in nodes]
    return None if any(each is None for each in found) else [name, *found]
