"""How short and how long a written answer may be, as the SDK checks it. Pure."""

from collections.abc import Iterator
from typing import Any

from betaops.surveys.definition import Question
from betaops.surveys.expressions.values import written_number
from betaops.surveys.kinds.base import LONGEST_TEXT


def length_rules(question: Question) -> Iterator[dict[str, Any]]:
    """PostHog's `validation`; where several limits are set, the narrowest."""
    low = [_whole(each.get("minLength")) for each in question.validators]
    high = [_whole(each.get("maxLength")) for each in question.validators]
    high.append(_whole(question.options.get("maxLength")))
    if most := [each for each in high if each > 0]:
        yield {"type": "max_length", "value": min(most)}
    if max(low, default=0) > 0:
        yield {"type": "min_length", "value": max(low)}


def _whole(value: Any) -> int:
    number = written_number(value)
    return int(number) if 0 < number < LONGEST_TEXT else 0
