"""Fresh databases: each test gets one like that which the migrations built once, alone, and emptied after the last test.

Databases of their own, not savepoints: see docs/decisions/0003-test-databases.md.
"""

import os
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import Pool, QueuePool

from betaops import wiring
from betaops.kernel import migrations
from betaops.kernel.db import Database
from tests.support.postgresql import Server


class Source(ABC):
    """Where databases come from.

    Making one takes long, emptying what a test has written a hundredth of it: databases are handed on from test to
    test, and so are their connections, which know the tables and have statements prepared.
    """

    def __init__(self) -> None:
        self._clean: list[str] = []
        self._pools: dict[str, Pool] = {}

    @abstractmethod
    def _made_anew(self) -> str:
        """The URL of a new, migrated, empty database."""

    @abstractmethod
    def blank(self) -> str:
        """The URL of a new database without any table."""

    @abstractmethod
    def drop_for_good(self, url: str) -> None:
        """Give back what `blank` gave, or one whose tables a test has changed."""

    @abstractmethod
    def _empty(self, database: Database) -> None:
        """Of all rows; fails where it is not as it was."""

    def lend(self) -> Database:
        """A fresh one, opened. What a test listens to on its engine, it alone hears: only the pool is handed on."""
        database = opened(self._clean.pop() if self._clean else self._made_anew())
        if pool := self._pools.pop(database.url, None):
            database.engine.pool = pool
        return database

    def take_back(self, database: Database) -> None:
        """What `lend` gave."""
        try:
            self._empty(database)
        except (DBAPIError, sqlite3.Error, Changed):
            database.close()
            self.drop_for_good(database.url)
        else:
            self._pools[database.url] = database.engine.pool
            self._clean.append(database.url)

    def close(self) -> None:
        """Stop what was started."""
        for pool in self._pools.values():
            pool.dispose()


class Changed(Exception):
    """A test left tables, a file or a connection behind that the next one must not find."""


class Sqlite(Source):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder = _in_memory() or folder
        self._numbers = count()
        self._template = folder / "template.db"
        migrate(f"sqlite:///{self._template}")
        with closing(sqlite3.connect(self._template)) as connection:
            self._version = _tables_of(connection)
            named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = [name for (name,) in named if name != "alembic_version"]
        self._used = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables
        )

    def _made_anew(self) -> str:
        url = self.blank()
        shutil.copyfile(self._template, _path(url))
        return url

    def blank(self) -> str:
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def drop_for_good(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _empty(self, database: Database) -> None:
        if _pool(database).checkedout() or not _path(database.url).exists():
            raise Changed
        pooled = database.engine.raw_connection()
        connection: Any = pooled.driver_connection
        try:
            connection.execute("PRAGMA query_only=OFF")
            pooled.info["betaops_reads_only"] = False
            if _tables_of(connection) != self._version:
                raise Changed
            # Without foreign keys the order does not matter.
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("BEGIN IMMEDIATE")
            for (table,) in connection.execute(self._used).fetchall():
                connection.execute(f'DELETE FROM "{table}"')
            connection.execute("COMMIT")
            connection.execute("PRAGMA foreign_keys=ON")
        finally:
            pooled.close()


def _tables_of(connection: sqlite3.Connection) -> int:
    """A number that changes with every table."""
    version: int = connection.execute("PRAGMA schema_version").fetchone()[0]
    return version


class PostgreSql(Source):
    """On our own server, or on the one of TEST_DATABASE_URL (its user may create databases)."""

    def __init__(self, worker: str) -> None:
        super().__init__()
        self._server: Server | None = None
        given = os.environ.get("TEST_DATABASE_URL")
        if not given:
            self._server = Server()
            self._server.start()
        self._base = _plain(given or self._server_url())
        self._prefix = f"betaops_test_{worker}"
        self._numbers = count()
        self._made: list[str] = []
        self._template = self._create("template")
        migrate(self._url(self._template))

    def _made_anew(self) -> str:
        return self._url(self._create(str(next(self._numbers)), f'TEMPLATE "{self._template}"'))

    def blank(self) -> str:
        return self._url(self._create(str(next(self._numbers))))

    def drop_for_good(self, url: str) -> None:
        self._do(f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')

    def close(self) -> None:
        super().close()
        if self._server is not None:
            self._server.close()
        else:
            self._do(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in self._made))

    def _empty(self, database: Database) -> None:
        """And of whoever is still connected beside its own pool: what they hold must not be waited for."""
        if _pool(database).checkedout():
            database.close()
        with database.engine.begin() as connection:
            known = _pool(database).checkedin() + 1
            has_others = connection.exec_driver_sql(_HOW_MANY).scalar_one() > known
            if has_others:
                connection.exec_driver_sql(_CUT_OTHERS)
            connection.exec_driver_sql(_EMPTY)
        if has_others:
            # Those of its pool were among them.
            database.close()

    def _server_url(self) -> str:
        assert self._server is not None
        return self._server.url

    def _create(self, suffix: str, how: str = "") -> str:
        name = f"{self._prefix}_{suffix}"
        self._made.append(name)
        self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" {how}')
        return name

    def _url(self, name: str) -> str:
        parts = urlsplit(self._base)
        return "postgresql+psycopg" + urlunsplit(parts._replace(path=f"/{name}")).removeprefix("postgresql")

    def _do(self, *statements: str) -> None:
        with psycopg.connect(self._base, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


_HOW_MANY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
#: What a test left connected must not hold locks.
_CUT_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
#: Without triggers and foreign keys, so that the order does not matter. Needs a superuser.
_EMPTY = """
    SET LOCAL session_replication_role = replica;
    DO $$
    DECLARE
        this record;
        is_used boolean;
    BEGIN
        FOR this IN
            SELECT oid::regclass AS name, pg_relation_size(oid) AS size FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
              AND pg_relation_size(oid) > 0
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %%s)', this.name) INTO is_used;
            IF this.size > 1000000 THEN
                EXECUTE format('TRUNCATE %%s CASCADE', this.name);
            ELSIF is_used THEN
                EXECUTE format('DELETE FROM %%s', this.name);
            END IF;
        END LOOP;
    END $$
"""


def _in_memory() -> Path | None:
    """A folder where flushing costs nothing, if there is room for one."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2**30:
        return None
    return Path(tempfile.mkdtemp(dir=memory, prefix="betaops-sqlite-"))


def _pool(database: Database) -> QueuePool:
    assert isinstance(database.engine.pool, QueuePool)
    return database.engine.pool


def opened(url: str) -> Database:
    """A `Database` that knows every statement compiled before it in this process.

    Each engine would compile them anew, which is a quarter of what all tests take.
    """
    database = Database(url)
    first = _first.setdefault(database.engine.dialect.name, database.engine)
    for engine in (database.engine, database._readers, database._hasty):
        engine.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    return database


#: The first engine of each dialect; what it compiled is keyed by its dialect object.
_first: dict[str, Engine] = {}


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    wiring.load_models()
    database = Database(url)
    migrations.upgrade(database)
    if database.is_sqlite:
        # One file: what is still in the write-ahead log belongs into the copy.
        with database.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # sqlite3's
    database.close()


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
