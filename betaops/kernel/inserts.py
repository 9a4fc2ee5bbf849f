"""Rows that are written on every path: prepared as in `prepared`, many in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, bindparam, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from betaops.kernel import counting
from betaops.kernel.prepared import Opened, Turn, turn_in, turn_out

_NONE: Mapping[str, Any] = {}
#: Numbers of rows for which a text is kept are its multiples, and those below.
_STEP = 8


class Inserts:
    """Whole rows of one model, many in one statement.

    SQLite's driver lets go of the interpreter with each statement: what is written row by row waits as often as it has
    rows for whoever else wants to run.
    """

    #: Rows in one statement at most.
    MOST = 64

    def __init__(self, model: Any, *, passes_over: bool = False, returns: str | None = None) -> None:
        """`passes_over`: what a unique constraint refuses is left out, instead of an error."""
        self._model, self._passes_over, self._returns = model, passes_over, returns
        self._words: dict[str, _Words] = {}

    def write(
        self, session: Session, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any] = _NONE
    ) -> int:
        """How many were inserted; each has every column in its own mapping or in what all `shared`."""
        written = 0
        for cursor, _words in self._each(session, rows, shared):
            written += cursor.rowcount
        return written

    def returning(
        self, session: Session, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any] = _NONE
    ) -> set[Any]:
        """The same; of those that were inserted the column that this `returns`."""
        found: set[Any] = set()
        for cursor, words in self._each(session, rows, shared):
            turn = words.returned
            found.update(turn(value) if turn else value for (value,) in cursor.fetchall())
        return found

    def turn(self, session: Session, name: str) -> Turn:
        """What makes of a column's values what the driver takes, for `write_turned`."""
        words = self._in_words_of(session.connection().dialect)
        return next(turn for column, turn in words.columns if column == name) or _same

    def write_turned(self, session: Session, rows: Sequence[Sequence[Any]]) -> None:
        """The same of values that are turned already; those of a row stand in the order in which the model has columns."""
        connection = session.connection()
        for _cursor in self._send(connection, self._in_words_of(connection.dialect), rows):
            pass

    def _each(
        self, session: Session, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]
    ) -> Iterator[tuple[Any, "_Words"]]:
        connection = session.connection()
        words = self._in_words_of(connection.dialect)
        # Column by column: most of what is done for a value is then done by loops that are not Python's.
        columns = [
            repeat(turn(shared[name]) if turn else shared[name], len(rows))
            if name in shared
            else _turned([row[name] for row in rows], turn)
            for name, turn in words.columns
        ]
        for cursor in self._send(connection, words, list(zip(*columns, strict=True))):
            yield cursor, words

    def _send(self, connection: Connection, words: "_Words", given: Sequence[Sequence[Any]]) -> Iterator[Any]:
        begin = 0
        while begin < len(given):
            # Any number of rows is made of few texts, and few statements: whole steps, then what is left.
            left = len(given) - begin
            size = min(self.MOST, left - left % _STEP or left)
            sql = words.sql.get(size) or words.sql.setdefault(size, self._sql(connection.dialect, size))
            with Opened(sql, connection) as cursor:
                cursor.execute(sql, words.given(given[begin : begin + size]))
                yield cursor
            counting.note()
            begin += size

    def _in_words_of(self, dialect: Dialect) -> "_Words":
        return self._words.get(dialect.name) or self._words.setdefault(dialect.name, self._first(dialect))

    def _first(self, dialect: Dialect) -> "_Words":
        compiled = self._statement(dialect, 1).compile(dialect=dialect)
        order = [name.removesuffix("_0") for name in compiled.positiontup or compiled.binds]
        columns = [(name, turn_in(compiled.binds[f"{name}_0"].type, dialect)) for name in order]
        returned = None
        if self._returns is not None:
            returned = turn_out(inspect(self._model).columns[self._returns].type, dialect)
        return _Words(columns, bool(compiled.positiontup), {1: str(compiled)}, returned)

    def _sql(self, dialect: Dialect, size: int) -> str:
        return str(self._statement(dialect, size).compile(dialect=dialect))

    def _statement(self, dialect: Dialect, size: int) -> Any:
        flavour: Any = postgresql if dialect.name == "postgresql" else sqlite
        columns = inspect(self._model).columns
        rows = [
            {name: bindparam(f"{name}_{place}", type_=columns[name].type) for name in columns.keys()}  # noqa: SIM118  # not a dict
            for place in range(size)
        ]
        statement = flavour.insert(self._model).values(rows)
        if self._passes_over:
            statement = statement.on_conflict_do_nothing()
        return statement if self._returns is None else statement.returning(columns[self._returns])


def _same(value: Any) -> Any:
    return value


def _turned(values: list[Any], turn: Turn | None) -> list[Any]:
    """As the driver takes them. The same object comes many times: the parent of several rows, say."""
    if turn is None:
        return values
    known: dict[int, Any] = {}
    for value in values:
        if id(value) not in known:
            known[id(value)] = turn(value)
    return [known[id(value)] for value in values]


class _Words(NamedTuple):
    """INSERTs of one model in the words of one database."""

    #: Names in the order of their places, and what turns the values of those that are something else to the driver.
    columns: Sequence[tuple[str, Turn | None]]
    #: Whether the driver takes values by their places; else by the name with the row's number behind it.
    is_by_place: bool
    #: By the number of rows.
    sql: dict[int, str]
    #: What turns the values of the column that is returned.
    returned: Turn | None

    def given(self, rows: Sequence[Sequence[Any]]) -> Any:
        """The values of all `rows` as the driver takes them."""
        if self.is_by_place:
            return list(chain.from_iterable(rows))
        return {
            f"{name}_{place}": value
            for place, row in enumerate(rows)
            for (name, _turn), value in zip(self.columns, row, strict=True)
        }
