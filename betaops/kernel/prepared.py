"""Statements for paths that every request or every change comes by: made once, then sent to the driver as they are.

SQLAlchemy's way from a statement to the driver costs ten times what SQLite needs for a row. Here its compiler and its
types are used once for each database; after that a statement is a text and a few functions that turn values.

Such a statement passes by the session, and with it by the session's workspace: it names the workspace itself. What
waits in the session must be flushed before.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import (
    Connection,
    Dialect,
    Float,
    SelectBase,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    inspect,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.types import TypeEngine

from betaops.kernel import counting
from betaops.kernel.db import Base, Owned, Unscoped
from betaops.kernel.ids import from_digits

Model = TypeVar("Model", bound=DeclarativeBase)

Turn = Callable[[Any], Any]
_NONE: Mapping[str, Any] = {}


class _Text(NamedTuple):
    """A statement in the words of one database."""

    sql: str
    #: Names of the values in the order of their places; empty where the driver takes them by name.
    order: Sequence[str]
    #: Those of the values and of the columns that are something else to the driver.
    turns: Mapping[str, Turn]
    columns: Sequence[tuple[int, Turn]]
    #: As the driver takes them.
    fixed: Mapping[str, Any]

    def given(self, values: Mapping[str, Any], shared: Mapping[str, Any] = _NONE) -> Any:
        """The values as the driver takes them; `shared` are that already."""
        found = {**self.fixed, **shared, **self.turned(values)}
        return [found[name] for name in self.order] if self.order else found

    def turned(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Some of the values as the driver takes them."""
        turns = self.turns
        return {name: turns[name](value) if name in turns else value for name, value in values.items()}


class Prepared:
    """`make(dialect's name)` builds the statement; its values are `bindparam`s with a type, given by name.

    `Unscoped` where it looks at rows of tenants and compares no workspace, unless it is said to be `unscoped`: see there.
    """

    def __init__(self, make: Callable[[str], Any], *, unscoped: bool = False) -> None:
        self._make, self._is_unscoped = make, unscoped
        self._texts: dict[str, _Text] = {}

    def rows(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """Everything that a SELECT or a RETURNING gives."""
        connection = session.connection()
        text = self._in_words_of(connection.dialect)
        with Opened(text.sql, connection) as cursor:
            cursor.execute(text.sql, text.given(values))
            found = cursor.fetchall() if cursor.description else []
        counting.note()
        return [_turned(row, text.columns) for row in found]

    def each(
        self, session: Session, several: Sequence[Mapping[str, Any]], shared: Mapping[str, Any] = _NONE
    ) -> None:
        """Once with each of these values, and those that all `shared`; for what gives nothing back."""
        if not several:
            return
        connection = session.connection()
        text = self._in_words_of(connection.dialect)
        same = text.turned(shared)
        with Opened(text.sql, connection) as cursor:
            cursor.executemany(text.sql, [text.given(values, same) for values in several])
        counting.note()

    def _in_words_of(self, dialect: Dialect) -> _Text:
        return self._texts.get(dialect.name) or self._texts.setdefault(dialect.name, self._text(dialect))

    def _text(self, dialect: Dialect) -> _Text:
        statement = self._make(dialect.name)
        compiled = statement.compile(dialect=dialect)
        if not self._is_unscoped and not _is_scoped(str(compiled)):
            raise Unscoped(str(compiled)[:200])
        returned = _returned(statement)
        turns = [(name, turn_in(bind.type, dialect)) for name, bind in compiled.binds.items()]
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = [(place, turn_out(column.type, dialect)) for place, column in enumerate(returned)]
        return _Text(
            str(compiled),
            compiled.positiontup or (),
            {name: turn for name, turn in turns if turn},
            [(place, turn) for place, turn in columns if turn],
            {name: (turn(fixed[name]) if turn else fixed[name]) for name, turn in turns if name in fixed},
        )


class Part(Generic[Model]):
    """Columns of a model in a prepared SELECT, and how they become a row of it again.

    Such a row is for reading: no session watches it, so to change it changes nothing, and to ask it for a column that
    was not among the `names` (none: all are) is an error.
    """

    def __init__(self, model: type[Model], *names: str) -> None:
        self._new: Callable[[], Any] = inspect(model).class_manager.new_instance
        every = tuple(inspect(model).columns.keys())
        self._names = names or every
        self._others = set(every) - set(self._names)
        self.columns = [getattr(model, name) for name in self._names]

    def row(self, values: Sequence[Any]) -> Model:
        """Of the values of its columns."""
        found: Model = self._new()
        vars(found).update(zip(self._names, values, strict=True))
        # As of a row whose session has ended: what is not there cannot be loaded.
        instance_state(found).expired_attributes.update(self._others)
        return found


class Parts:
    """Several of them, in the order in which a SELECT has them."""

    def __init__(self, *parts: Part[Any]) -> None:
        self.columns = [column for part in parts for column in part.columns]
        self._parts, start = list[tuple[Part[Any], slice]](), 0
        for part in parts:
            self._parts.append((part, slice(start, start := start + len(part.columns))))

    def rows(self, values: Sequence[Any]) -> list[Any]:
        """One of each part; None where an outer join found nothing: its first column is NULL then."""
        return [
            part.row(own) if (own := values[place])[0] is not None else None for part, place in self._parts
        ]


class Insertion(Generic[Model]):
    """New rows of `model`, each where there is none in its place yet."""

    def __init__(self, model: type[Model]) -> None:
        self._part, self._columns = Part(model), inspect(model).columns
        key = inspect(model).primary_key
        self._statement = Prepared(
            lambda dialect: inserting(model, dialect).on_conflict_do_nothing().returning(*key)
        )

    def put(self, session: Session, **values: Any) -> Model | None:
        """The row, if it was written; then `session` watches it as if it had read it. What is not given has its default."""
        if unknown := values.keys() - self._columns.keys():
            raise TypeError(f"there is no column {sorted(unknown)}")
        whole = {
            name: values[name] if name in values else _default(column)
            for name, column in self._columns.items()
        }
        if not self._statement.rows(session, **whole):
            return None
        row = self._part.row(list(whole.values()))
        make_transient_to_detached(row)
        session.add(row)
        _note_insertion(session, row)
        return row


def _default(column: Any) -> Any:
    """What a new row has in it where nothing is said."""
    default = column.default
    if default is None:
        return None
    return default.arg if default.is_scalar else default.arg(None)


def _note_insertion(session: Session, row: object) -> None:
    """As a flush does for a row that it inserted: a rollback, of a savepoint too, takes it out of the session again."""
    session._transaction._new[instance_state(row)] = True  # type: ignore[union-attr]  # noqa: SLF001  # it has begun


class Opened:
    """A cursor for a statement. What the driver refuses is raised in SQLAlchemy's words, as of any other statement:
    whoever catches that the database is away or full, or that a row is there already, need not know of two.
    """

    __slots__ = ("_connection", "_cursor", "_sql")

    def __init__(self, sql: str, connection: Connection) -> None:
        self._sql, self._connection = sql, connection
        self._cursor: Any = connection.connection.cursor()

    def __enter__(self) -> Any:
        return self._cursor

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._cursor.close()
        dialect = self._connection.dialect
        driver_error = dialect.loaded_dbapi.Error
        if isinstance(error, driver_error):
            raise DBAPIError.instance(
                self._sql, None, error, driver_error, hide_parameters=True, dialect=dialect
            ) from error


#: A statement's tables, and the workspace that it compares or writes.
_TABLES = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO) (\w+)")
_WORKSPACE = re.compile(r"\bworkspace_id (?:= [?%]|IN )|INSERT INTO \w+ \([^)]*\bworkspace_id\b")


