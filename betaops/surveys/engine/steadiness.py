"""Whether all who begin a survey see the same. Pure."""

import re
from typing import Any

from betaops.surveys.expressions.functions import OF_THE_CLOCK

_CLOCK = re.compile(rf"\b({'|'.join(sorted(OF_THE_CLOCK))})\s*\(", re.IGNORECASE)


def is_steady(options: Any) -> bool:
    """Whether nothing in a definition's JSON hangs on chance or on the moment: no order is random, and neither a
    condition nor a text asks what day it is."""
    waiting = [options]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
        elif isinstance(item, str) and (item == "random" or _CLOCK.search(item)):
            return False
    return True
