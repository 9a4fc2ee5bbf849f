"""Our survey engine against the npm package survey-core, which the format's meaning comes from."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from betaops.surveys.expressions import evaluate
from tests.clients.conftest import STANDS_AT, Node
from tests.clients.expressions import EXPRESSIONS, VALUES, plain

pytestmark = pytest.mark.slow

compared = settings(
    deadline=None,
    # One process answers every case, and none leaves anything behind in it.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def same(ours: Any, theirs: Any) -> bool:
    """Alike but for the last digits of a number: JavaScript's own `%` and `**` differ there from C's."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-12)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    return bool(ours == theirs)


@settings(compared, max_examples=400)
@given(expression=EXPRESSIONS, values=VALUES)
def test_every_expression_has_the_same_value(
    survey_core: Node, expression: str, values: dict[str, Any]
) -> None:
    ours = plain(evaluate(expression, values, now=STANDS_AT))
    theirs = survey_core.call("value", {"expression": expression, "values": values})
    # Where the library itself falls over (`[null]`, `!undefined`, sums of numbers and words) there is no answer.
    assume("threw" not in theirs)
    # Dates joined to text are written in the language and zone of whoever reads.
    assume("GMT" not in str(theirs))
    assert same(ours, theirs["value"])
