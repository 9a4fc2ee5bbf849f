"""CSV as people have it: from Excel, from mailing tools, in any of the usual encodings. Pure.

Cells are text and stay text: `=1+1` is a name like any other here, and made harmless going out (`safe`).
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from betaops.enrollment.addresses import BadAddress, clean, mail_key
from betaops.kernel.i18n import gettext as _

LONGEST_NAME = 200
LONGEST_CELL = 2_000
MOST_COLUMNS = 100
_DELIMITERS = ",;\t|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_MAIL = {"mail", "email", "emailaddress", "mailaddress", "emailadresse", "mailadresse", "adresseemail", "correo",
         "correoelectronico", "courriel", "adressemail", "epost", "primaryemail", "workemail"}  # fmt: skip
_NAME = {"name", "fullname", "displayname", "contactname", "nom", "nombre", "vollername"}
_FIRST = {"firstname", "givenname", "vorname", "prenom"}
_LAST = {"lastname", "surname", "familyname", "nachname"}
_IDS = {"distinctid", "id", "testerid", "tester", "userid"}
_LOCALE = {"locale", "language", "lang", "sprache", "langue"}


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the text is a sentence for whoever chose it."""


@dataclass(frozen=True)
class Person:
    """A good row. `row` is its number in the sheet, the heading being row 1."""

    row: int
    mail: str
    key: str
    name: str
    locale: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class Refusal:
    """A bad row, what stood where the address should be, and why."""

    row: int
    value: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"row": self.row, "value": self.value, "reason": self.reason}


@dataclass
class _Columns:
    mail: int
    name: list[int] = field(default_factory=list)
    locale: int | None = None
    attributes: dict[int, str] = field(default_factory=dict)