def _is_scoped(sql: str) -> bool:
    return _WORKSPACE.search(sql) is not None or _tenants().isdisjoint(_TABLES.findall(sql))


@cache
def _tenants() -> frozenset[str]:
    tables = (mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned))
    return frozenset(str(table) for table in tables)


def _returned(statement: Any) -> Iterable[Any]:
    if isinstance(statement, SelectBase):
        return statement.selected_columns
    return statement.exported_columns if statement._returning else ()  # noqa: SLF001  # else it has none


def flavour(dialect: str) -> Any:
    """SQLAlchemy's module of a dialect, whose INSERT knows ON CONFLICT."""
    return postgresql if dialect == "postgresql" else sqlite


def inserting(model: Any, dialect: str, names: Iterable[str] | None = None) -> Any:
    """An INSERT of one row of `model`, its columns (all, or these `names`) given by name."""
    columns = inspect(model).columns
    given = columns.keys() if names is None else names
    return (
        flavour(dialect)
        .insert(model)
        .values({name: bindparam(name, type_=columns[name].type) for name in given})
    )


def said(value: StrEnum) -> Any:
    """`value` in the words of the statement itself: only so do databases find a partial index of the rows that have it."""
    return literal_column(f"'{value.value}'")


def as_text(ids: Iterable[UUID]) -> str:
    """Ids as the one value of a `listed`."""
    return orjson.dumps([each.hex for each in ids]).decode()


def listed(dialect: str, name: str) -> Any:
    """The ids in one value called `name`, as a column to select: a statement is the same for one and for hundreds."""
    given = bindparam(name, type_=Text())
    if dialect == "postgresql":
        each = func.jsonb_array_elements_text(cast(given, JSONB)).table_valued("value")
        return cast(each.c.value, Uuid())
    return type_coerce(func.json_each(given).table_valued("value").c.value, Uuid())


def words_as_text(words: Iterable[str]) -> str:
    """Words as the one value of a `listed_words`."""
    return orjson.dumps(list(words)).decode()


def listed_words(dialect: str, name: str) -> Any:
    """The same of words."""
    given = bindparam(name, type_=Text())
    if dialect == "postgresql":
        return func.jsonb_array_elements_text(cast(given, JSONB)).table_valued("value").c.value
    return func.json_each(given).table_valued("value").c.value


def turn_in(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def turn_out(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    if isinstance(kind, Float):
        return None  # as both drivers give it; SQLAlchemy would ask what kind of number the driver has said it is
    if isinstance(kind, Uuid) and dialect.name == "sqlite":
        return _uuid_or_none
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _uuid_or_none(digits: str | None) -> UUID | None:
    return None if digits is None else from_digits(digits)


def _turned(row: Sequence[Any], columns: Sequence[tuple[int, Turn]]) -> tuple[Any, ...]:
    found = list(row)
    for place, turn in columns:
        # NULL is None in every type, and most of what an outer join gives is NULL.
        if (value := found[place]) is not None:
            found[place] = turn(value)
    return tuple(found)
