"""The database: typed base classes, tenancy, and the two kinds of transaction.

SQLite and PostgreSQL behave alike here: foreign keys on, writers serial per row (PostgreSQL) or per
file (SQLite, `BEGIN IMMEDIATE`), read-only transactions that refuse writes.
"""

import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import orjson
from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    UniqueConstraint,
    Uuid,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.types import TypeDecorator

from betaops.kernel import counting, folding, payloads
from betaops.kernel.ids import new_id

#: How long a writer of a SQLite file waits for another one; and one that may as well not write.
PATIENCE_SECONDS, HASTE_SECONDS = 10.0, 1.0
#: How often it looks whether its turn has come.
TURN_SECONDS = 0.001
#: Pages in SQLite's log with which a commit brings them into the file, should nobody have done it (`checkpoints`).
LONGEST_LOG = 16_384

#: PostgreSQL: a deadlock was ended with this statement; it waited for a lock as long as one may.
_IN_THE_WAY = frozenset({"40P01", "55P03"})


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in and coming out, UTC inside. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} says no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Plain JSON values; JSONB on PostgreSQL. Assign a new value to change it, mutation is not seen."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(
            JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(none_as_null=True)
        )


class Base(DeclarativeBase):
    """Base of every model. Ids and scalar column defaults are there from construction on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        date: Date(),
        uuid.UUID: Uuid(),
        dict[str, Any]: Json(),
        list[Any]: Json(),
        list[str]: Json(),
        list[dict[str, Any]]: Json(),
    }

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **values: Any) -> None:
        mapper = inspect(type(self))
        for attribute in mapper.column_attrs:
            default = attribute.columns[0].default
            if attribute.key in values or default is None:
                continue
            if default.is_scalar:
                values[attribute.key] = default.arg
            elif default.is_callable:
                values[attribute.key] = default.arg(None)
        for key, value in values.items():
            if not hasattr(type(self), key):
                raise TypeError(f"{type(self).__name__} has no {key!r}")
            setattr(self, key, value)


class Identified:
    """Has a UUIDv7 of its own, known before the row is written."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)


class Owned:
    """Belongs to one workspace; sessions see only the rows of theirs (`scope_to`)."""

    workspace_id: Mapped[uuid.UUID] = mapped_column()


class Tenant(Identified, Owned):
    """The same with an id of its own, as nearly all have."""

    workspace_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        return tenant_args()


def tenant_args(*more: Any) -> tuple[Any, ...]:
    """`__table_args__` of a `Tenant`: what children's composite keys point at, and `more`."""
    return (UniqueConstraint("workspace_id", "id"), *more)


def leaf_args(*more: Any) -> tuple[Any, ...]:
    """The same of a `Tenant` that will never have children, and is written so often that a key for them costs."""
    return more


def belongs_to(column: str, table: str, *, ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """A foreign key that also keeps the child in its parent's workspace."""
    return ForeignKeyConstraint(
        ["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"], ondelete=ondelete
    )


def one_of(enum: type[StrEnum], name: str | None = None) -> Enum:
    """Column type for a `StrEnum`: VARCHAR with a CHECK that lists its values.

    `name` tells apart the checks of two such columns in one table; else the enum names it.
    """
    words = name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", enum.__name__).lower()
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=f"{words}_is_known",
        values_callable=lambda members: [member.value for member in members],
    )


class Session(OrmSession):
    """A session that knows its workspace."""

    #: A transaction (or savepoint), and the connection that it is on.
    _held: tuple[Any, Any] = (None, None)

    def connection(self, *arguments: Any, **options: Any) -> Connection:
        """The session's own, asked for once in each transaction: prepared statements want it every time."""
        within = self.get_nested_transaction() or self.get_transaction()
        if arguments or options or within is None or not self.is_active:
            return super().connection(*arguments, **options)
        if self._held[0] is not within:
            self._held = (within, super().connection())
        return self._held[1]  # type: ignore[no-any-return]  # what was put there


class Unscoped(Exception):
    """A statement on tenant rows was made in a session that has no workspace.

    Entry points that look a row up by a token or a public name say
    `.execution_options(unscoped=True)` and then `scope_to` its workspace.
    """


def scope_to(session: OrmSession, workspace_id: uuid.UUID | None) -> None:
    """From here on `session` sees only this workspace's rows."""
    session.info["workspace_id"] = workspace_id


def scope_of(session: OrmSession) -> uuid.UUID:
    """The workspace whose rows `session` sees, for statements that name it themselves; `Unscoped` where it has none."""
    workspace_id: uuid.UUID | None = session.info.get("workspace_id")
    if workspace_id is None:
        raise Unscoped("a prepared statement")
    return workspace_id