def decode(data: bytes) -> str:
    """Text from UTF-8, UTF-16 (with or without a byte order mark) or Windows-1252, without NUL: no database takes it."""
    return _decoded(data).replace("\x00", "")


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    head = data[:1000]
    if head.count(0) > len(head) // 4:
        return data.decode(
            "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be", "replace"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read(data: bytes) -> Iterator[Person | Refusal]:
    """Every row of the file as somebody to take in or as a refusal, in order; blank rows are passed over.

    Raises `Unreadable` before the first row when there is nothing to find addresses in. An address that
    comes a second time is refused with the row of the first.
    """
    text = decode(data)
    if not text.strip():
        raise Unreadable(_("The file is empty."))
    rows = rows_of(text)
    try:
        number, first = next(((at, row) for at, row in rows if any(cell.strip() for cell in row)), (0, []))
    except csv.Error:
        raise Unreadable(_("The first row never ends. Is it a CSV file?")) from None
    columns = _columns(first)
    seen: dict[str, int] = {}
    if columns is None:
        columns = _without_heading(first)
        yield _taken(number, first, columns, seen)
    try:
        for number, row in rows:
            if any(cell.strip() for cell in row):
                yield _taken(number, row, columns, seen)
    except csv.Error:
        yield Refusal(
            number + 1, "", _("From here on the file cannot be read: a quotation mark is never closed.")
        )


def read_ids(data: bytes) -> Iterator[str]:
    """Who is meant in each row: the cell of the mail column, else that of ids (`distinct_id`); blank rows are passed over.

    Without a heading the first column counts that holds an address, or the only one. Raises `Unreadable` where
    neither is there, or where a cell never ends.
    """
    text = decode(data)
    try:
        rows = [row for _number, row in rows_of(text) if any(cell.strip() for cell in row)]
    except csv.Error:
        raise Unreadable(_("The file cannot be read: a quotation mark is never closed.")) from None
    if not rows:
        raise Unreadable(_("The file is empty."))
    columns = _id_columns(rows[0])
    start = 1 if columns else 0
    columns = columns or [next((index for index, cell in enumerate(rows[0]) if "@" in cell), 0)]
    if not start and "@" not in rows[0][columns[0]] and len(rows[0]) > 1:
        raise Unreadable(
            _("No column is called “email” or “distinct_id”. The first row must name the columns.")
        )
    for row in rows[start:]:
        found = next((row[index].strip() for index in columns if index < len(row) and row[index].strip()), "")
        if found:
            yield found


def _id_columns(heading: Sequence[str]) -> list[int]:
    """Columns by their headings, that of addresses first."""
    plain = ["".join(letter for letter in _folded(cell) if letter.isalnum()) for cell in heading]
    return [
        next(index for index, word in enumerate(plain) if word in words)
        for words in (_MAIL, _IDS)
        if any(word in words for word in plain)
    ]


def count_rows(data: bytes) -> int:
    """About how many rows there are (lines), for a progress bar."""
    is_wide = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return data.count(b"\n") if not is_wide else decode(data).count("\n")


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row with its number from 1, by the delimiter of the first row. `csv.Error` where one never ends."""
    says_delimiter = text[:4].lower() == "sep=" and text[4:5] in tuple(_DELIMITERS)  # Excel's own first line
    delimiter = text[4] if says_delimiter else _delimiter(text)
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, row in enumerate(reader, start=1):
        if not (says_delimiter and number == 1):
            yield number, row


def _delimiter(text: str) -> str:
    """The one that stands most often in the first line, outside quotes."""
    first, inside = "", False
    for letter in text.lstrip()[:20_000]:
        if letter == '"':
            inside = not inside
        elif letter in "\r\n" and not inside:
            break
        elif not inside:
            first += letter
    return max(_DELIMITERS, key=first.count)


def _columns(heading: Sequence[str]) -> _Columns | None:
    """What the columns mean, or None where the first row is not a heading but a person."""
    if len(heading) > MOST_COLUMNS:
        raise Unreadable(_("At most %(most)s columns.", most=MOST_COLUMNS))
    plain = ["".join(letter for letter in _folded(cell) if letter.isalnum()) for cell in heading]
    mail = next((index for index, word in enumerate(plain) if word in _MAIL), None)
    if mail is None:
        if any("@" in cell for cell in heading):
            return None
        raise Unreadable(_("No column is called “email”. The first row must name the columns."))
    columns = _Columns(mail)
    whole = [index for index, word in enumerate(plain) if word in _NAME]
    first = [index for index, word in enumerate(plain) if word in _FIRST]
    last = [index for index, word in enumerate(plain) if word in _LAST]
    columns.name = whole[:1] or [*first[:1], *last[:1]]
    columns.locale = next((index for index, word in enumerate(plain) if word in _LOCALE), None)
    known = {mail, columns.locale, *columns.name}
    for index, cell in enumerate(heading):
        name = attribute_name(cell)
        if index not in known and name and name not in columns.attributes.values():
            columns.attributes[index] = name
    return columns


def _without_heading(row: Sequence[str]) -> _Columns:
    mail = next(index for index, cell in enumerate(row) if "@" in cell)
    return _Columns(mail, name=[index for index in range(len(row)) if index != mail][:1])


def attribute_name(heading: str) -> str:
    """`Device / OS` → `device_os`."""
    words = "".join(letter if letter.isalnum() else " " for letter in _folded(heading)).split()
    return "_".join(words)[:60]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _taken(number: int, row: Sequence[str], columns: _Columns, seen: dict[str, int]) -> Person | Refusal:
    def cell(index: int | None) -> str:
        return row[index].strip() if index is not None and index < len(row) else ""

    typed = cell(columns.mail)
    shown = typed[:100]
    if not typed:
        return Refusal(number, "", _("The address is missing."))
    try:
        mail = clean(typed)
    except BadAddress as error:
        return Refusal(number, shown, str(error))
    key = mail_key(mail)
    if key in seen:
        return Refusal(number, shown, _("Row %(row)s has the same address.", row=seen[key]))
    name = " ".join(" ".join(cell(index) for index in columns.name).split())
    if len(name) > LONGEST_NAME:
        return Refusal(
            number, shown, _("The name is longer than %(longest)s characters.", longest=LONGEST_NAME)
        )
    attributes = {named: cell(index) for index, named in columns.attributes.items() if cell(index)}
    if any(len(value) > LONGEST_CELL for value in attributes.values()):
        return Refusal(
            number, shown, _("A cell is longer than %(longest)s characters.", longest=LONGEST_CELL)
        )
    seen[key] = number
    return Person(number, mail, key, name, cell(columns.locale).replace("_", "-")[:20], attributes)


def write(heading: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A CSV that Excel opens as UTF-8 and that runs nothing: the byte order mark, then line by line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield codecs.BOM_UTF8
    for row in _with_heading(heading, rows):
        writer.writerow([safe(row.get(name)) for name in heading])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _with_heading(heading: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    yield {name: name for name in heading}
    yield from rows


def safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: a leading apostrophe keeps it text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return "'" + text if text.startswith(_FORMULA) else text
