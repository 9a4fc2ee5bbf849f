"""Reading what came true from a CSV file: each row as a value, or as a refusal that says why. Pure."""

import csv
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from betaops.enrollment.sheets import rows_of
from betaops.kernel.i18n import gettext as _
from betaops.readiness.figures import Unit, number_of

#: Of the heading; every file has the first three.
COLUMNS = ("expectation", "days", "value", "note")
HORIZONS = (30, 90)
MOST_ROWS = 1000


class Known(NamedTuple):
    """An expectation that a row may be about."""

    key: str
    need: str
    unit: Unit


class Found(NamedTuple):
    row: int
    key: str
    days: int
    value: float
    note: str


class Refusal(NamedTuple):
    row: int
    what: str
    why: str


def read(text: str, known: Mapping[str, Known | None]) -> Iterator[Found | Refusal]:
    """In the file's order; blank rows are passed over. `known` by id and by folded need: None where several state it."""
    rows = rows_of(text.lstrip("\ufeff"))
    try:
        heading = [cell.strip().casefold() for cell in next(rows, (1, []))[1]]
        missing = [name for name in COLUMNS[:3] if name not in heading]
        if missing:
            yield Refusal(
                1, "", _("The first row must name the columns: %(names)s.", names=", ".join(COLUMNS))
            )
            return
        for number, cells in rows:
            if number > MOST_ROWS:
                yield Refusal(number, "", _("Only %(most)s rows are read.", most=MOST_ROWS))
                return
            if any(cell.strip() for cell in cells):
                yield _read(number, dict(zip(heading, cells, strict=False)), known)
    except csv.Error:
        yield Refusal(0, "", _("The file cannot be read: a quotation mark is never closed."))


def _read(number: int, cells: Mapping[str, str], known: Mapping[str, Known | None]) -> Found | Refusal:
    what = cells.get("expectation", "").strip()
    name = what if what in known else what.casefold()
    if name not in known:
        return Refusal(number, what, _("The decision rests on no such expectation."))
    found = known[name]
    if found is None:
        return Refusal(number, what, _("Several expectations state this need: name the one by its id."))
    days = cells.get("days", "").strip()
    if days not in map(str, HORIZONS):
        return Refusal(number, what, _("Days are 30 or 90."))
    value = number_of(cells.get("value", ""), found.unit)
    if value is None:
        return Refusal(number, what, _("The value is no number."))
    return Found(number, found.key, int(days), value, cells.get("note", "").strip()[:500])
