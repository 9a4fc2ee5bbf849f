"""On which of their days something happened to testers, as counts: what a curve over days is made from."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from uuid import UUID

from betaops.readiness.scope import Scope


def waits(
    scope: Scope, happened: Callable[[UUID, date], int | None], days: range, *, lag: int = 0
) -> tuple[tuple[int, int, int], ...]:
    """(day, to how many it happened then, how many were watched until then and no longer), the first day first.

    `happened` is asked with the day each came, and says on which of their days it did. A day counts once it is over,
    and `lag` days more; whoever came too lately for the first of `days` is in none.
    """
    had: Counter[int] = Counter()
    lost: Counter[int] = Counter()
    for tester, came in scope.came_on.items():
        over = min((scope.today - came).days - lag, days[-1])
        if over < days[0]:
            continue
        day = happened(tester, came)
        if day is not None and day <= over:
            had[day] += 1
        else:
            lost[over] += 1
    return tuple((day, had[day], lost[day]) for day in sorted(had.keys() | lost.keys()))
