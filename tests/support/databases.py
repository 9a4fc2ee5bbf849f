"""Fresh databases: each test gets a copy of one that the migrations built once.

Copies, not savepoints: see docs/decisions/0003-test-databases.md.
"""

import os
import shutil
from abc import ABC, abstractmethod
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from betaops import wiring
from betaops.kernel import migrations
from betaops.kernel.db import Database
from tests.support.postgresql import Server


class Source(ABC):
    """Where databases come from."""

    @abstractmethod
    def fresh(self) -> str:
        """The URL of a new, migrated, empty database."""

    @abstractmethod
    def blank(self) -> str:
        """The URL of a new database without any table."""

    @abstractmethod
    def drop(self, url: str) -> None: ...

    def close(self) -> None:  # noqa: B027  # files need no stopping
        """Stop what was started."""


class Sqlite(Source):
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")

    def fresh(self) -> str:
        url = self.blank()
        shutil.copyfile(self._template, _path(url))
        return url

    def blank(self) -> str:
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)


class PostgreSql(Source):
    """On our own server, or on the one of TEST_DATABASE_URL (its user may create databases)."""

    def __init__(self, worker: str) -> None:
        self._server: Server | None = None
        given = os.environ.get("TEST_DATABASE_URL")
        if not given:
            self._server = Server()
            self._server.start()
        self._base = (
            given.replace("postgresql+psycopg://", "postgresql://") if given else _plain(self._server_url())
        )
        self._prefix = f"betaops_test_{worker}"
        self._numbers = count()
        self._template = f"{self._prefix}_template"
        self._do(
            f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)', f'CREATE DATABASE "{self._template}"'
        )
        _migrate(self._url(self._template))

    def fresh(self) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        self._do(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"',
        )
        return self._url(name)

    def blank(self) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
        return self._url(name)

    def drop(self, url: str) -> None:
        self._do(f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        else:
            self.drop(self._url(self._template))

    def _server_url(self) -> str:
        assert self._server is not None
        return self._server.url

    def _url(self, name: str) -> str:
        parts = urlsplit(self._base)
        return "postgresql+psycopg" + urlunsplit(parts._replace(path=f"/{name}")).removeprefix("postgresql")

    def _do(self, *statements: str) -> None:
        with psycopg.connect(self._base, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _migrate(url: str) -> None:
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
