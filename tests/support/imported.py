"""What tests of importers share: reading a file whole, and who is shown what."""

from datetime import UTC, datetime
from typing import Any

from betaops.surveys.expressions import holds
from betaops.surveys.importers import Report, read_any

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Json = dict[str, Any]


def taken(data: bytes) -> tuple[Json, dict[str, Json], Report]:
    """The definition, its elements by name, the report."""
    definition, report = read_any(data)
    assert definition is not None, report.problems
    found: dict[str, Json] = {}
    waiting = list(definition["pages"])
    while waiting:
        each = waiting.pop(0)
        found[each["name"]] = each
        waiting += [*each.get("elements", []), *each.get("templateElements", [])]
    return definition, found, report


def is_shown(element: Json, **values: Any) -> bool:
    condition = element.get("visibleIf")
    return condition is None or holds(condition, values, now=NOW)
