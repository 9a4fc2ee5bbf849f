"""Whether those who answered late say something else than those who were quick: the silent may be like the late ones."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from betaops.statistics.means import welch

#: With fewer people in either half nothing is said.
FEWEST = 10
#: One-sided, as all ranges here.
ERROR = 0.05


class Drift(NamedTuple):
    """Mean scores of the half that answered first and of the half that came after, from 0 to 1."""

    early: float
    late: float
    n_early: int
    n_late: int
    #: More than chance explains.
    is_shown: bool

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


def drift(scores: Mapping[UUID, float], moments: Mapping[UUID, datetime]) -> Drift | None:
    """None where too few answered, or nobody knows when."""
    in_order = sorted(
        (tester for tester in scores if tester in moments), key=lambda each: (moments[each], each)
    )
    half = len(in_order) // 2
    if half < FEWEST:
        return None
    early, late = ([scores[tester] for tester in part] for part in (in_order[:half], in_order[half:]))
    difference = welch(Counter(early), Counter(late), ERROR)
    return Drift(
        early=round(sum(early) / len(early), 9),
        late=round(sum(late) / len(late), 9),
        n_early=len(early),
        n_late=len(late),
        is_shown=difference is not None and (difference.low > 0 or difference.high < 0),
    )
