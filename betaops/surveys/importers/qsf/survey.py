"""What is in a Qualtrics file (.qsf): blocks, flow and questions, found wherever they stand. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from betaops.surveys.importers import words

MOST_QUESTIONS = 1000
DEEPEST_FLOW = 12

Json = dict[str, Any]


@dataclass
class Block:
    """One block as it comes up in the flow, with the conditions of the branches it stands in."""

    id: str
    name: str
    source: Json
    branches: list[Json] = field(default_factory=list)


@dataclass
class Flow:
    """The flow laid flat."""

    blocks: list[Block] = field(default_factory=list)
    #: Ends: after how many blocks, and in which branches.
    ends: list[tuple[int, list[Json]]] = field(default_factory=list)
    #: Fields that are set on the way: name and value (None: it comes from outside).
    fields: list[tuple[str, str | None]] = field(default_factory=list)
    #: What else stands in the flow: kinds.
    others: list[str] = field(default_factory=list)


class Survey:
    """A whole file."""

    def __init__(self, source: Json) -> None:
        self.entry = words.mapping(source.get("SurveyEntry"))
        elements = words.objects(source.get("SurveyElements"))
        self.kinds = [words.plain(each.get("Element")) for each in elements]
        self.questions = {
            words.plain(each.get("PrimaryAttribute")): words.mapping(each.get("Payload"))
            for each in elements
            if each.get("Element") == "SQ"
        }
        self.options = self._payload(elements, "SO")
        self._blocks = {
            words.plain(block.get("ID")): block
            for block in _listed(
                next((each.get("Payload") for each in elements if each.get("Element") == "BL"), None)
            )
            if block.get("Type") != "Trash"
        }
        flow = self._payload(elements, "FL")
        self.flow = Flow()
        self._lay(words.objects(flow.get("Flow")), [], 1)
        if not self.flow.blocks:
            self.flow.blocks = [Block(key, _name(block), block) for key, block in self._blocks.items()]

    def _payload(self, elements: list[Json], kind: str) -> Json:
        return next(
            (words.mapping(each.get("Payload")) for each in elements if each.get("Element") == kind), {}
        )

    def _lay(self, steps: list[Json], branches: list[Json], depth: int) -> None:
        for step in steps[:MOST_QUESTIONS]:
            kind, inner = words.plain(step.get("Type")), words.objects(step.get("Flow"))
            if kind in ("Block", "Standard") or (not kind and step.get("ID")):
                self._place(words.plain(step.get("ID") or step.get("BlockID")), branches)
            elif kind == "EndSurvey":
                self.flow.ends.append((len(self.flow.blocks), branches))
            elif kind == "EmbeddedData":
                self._fields(step)
            elif kind not in ("Branch", "Group", "Root"):
                self.flow.others.append(kind or "?")
            if inner and depth < DEEPEST_FLOW:
                here = [*branches, words.mapping(step.get("BranchLogic"))] if kind == "Branch" else branches
                self._lay(inner, here, depth + 1)

    def _place(self, key: str, branches: list[Json]) -> None:
        block = self._blocks.get(key)
        if block is not None and len(self.flow.blocks) < MOST_QUESTIONS:
            self.flow.blocks.append(Block(key, _name(block), block, branches))

    def _fields(self, step: Json) -> None:
        for told in words.objects(step.get("EmbeddedData")):
            name, value = words.plain(told.get("Field")), words.plain(told.get("Value"))
            is_fixed = told.get("Type") == "Custom" and bool(value) and "${" not in value
            if name:
                self.flow.fields.append((name, value if is_fixed else None))


def _listed(payload: Any) -> Iterator[Json]:
    yield from words.objects(payload)


def _name(block: Json) -> str:
    return words.plain(block.get("Description"))


def ordered(order: Any, items: Any) -> list[str]:
    """Keys of choices in the order that people see."""
    known = [str(key) for key in items] if isinstance(items, dict) else []
    if isinstance(items, list):
        known = [str(number) for number in range(len(items))]
    said = [words.plain(each) for each in words.items(order)]
    said += [words.plain(each) for each in words.mapping(order).values()]
    first = [key for key in dict.fromkeys(said) if key in known]
    return [*first, *(key for key in known if key not in first)]


def item(items: Any, key: str) -> Json:
    """One choice; its number in a list, or its key in an object."""
    if isinstance(items, list):
        return words.mapping(items[int(key)]) if key.isdecimal() and int(key) < len(items) else {}
    return words.mapping(words.mapping(items).get(key))


def parts(tree: Json) -> list[Json]:
    """The numbered parts of a piece of logic, in their order."""
    numbers = sorted((key for key in tree if re.fullmatch(r"\d{1,4}", str(key))), key=int)
    return [tree[key] for key in numbers if isinstance(tree[key], dict)]