@event.listens_for(Session, "do_orm_execute")
def _see_only_this_workspace(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load or state.execution_options.get("unscoped"):
        return
    workspace_id = state.session.info.get("workspace_id")
    if workspace_id is None:
        if any(issubclass(mapper.class_, Owned) for mapper in state.all_mappers):
            raise Unscoped(str(state.statement)[:200])
        return
    state.statement = state.statement.options(
        with_loader_criteria(Owned, lambda cls: cls.workspace_id == workspace_id, include_aliases=True)
    )


@event.listens_for(Session, "before_commit")
def do_what_was_put_off(session: OrmSession) -> None:
    """What `Work.at_commit` kept for the end of the whole transaction; writes that share one call it themselves."""
    if session.in_nested_transaction():
        return
    session.flush()
    for do, (work, things) in session.info.pop("at_commit", {}).items():
        do(work, things)


@event.listens_for(Session, "after_rollback")
def _drop_what_was_put_off(session: OrmSession) -> None:
    session.info.pop("at_commit", None)


class Database:
    """One engine, and the two kinds of session on it."""

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        self.url = url
        self.engine = _sqlite(url, pool_size) if url.startswith("sqlite") else _postgresql(url, pool_size)
        counting.watch(self.engine)
        self._readers = self.engine.execution_options(betaops_reading=True, postgresql_readonly=True)
        self._hasty = self.engine.execution_options(betaops_hasty=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def session(self, *, reading: bool = False, workspace_id: uuid.UUID | None = None) -> Session:
        """A session of its own; the caller closes it. `reading`: any write in it fails."""
        session = Session(self._readers if reading else self.engine, expire_on_commit=False)
        scope_to(session, workspace_id)
        return session

    @contextmanager
    def reading(self, workspace_id: uuid.UUID | None = None) -> Iterator[Session]:
        """A read-only transaction."""
        with self.session(reading=True, workspace_id=workspace_id) as session:
            yield session

    @contextmanager
    def reading_still(self, workspace_id: uuid.UUID | None = None) -> Iterator[Session]:
        """The same, and from its first to its last statement it sees one state of the database (SQLite's always do)."""
        with self.session(reading=True, workspace_id=workspace_id) as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def hastily_writing(self, workspace_id: uuid.UUID | None = None) -> Iterator[Session]:
        """The same as `writing`, for what may as well not be written: it hardly waits for another writer of the file."""
        session = Session(self._hasty, expire_on_commit=False)
        scope_to(session, workspace_id)
        with session, session.begin():
            yield session

    @contextmanager
    def writing(self, workspace_id: uuid.UUID | None = None) -> Iterator[Session]:
        """A transaction that commits at the end, or changes nothing where an exception passes."""
        with self.session(workspace_id=workspace_id) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def is_in_the_way(error: DBAPIError) -> bool:
    """Whether another transaction held what the statement needed: what begins anew may well succeed."""
    return getattr(error.orig, "sqlstate", None) in _IN_THE_WAY


def _sqlite(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        # What was used last has the file's pages at hand, until somebody else writes.
        pool_use_lifo=True,
        connect_args={"timeout": PATIENCE_SECONDS, "check_same_thread": False, "isolation_level": None},
        hide_parameters=True,
        json_serializer=payloads.as_json,
        json_deserializer=payloads.of_column,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            f"wal_autocheckpoint={LONGEST_LOG}",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")
        folding.teach_sqlite(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred BEGIN that later writes fails at once when another writer came between
        # (SQLITE_BUSY_SNAPSHOT ignores the busy timeout): writers say so from the start.
        options = connection.get_execution_options()
        if options.get("betaops_reading"):
            _let_read_only(connection, True)
            _say(connection, "BEGIN")
            return
        _let_read_only(connection, False)
        _wait_to_write(connection, HASTE_SECONDS if options.get("betaops_hasty") else PATIENCE_SECONDS)

    return engine


def _say(connection: Connection, statement: str) -> None:
    """To the driver itself, for every transaction begins with it. What fails is raised in SQLAlchemy's words."""
    try:
        connection.connection.execute(statement)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            statement, None, error, sqlite3.Error, dialect=connection.dialect
        ) from error


def _wait_to_write(connection: Connection, seconds: float) -> None:
    """Begin to write. SQLite's own way to wait sleeps longer each time, up to a tenth of a second, while others pass by."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            _say(connection, "BEGIN IMMEDIATE")
            return
        except DBAPIError as error:
            code: int = getattr(error.orig, "sqlite_errorcode", 0)
            if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(TURN_SECONDS)


def _let_read_only(connection: Connection, wanted: bool) -> None:
    """Said where it changes: after this PRAGMA SQLite works out anew how to run each statement that it has kept."""
    if connection.info.get("betaops_reads_only") is not wanted:
        _say(connection, f"PRAGMA query_only={'ON' if wanted else 'OFF'}")
        # Who writes waits by itself, and only before it begins.
        _say(connection, f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000 if wanted else 0:.0f}")
        connection.info["betaops_reads_only"] = wanted


def _postgresql(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": "-c lock_timeout=10s -c statement_timeout=60s -c timezone=UTC",
        },
        hide_parameters=True,
        json_serializer=payloads.as_json,
        json_deserializer=orjson.loads,
    )
