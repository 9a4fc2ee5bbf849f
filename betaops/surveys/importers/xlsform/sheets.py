"""A workbook (.xlsx) as rows of texts by column, read within limits. Pure."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import python_calamine

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers.files import unpacked
from betaops.surveys.importers.words import plain

Row = dict[str, str]

#: Beyond which a sheet is no form: the library lays out every cell between the first and the last.
MOST_ROWS = 50_000
MOST_COLUMNS = 400
MOST_CELLS = 2_000_000

_REFERENCE = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"']")
#: Letters and digits of the last cell that a sheet can have; the library counts past 2**32 and begins again.
_LETTERS, _DIGITS = 3, 7
_OURS = ("xl/", "_rels/", "[Content_Types].xml")
_SPACE = re.compile(r"\s+")
_COLONS = re.compile(r"\s*::\s*")


@dataclass(frozen=True)
class Workbook:
    """Sheets by name in lower case; the rows of each by the words in its first row."""

    sheets: dict[str, list[Row]]

    def rows(self, name: str) -> list[Row]:
        return self.sheets.get(name, [])


def read(parts: dict[str, bytes]) -> Workbook:
    """The workbook whose unpacked parts these are; `Invalid` where they are none."""
    for part in parts.values():
        # Whatever its name: the workbook says where its sheets are.
        if b"sheetData" in part:
            _refuse_huge(part)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(_stored(parts))
        return Workbook({name.strip().lower(): _rows(book, name) for name in book.sheet_names[:50]})
    except Invalid:
        raise
    except BaseException as error:
        # A panic of the library is no `Exception`; whoever stops the program is let through.
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise Invalid(
            "broken_workbook", _("The file is damaged: it cannot be read as a workbook.")
        ) from error


def parts_of(data: bytes) -> dict[str, bytes]:
    return unpacked(data)


def _refuse_huge(sheet: bytes) -> None:
    rows = columns = 1
    for letters, digits in _REFERENCE.findall(sheet):
        rows = max(rows, int(digits.lstrip(b"0")[: _DIGITS + 1] or 0))
        columns = max(columns, _column(letters[: _LETTERS + 1]))
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise Invalid(
            "too_large", _("A sheet of this workbook has more rows or columns than a form may have.")
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _stored(parts: dict[str, bytes]) -> BytesIO:
    """An archive of what was unpacked and counted, so that nothing else is unpacked again elsewhere.

    Parts of other formats stay out: the library would take such a workbook where it cannot read this one.
    """
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, part in parts.items():
            if name.startswith(_OURS) and name.endswith((".xml", ".rels")):
                archive.writestr(name, part)
    file.seek(0)
    return file


def _rows(book: Any, name: str) -> list[Row]:
    found = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
    if not found:
        return []
    headings = [_heading(plain(cell)) for cell in found[0]]
    return [_row(headings, cells) for cells in found[1:MOST_ROWS] if any(plain(cell) for cell in cells)]


def _row(headings: list[str], cells: list[Any]) -> Row:
    """Of two columns of one name the first with words counts."""
    row: Row = {}
    for heading, cell in zip(headings, cells, strict=False):
        words = _cell(cell)
        if heading and words and heading not in row:
            row[heading] = words
    return row


def _cell(cell: Any) -> str:
    """Typed quotes are straight ones in formulas, as the reference implementation reads them."""
    return plain(cell).translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "})


def _heading(words: str) -> str:
    """Languages keep their capitals: "Label :: French (fr)" is "label::French (fr)"."""
    name, colons, language = _COLONS.sub("::", words).partition("::")
    name = _SPACE.sub("_", name.strip().lower())
    if not colons and ":" in name and name.split(":")[0] in ("label", "hint", "media"):
        name, _colon, language = words.partition(":")
        return f"{name.strip().lower()}::{language.strip()}"
    return f"{name}::{language.strip()}" if colons else name
