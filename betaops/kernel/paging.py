"""Keyset paging: pages that stay quick at any depth and never skip or repeat a row.

A cursor is the sort values of the last row shown, as URL-safe text; it is not secret and not trusted.
"""

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _

Item = TypeVar("Item")
#: Columns with "asc" or "desc"; the last must be unique, none may be NULL.
Order = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows, and the cursors of the pages around them (None where there is none)."""

    items: Sequence[Item]
    next: str | None = None
    previous: str | None = None

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Any:
        return iter(self.items)


def keyset(
    session: Session, statement: Select[Any], *, order: Order, cursor: str | None = None, size: int = 50
) -> Page[Any]:
    """One page of `statement`. `NotFound` for a cursor that this list cannot have given."""
    backwards, position = _read(cursor, order) if cursor else (False, None)
    columns = [column for column, _direction in order]
    directions = [direction if not backwards else _turned(direction) for _column, direction in order]
    if position is not None:
        statement = statement.where(_after(columns, directions, position))
    for column, direction in zip(columns, directions, strict=True):
        statement = statement.order_by(column.desc() if direction == "desc" else column.asc())
    rows = session.execute(statement.add_columns(*columns).limit(size + 1)).unique().all()
    more, rows = len(rows) > size, list(rows[:size])
    if backwards:
        rows.reverse()
    width = len(columns)
    items = [row[0] if len(row) - width == 1 else tuple(row[:-width]) for row in rows]
    first = _write(rows[0][-width:], backwards=True) if rows and (cursor if not backwards else more) else None
    last = _write(rows[-1][-width:], backwards=False) if rows and (more if not backwards else True) else None
    return Page(items, next=last, previous=first)


def _turned(direction: str) -> str:
    return "asc" if direction == "desc" else "desc"


def _after(columns: list[Any], directions: list[str], position: list[Any]) -> Any:
    """(a, b) beyond (x, y) in mixed directions: a beyond x, or a = x and b beyond y."""
    alternatives = []
    for index, (column, direction, value) in enumerate(zip(columns, directions, position, strict=True)):
        equal = [columns[i] == position[i] for i in range(index)]
        alternatives.append(and_(*equal, column < value if direction == "desc" else column > value))
    return or_(*alternatives)


def _write(values: Sequence[Any], *, backwards: bool) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([backwards, *values])).decode().rstrip("=")


def _read(cursor: str, order: Order) -> tuple[bool, list[Any]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        backwards, *values = orjson.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        typed = [_typed(column, value) for (column, _direction), value in zip(order, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, UnicodeEncodeError) as error:
        raise NotFound("bad_cursor", _("This page link is broken. Start from the first page.")) from error
    return bool(backwards), typed


def _typed(column: Any, value: Any) -> Any:
    wanted = (
        column.type.python_type
        if not hasattr(column.type, "impl_instance")
        else column.type.impl_instance.python_type
    )
    if wanted is uuid.UUID:
        return uuid.UUID(value)
    if wanted is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if wanted is date:
        return date.fromisoformat(value)
    if wanted is not object and not isinstance(value, wanted if wanted is not float else (int, float)):
        raise TypeError(value)
    return value
