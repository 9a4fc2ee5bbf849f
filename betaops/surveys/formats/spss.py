"""SPSS system files (.sav), written piece by piece. Pure.

After the description of the format in the PSPP developers' guide ("System File Format"): little-endian, UTF-8,
bytecode compression; strings of more than 255 bytes as very long ones, in segments.
"""

import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from itertools import pairwise
from typing import Any

#: Bytes that a name, a variable's label and a value's label may have.
LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE_LABEL = 64, 255, 120
#: Bytes that a text may have; what is longer is cut.
LONGEST_STRING = 32_767
#: Bytes of a string that is kept in one segment, and of each segment of a longer one as its width counts them.
_WHOLE, _PART = 255, 252
_RESERVED = frozenset(("ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"))
_BIAS, _FIRST_MISSING = 100, -1.7976931348623157e308
_HIGHEST, _LOWEST = 1.7976931348623157e308, -1.797693134862315508561e308
_END, _LITERAL, _SPACES, _MISSING = 252, 253, 254, 255
_EPOCH = datetime(1582, 10, 14, tzinfo=UTC)


class Measure(IntEnum):
    """How an analyst's program treats a variable."""

    NOMINAL = 1
    ORDINAL = 2
    SCALE = 3


class Format(IntEnum):
    """How values are shown, as the file writes it: type, width, decimals."""

    TEXT = 1 << 16
    WHOLE = (5 << 16) | (8 << 8)
    DECIMAL = (5 << 16) | (8 << 8) | 2
    MOMENT = (22 << 16) | (20 << 8)


