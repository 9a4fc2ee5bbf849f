"""Bringing a database to the newest schema, from Python: no ini file."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import Connection

from betaops.kernel.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic brings templates and their highlighting with it, a fifth of a second: imported when first needed.

FOLDER = Path(__file__).parent.parent.parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply what is missing. Processes that start together wait for each other."""
    from alembic import command

    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_lock(620175)"))
            connection.commit()
        try:
            command.upgrade(_config(connection), revision)
        finally:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_unlock(620175)"))
                connection.commit()


def downgrade(database: Database, revision: str = "base") -> None:
    from alembic import command

    with database.engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the schema is the newest that this code knows."""
    from alembic.script import ScriptDirectory

    with database.reading() as session:
        present = heads(session.connection())
    return set(present) == set(ScriptDirectory(str(FOLDER)).get_heads())


def heads(connection: Connection) -> tuple[str, ...]:
    """The revisions at which a database stands: one, or none where it is empty."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_heads()


def _config(connection: object) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
