"""Time limits of a definition: said to people beforehand, and marked afterwards. They never cost an answer. Pure.

Where the survey shows its timer, a page whose time is over is sent as if *Next* were pressed, as in `survey-core` 3.1.1:
one that is not right yet stays. Only a browser with a script does that; what comes later is taken all the same.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Definition, Page

#: Longer ones are not meant as limits.
LONGEST_SECONDS = 7 * 24 * 3600
#: By which a page is not late yet: its last moment has to come to us first.
GRACE_SECONDS = 5


def limit(definition: Definition) -> int | None:
    """Seconds that the whole survey may take by its author; None where nothing is said."""
    return _seconds(definition.options, "timeLimit")


def left(definition: Definition, started: datetime | None, now: datetime) -> int | None:
    """Seconds until the limit, negative when it has passed; the whole limit before anything was begun."""
    seconds = limit(definition)
    if seconds is None or started is None:
        return seconds
    return math.ceil(seconds - (now - started).total_seconds())


def over(definition: Definition, started: datetime, finished: datetime | None) -> int:
    """Seconds by which a response took longer than it may; 0 where it did not, or goes on still."""
    seconds = limit(definition)
    if seconds is None or finished is None:
        return 0
    return max(0, math.floor((finished - started).total_seconds() - seconds))


def page_limit(definition: Definition, page: Page) -> int | None:
    """Seconds that a page may take: its own limit, else the one for every page; none for the opening one."""
    own = _seconds(page.options, "timeLimit")
    return None if page.is_start else own or _seconds(definition.options, "timeLimitPerPage")


def moves_on(definition: Definition) -> bool:
    """Whether a page is sent when its time is over: `survey-core` has a clock only where it is shown."""
    return definition.options.get("showTimer") is True or definition.options.get("showTimerPanel") in (
        "top",
        "bottom",
    )


def page_left(definition: Definition, page: Page, shown_at: float | None, now: datetime) -> int | None:
    """Seconds until the page's limit, negative when it has passed. `shown_at` in seconds since 1970; None: just now."""
    seconds = page_limit(definition, page)
    if seconds is None or shown_at is None:
        return seconds
    return math.ceil(seconds - max(0.0, now.timestamp() - shown_at))


def pages_over(definition: Definition, spent: Iterable[tuple[str, int]]) -> list[tuple[Page, int]]:
    """Pages that took longer than they may, and by how many seconds. `spent` are (page's name, ms) of every visit."""
    total: Counter[str] = Counter()
    for name, ms in spent:
        total[name] += ms
    # Pages of one name cannot be told apart.
    pages = {page.name: page for page in definition.pages}
    late = [(page, total[name] // 1000 - (page_limit(definition, page) or 0)) for name, page in pages.items()
            if page_limit(definition, page) is not None]  # fmt: skip
    return [(page, seconds) for page, seconds in late if seconds > GRACE_SECONDS]


def _seconds(options: Mapping[str, Any], name: str) -> int | None:
    value = options.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_SECONDS:
        return None
    return max(1, int(value))
