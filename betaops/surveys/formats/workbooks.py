"""Responses as an Excel workbook: a sheet of answers, and one that says what its columns are. Pure.

Rows go to disk as they come; formulas and addresses that people wrote stay text.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter

#: Limits of the format: letters in a cell, rows and columns of a sheet.
LONGEST_CELL, MOST_ROWS, MOST_COLUMNS = 32_767, 1_048_576, 16_384
PIECE_BYTES = 64 * 1024


def pieces(
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    names: tuple[str, str],
    explained: Sequence[Sequence[Any]],
) -> Iterator[bytes]:
    """The file. `names` are those of both sheets; `explained` is the second, its heads first."""
    with TemporaryFile() as file:
        _write(file, heads, rows, names, explained)
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _write(
    file: IO[bytes],
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    names: tuple[str, str],
    explained: Sequence[Sequence[Any]],
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options | {"strings_to_numbers": False, "nan_inf_to_errors": True})
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet, number, place = _sheet(book, names[0], heads, bold), 1, 1
    for row in rows:
        if place == MOST_ROWS:
            number += 1
            sheet, place = _sheet(book, f"{names[0]} {number}", heads, bold), 1
        for column, value in enumerate(row):
            _cell(sheet, place, column, value, moment)
        place += 1
    second = _sheet(book, names[1], explained[0], bold)
    for line, row in enumerate(explained[1:], 1):
        for column, value in enumerate(row):
            _cell(second, line, column, value, moment)
    book.close()


def _sheet(book: Any, name: str, heads: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head[:LONGEST_CELL], bold)
    return sheet


def _cell(sheet: Any, line: int, column: int, value: Any, moment: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(line, column, value.astimezone(UTC).replace(tzinfo=None), moment)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, str(value).replace("\0", "")[:LONGEST_CELL])
