"""Whether answers end a survey: screened out, or of a kind of which there are enough. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from betaops.surveys.definition import OWN, Definition
from betaops.surveys.engine import conditions
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.names import look_up
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.localised import text


class Limited(Protocol):
    """A quota, as far as it matters here."""

    @property
    def id(self) -> UUID: ...
    @property
    def condition(self) -> str: ...
    @property
    def is_full(self) -> bool: ...


@dataclass(frozen=True)
class Ending:
    """Why a survey ends before its last page: by an answer (`quota_id` is None), or at a quota that is full."""

    quota_id: UUID | None = None


def screen_out_of(definition: Definition) -> str:
    """The expression that ends the survey as soon as it holds; empty where there is none."""
    own = definition.options.get(OWN)
    found = own.get("screenOutIf") if isinstance(own, dict) else None
    return found if isinstance(found, str) else ""


def words_of(definition: Definition, language: str) -> str:
    """What the author says to those who are screened out; HTML, not cleaned yet."""
    own = definition.options.get(OWN)
    return text(own.get("screenedOutHtml"), language) if isinstance(own, dict) else ""


def is_screened_out(scene: Scene) -> bool:
    """Judged on a whole response."""
    condition = screen_out_of(scene.definition)
    return bool(condition) and scene.holds(condition)


def early_ending(scene: Scene, quotas: Iterable[Limited]) -> Ending | None:
    """Whether what is known on the way ends the survey; a question that is not answered yet decides nothing."""
    condition = screen_out_of(scene.definition)
    if condition and _is_known(condition, scene) and scene.holds(condition):
        return Ending()
    for quota in quotas:
        if quota.is_full and _is_known(quota.condition, scene) and scene.holds(quota.condition):
            return Ending(quota.id)
    return None


def _is_known(condition: str, scene: Scene, through: frozenset[str] = frozenset()) -> bool:
    """Every question that it names has an answer, also those that calculated values in it come from (`through`)."""
    try:
        found = conditions.names(parse(condition))
    except SyntaxProblem:
        return False
    return all(_has_answer(name.removeprefix("#"), scene, through) for name in found)


def _has_answer(name: str, scene: Scene, through: frozenset[str]) -> bool:
    calculated = {each.name.lower(): each.expression for each in scene.definition.actions.calculated}
    first = name.lower() if name.lower() in calculated else name.lower().partition(".")[0]
    if first in calculated and first not in through:
        return _is_known(calculated[first], scene, through | {first})
    return not is_empty(look_up(scene.known, name))
