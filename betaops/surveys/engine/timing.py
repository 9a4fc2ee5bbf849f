"""Time limits of a definition: said to people beforehand, and marked afterwards. They never cost an answer. Pure."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Definition

#: Longer ones are not meant as limits.
LONGEST_SECONDS = 7 * 24 * 3600


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


def _seconds(options: Mapping[str, Any], name: str) -> int | None:
    value = options.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_SECONDS:
        return None
    return max(1, int(value))
