"""What conditions and expressions may name in a survey under way, and what they give. Pure."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from betaops.surveys.definition import Definition
from betaops.surveys.engine.arms import ARM
from betaops.surveys.expressions import SyntaxProblem, can_run, evaluate, is_met, parse
from betaops.surveys.expressions.grammar import Variable, parts
from betaops.surveys.localised import DEFAULT

#: Under this name stands, beside the answers of somebody under way, what conditions know and answers do not.
STATE = "__logic"


class Knowledge:
    """A definition with answers by question key (`values`)."""

    def __init__(
        self,
        definition: Definition,
        values: Mapping[str, Any],
        *,
        now: datetime,
        language: str = DEFAULT,
        seed: str = "",
        files: frozenset[str] = frozenset(),
        reckoned: Mapping[str, Any] | None = None,
    ) -> None:
        self.definition = definition
        self.now = now
        self.language = language
        self.seed = seed
        #: Addresses of the files that were sent with this very response: no other may stand in an answer.
        self.files = files
        #: Calculated values as they were last looked at, by name in small letters; None: they are calculated here.
        self.reckoned = reckoned
        self.values = self._with_computed(values)

    def _with_computed(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """`values` with what is calculated in them."""
        return values

    def _ask(self, function: str, arguments: list[Any]) -> Any:
        """What a function that looks at the survey says."""
        return None

    def work_out(self, source: str, known: Mapping[str, Any]) -> Any:
        """The value of an expression that knows `known`."""
        return evaluate(source, known, now=self.now, ask=self._ask)

    @cached_property
    def known(self) -> Mapping[str, Any]:
        """What conditions may name: answers, and before them what was calculated.

        Of several choices none is an empty list, not nothing.
        """
        return {**self._answers, **self.variables} if self.variables else self._answers

    @cached_property
    def _answers(self) -> dict[str, Any]:
        several: dict[str, Any] = {
            question.key: []
            for question in self.definition.asked
            if question.kind in ("checkbox", "tagbox", "ranking")
        }
        return {**several, **{key: value for key, value in self.values.items() if key != STATE}}

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """What was calculated, and what triggers noted, by name in small letters."""
        state = self.values.get(STATE)
        noted = state.get("variables") if isinstance(state, dict) else None
        found = dict(noted) if isinstance(noted, dict) else {}
        if self.definition.arm:
            found[ARM] = self.definition.arm
        if self.reckoned is not None:
            return {**found, **self.reckoned}
        return {**found, **self.calculated(found)} if self.definition.actions.calculated else found

    def calculated(self, noted: Mapping[str, Any]) -> dict[str, Any]:
        """The calculated values; one that needs another comes after it, one that needs itself sees nothing."""
        by_name = {each.name.lower(): each for each in self.definition.actions.calculated}
        done: dict[str, Any] = dict.fromkeys(by_name)
        begun: set[str] = set()

        def calculate(name: str) -> None:
            begun.add(name)
            for needed in named(by_name[name].expression):
                if needed in by_name and needed not in begun:
                    calculate(needed)
            known = {**self._answers, **noted, **done}
            done[name] = self.work_out(by_name[name].expression, known)

        for name in by_name:
            if name not in begun:
                calculate(name)
        return done

    def value(self, source: str, /, **more: Any) -> Any:
        """The value of an expression here."""
        known = {**self.known, **more} if more else self.known
        return self.work_out(source, known)

    def holds(self, condition: str, **more: Any) -> bool:
        """Whether a condition of an element is true; none at all, and one that does not parse, are."""
        return not condition or not can_run(condition) or self.value(condition, **more) is True

    def fits(self, condition: str, **more: Any) -> bool:
        """Whether a condition of a choice, a row or a validator is met."""
        return not condition or is_met(self.value(condition, **more))


def named(source: str) -> list[str]:
    """Names in an expression, in small letters, without what follows them (`plan` of `{Plan.length}`)."""
    try:
        tree = parse(source)
    except SyntaxProblem:
        return []
    found = [part.name.lower() for part in parts(tree) if isinstance(part, Variable)]
    return [name.partition("[")[0] if "." not in name else name for name in found] + [
        name.partition(".")[0].partition("[")[0] for name in found
    ]
