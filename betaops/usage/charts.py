"""Usage as numbers over time, ready for drawing: a picture and its table come from the same points."""

from collections.abc import Sequence
from typing import Any

from babel.dates import format_date

from betaops.kernel import i18n
from betaops.usage.queries import ByDay


def active_people(days: Sequence[ByDay]) -> list[dict[str, Any]]:
    """Points for `components/trend`: active people by day, oldest first."""
    return [{"label": format_date(each.day, "d MMM", i18n.locale()), "value": each.people} for each in days]