@dataclass(frozen=True)
class Variable:
    """A column. `width` is the most bytes of a text, 0 for numbers; `labels` name numbers.

    `missing` are numbers that are no answers, three at most.
    """

    name: str
    label: str = ""
    width: int = 0
    labels: Mapping[float, str] = field(default_factory=dict)
    missing: tuple[float, ...] = ()
    measure: Measure = Measure.NOMINAL
    format: Format = Format.WHOLE

    @property
    def segments(self) -> list[int]:
        """Widths of the parts in which it is stored; a number is one of width 0."""
        if self.width <= _WHOLE:
            return [self.width]
        count = -(-self.width // _PART)
        return [_WHOLE] * (count - 1) + [self.width - (count - 1) * _PART]


def moment(value: datetime) -> float:
    """Seconds as SPSS counts them, since the Gregorian calendar began; UTC."""
    return (value.astimezone(UTC) - _EPOCH).total_seconds()


def names(wanted: Iterable[str]) -> list[str]:
    """Valid names, as like to the wanted ones as can be, none of them twice however letters are written."""
    taken: set[str] = set()
    found = []
    for each in wanted:
        base = _name(each)
        name, number = base, 1
        while name.upper() in taken or name.upper() in _RESERVED:
            number += 1
            ending = f"_{number}"
            name = cut(base, LONGEST_NAME - len(ending)) + ending
        taken.add(name.upper())
        found.append(name)
    return found


def cut(words: str, most_bytes: int) -> str:
    """`words` with at most so many bytes of UTF-8, never through a letter."""
    data = words.encode("utf-8", "replace")
    return words if len(data) <= most_bytes else data[:most_bytes].decode("utf-8", "ignore")


def pieces(
    variables: Sequence[Variable],
    rows: Iterable[Sequence[Any]],
    *,
    count: int,
    label: str = "",
    at: datetime,
) -> Iterator[bytes]:
    """The file: `rows` hold a number, a text or None for each variable; `count` is how many there will be."""
    yield _header(variables, count, label, at)
    yield _dictionary(variables)
    yield from _data(variables, rows)


def _name(wanted: str) -> str:
    plain = re.sub(r"[^\w.@#$]+", "_", unicodedata.normalize("NFC", wanted)).strip("_.")
    if not plain or not plain[0].isalpha():
        plain = f"v_{plain}" if plain else "v"
    return cut(plain, LONGEST_NAME).rstrip("_.") or "v"


def _header(variables: Sequence[Variable], count: int, label: str, at: datetime) -> bytes:
    units = sum(max(1, -(-width // 8)) for each in variables for width in each.segments)
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[at.month - 1]
    return b"".join(
        (
            b"$FL2",
            _padded("@(#) SPSS DATA FILE betaops", 60),
            struct.pack("<iiiiid", 2, units, 1, 0, count, _BIAS),
            f"{at.day:02} {month} {at.year % 100:02}{at:%H:%M:%S}".encode(),
            _padded(cut(label, 64), 64),
            b"\0\0\0",
        )
    )


def _dictionary(variables: Sequence[Variable]) -> bytes:
    """Variables, labels of values, and what later versions of the format added."""
    parts: list[bytes] = []
    labelled: list[bytes] = []
    shown: list[int] = []
    long_names: list[str] = []
    very_long: list[str] = []
    place, number = 1, 0
    for variable in variables:
        first = f"V{number:07}"
        for part, width in enumerate(variable.segments):
            parts.append(_variable(variable, f"V{number:07}", width, is_first=part == 0))
            shown += [variable.measure, 8 if width == 0 else min(width, 40), 0 if width else 1]
            if part == 0 and variable.labels and not variable.width:
                labelled.append(_value_labels(variable.labels, place))
            place += max(1, -(-width // 8))
            number += 1
        long_names.append(f"{first}={variable.name}")
        if variable.width > _WHOLE:
            very_long.append(f"{first}={variable.width:05}\0\t")
    parts += labelled
    parts.append(_extension(3, 4, struct.pack("<8i", 20, 0, 0, -1, 1, 1, 2, 65001)))
    parts.append(_extension(4, 8, struct.pack("<3d", _FIRST_MISSING, _HIGHEST, _LOWEST)))
    parts.append(_extension(11, 4, struct.pack(f"<{len(shown)}i", *shown)))
    parts.append(_extension(13, 1, "\t".join(long_names).encode()))
    if very_long:
        parts.append(_extension(14, 1, "".join(very_long).encode()))
    parts.append(_extension(20, 1, b"UTF-8"))
    parts.append(struct.pack("<ii", 999, 0))
    return b"".join(parts)


def _variable(variable: Variable, short: str, width: int, *, is_first: bool) -> bytes:
    label = cut(variable.label, LONGEST_LABEL).encode() if is_first else b""
    missing = variable.missing[:3] if is_first and not variable.width else ()
    shown = Format.TEXT | (width << 8) if width else variable.format
    parts = [
        struct.pack("<iiiiii", 2, width, 1 if label else 0, len(missing), shown, shown),
        _padded(short, 8),
    ]
    if label:
        parts += [struct.pack("<i", len(label)), label.ljust(-(-len(label) // 4) * 4)]
    parts += [struct.pack("<d", each) for each in missing]
    further = max(0, -(-width // 8) - 1)
    parts.append(struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b" " * 8) * further)
    return b"".join(parts)


def _value_labels(labels: Mapping[float, str], place: int) -> bytes:
    parts = [struct.pack("<ii", 3, len(labels))]
    for value, words in labels.items():
        data = cut(words, LONGEST_VALUE_LABEL).encode()
        parts.append(struct.pack("<dB", value, len(data)) + data.ljust(-(-(len(data) + 1) // 8) * 8 - 1))
    parts.append(struct.pack("<iii", 4, 1, place))
    return b"".join(parts)


def _extension(kind: int, size: int, data: bytes) -> bytes:
    return struct.pack("<iiii", 7, kind, size, len(data) // size) + data


def _padded(words: str, size: int) -> bytes:
    return words.encode()[:size].ljust(size)


def _data(variables: Sequence[Variable], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Every eight bytes are a code; codes stand eight together, before the values that have none."""
    codes, literals = bytearray(), list[bytes]()
    for row in rows:
        for variable, value in zip(variables, row, strict=True):
            if variable.width:
                _add_text(variable, value, codes, literals)
            else:
                _add_number(value, codes, literals)
        whole = len(codes) // 8 * 8
        if whole >= 8192:
            yield _packed(codes[:whole], literals)
            del codes[:whole]
    codes.append(_END)
    codes += bytes(-len(codes) % 8)
    yield _packed(codes, literals)


def _packed(codes: bytearray, literals: list[bytes]) -> bytes:
    """`codes` (a multiple of eight) with their literals, which are taken out of the list."""
    found = bytearray()
    used = 0
    for start, end in pairwise(range(0, len(codes) + 8, 8)):
        group = codes[start:end]
        count = group.count(_LITERAL)
        found += group
        found += b"".join(literals[used : used + count])
        used += count
    del literals[:used]
    return bytes(found)


def _add_number(value: Any, codes: bytearray, literals: list[bytes]) -> None:
    if value is None:
        codes.append(_MISSING)
    elif 1 - _BIAS <= value <= 251 - _BIAS and value == int(value):
        codes.append(int(value) + _BIAS)
    else:
        codes.append(_LITERAL)
        literals.append(struct.pack("<d", value))


def _add_text(variable: Variable, value: Any, codes: bytearray, literals: list[bytes]) -> None:
    data = b"" if value is None else cut(str(value), variable.width).encode("utf-8", "replace")
    if variable.width <= _WHOLE:
        return _add_bytes(data, -(-variable.width // 8), codes, literals)
    for width in variable.segments:
        _add_bytes(data[:_WHOLE], -(-width // 8), codes, literals)
        data = data[_WHOLE:]
    return None


def _add_bytes(data: bytes, units: int, codes: bytearray, literals: list[bytes]) -> None:
    """`data` filled up with blanks to so many units of eight bytes."""
    used = min(-(-len(data) // 8), units)
    padded = data.ljust(used * 8)
    for start in range(0, used * 8, 8):
        unit = padded[start : start + 8]
        if unit == b"        ":
            codes.append(_SPACES)
        else:
            codes.append(_LITERAL)
            literals.append(unit)
    codes += bytes((_SPACES,)) * (units - used)
