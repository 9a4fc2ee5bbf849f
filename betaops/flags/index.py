"""The conditions of all flags as bits of one integer, and which of them somebody passes. Pure.

Each condition is a bit. Each property that any condition asks about maps its value to the mask of conditions that
it lets pass (`readers`), the stored cohorts of a person map to another, and what all masks have in common is what
the person passes. What is more than "all of these" (an imported cohort of either–or) is a `Tree` over bits of
its own; what rests on other flags is `late`: it is asked when these are decided.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from betaops.flags.conditions import Asked, Every, FlagIs, Inside, Node, Not, Properties, Some
from betaops.flags.operators import MISSING
from betaops.flags.outcomes import Outcome
from betaops.flags.readers import Question, Reader

_MOST_KNOWN = 1024


class Tree:
    """Any or all of: bits that are set, bits that are not, other trees, values of other flags."""

    __slots__ = ("_cleared", "_flags", "_is_any", "_set", "_trees", "is_late")

    def __init__(
        self,
        *,
        is_any: bool = False,
        set_bits: int = 0,
        cleared_bits: int = 0,
        trees: Sequence[tuple["Tree", bool]] = (),
        flags: Sequence[tuple[FlagIs, bool]] = (),
    ) -> None:
        self._is_any, self._set, self._cleared = is_any, set_bits, cleared_bits
        self._trees, self._flags = trees, flags
        self.is_late: bool = bool(flags) or any(tree.is_late for tree, _is_wanted in trees)

    def holds(self, bits: int, found: Mapping[str, Outcome]) -> bool:
        if self._is_any:
            return (
                bits & self._set != 0
                or ~bits & self._cleared != 0
                or any(tree.holds(bits, found) is is_wanted for tree, is_wanted in self._trees)
                or any(flag.holds(found[flag.key].value) is is_wanted for flag, is_wanted in self._flags)
            )
        return (
            bits & self._set == self._set
            and bits & self._cleared == 0
            and all(tree.holds(bits, found) is is_wanted for tree, is_wanted in self._trees)
            and all(flag.holds(found[flag.key].value) is is_wanted for flag, is_wanted in self._flags)
        )


#: What remains to be asked of a condition whose bit is set, and the answer that it wants.
Late = tuple[tuple[Tree, bool], ...]


class Index:
    """All that is asked of one kind of subject (persons, or groups of one type)."""

    def __init__(
        self,
        possible: int,
        readers: Mapping[str, Reader],
        members: Sequence[tuple[int, int, int]],
        trees: Sequence[tuple[Tree, int, int]],
    ) -> None:
        self._possible, self._members, self._trees = possible, members, trees
        self._readers = [(name, reader.absent, reader.known, reader) for name, reader in readers.items()]
        self._asked_cohorts = 0
        for place, _inside, _outside in members:
            self._asked_cohorts |= place
        self._by_cohorts: dict[int, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that matter."""
        return tuple(name for name, _absent, _known, _reader in self._readers)

    def bits(self, properties: Properties, cohorts: int, now: datetime) -> int:
        """What somebody with these properties, in these stored cohorts, passes."""
        bits = self._possible
        for name, absent, known, reader in self._readers:
            value = properties.get(name, MISSING)
            if value is MISSING:
                bits &= absent
                continue
            kind = type(value)
            mask = known.get(value) if kind is str or kind is int else None
            bits &= reader.mask(value, now) if mask is None else mask
        if self._members:
            mask = self._by_cohorts.get(cohorts & self._asked_cohorts)
            bits &= self._of_cohorts(cohorts & self._asked_cohorts) if mask is None else mask
        for tree, yes, no in self._trees:
            bits &= yes if tree.holds(bits, {}) else no
        return bits

    def _of_cohorts(self, cohorts: int) -> int:
        mask = self._possible
        for place, inside, outside in self._members:
            mask &= inside if cohorts & place else outside
        if len(self._by_cohorts) >= _MOST_KNOWN:
            self._by_cohorts.clear()
        self._by_cohorts[cohorts] = mask
        return mask


class Builder:
    """Gives out bits for conditions, and in the end the index."""

    def __init__(self, matching_version: int) -> None:
        self._matching_version = matching_version
        self._count, self._impossible = 0, 0
        self._questions: dict[str, list[Question]] = defaultdict(list)
        #: Bits that want somebody (True) in, or (False) out of, the cohort at this place.
        self._members: dict[int, dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
        #: By identity of the node, which is kept with it so that it stays the only one of this identity.
        self._trees: dict[int, tuple[Node, Tree]] = {}
        self._resting: dict[Tree, dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})

    def condition(self, nodes: Iterable[Node]) -> tuple[int, Late]:
        """The bit of a condition that asks all of `nodes`, and what remains to be asked when it is set."""
        bit = self._next()
        return bit, tuple(late for node in nodes for late in self._ask(bit, node, wanted=True))

    def index(self) -> Index:
        everything = (1 << self._count) - 1
        return Index(
            everything & ~self._impossible,
            {
                name: Reader(questions, self._matching_version, everything)
                for name, questions in self._questions.items()
            },
            [
                (place, everything & ~wanting[False], everything & ~wanting[True])
                for place, wanting in self._members.items()
            ],
            [
                (tree, everything & ~wanting[False], everything & ~wanting[True])
                for tree, wanting in self._resting.items()
            ],
        )

    def _next(self) -> int:
        bit = 1 << self._count
        self._count += 1
        return bit

    def _ask(self, bit: int, node: Node, *, wanted: bool) -> Iterator[tuple[Tree, bool]]:
        """Have `bit` remain only where `node` is as `wanted`."""
        match node:
            case Not(inner):
                yield from self._ask(bit, inner, wanted=not wanted)
            case Asked(name, operator, value):
                self._questions[name].append(Question(bit, operator, value, not wanted))
            case Inside(place):
                self._members[place][wanted] |= bit
            case FlagIs():
                yield Tree(flags=[(node, True)]), wanted
            case Every(nodes) | Some(nodes) if isinstance(node, Every) is wanted:
                for each in nodes:
                    yield from self._ask(bit, each, wanted=wanted)
            case Every(()) | Some(()):
                self._impossible |= bit
            case Every() | Some():
                tree = self._tree(node)
                if tree.is_late:
                    yield tree, wanted
                else:
                    self._resting[tree][wanted] |= bit

    def _tree(self, node: Every | Some) -> Tree:
        if id(node) not in self._trees:
            bits, trees, flags = {True: 0, False: 0}, [], []
            for inner, is_wanted in map(_without_not, node.nodes):
                match inner:
                    case Every() | Some():
                        trees.append((self._tree(inner), is_wanted))
                    case FlagIs():
                        flags.append((inner, is_wanted))
                    case _:
                        bit = self._next()
                        bits[is_wanted] |= bit
                        for _none in self._ask(bit, inner, wanted=True):
                            raise AssertionError("properties and cohorts are never late")
            tree = Tree(
                is_any=isinstance(node, Some),
                set_bits=bits[True],
                cleared_bits=bits[False],
                trees=trees,
                flags=flags,
            )
            self._trees[id(node)] = (node, tree)
        return self._trees[id(node)][1]


def _without_not(node: Node) -> tuple[Node, bool]:
    """What stands behind any number of `Not`, and whether it is wanted."""
    is_wanted = True
    while isinstance(node, Not):
        node, is_wanted = node.node, not is_wanted
    return node, is_wanted
