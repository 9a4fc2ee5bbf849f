"""Bringing a database to the newest schema, from Python: no ini file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from betaops.kernel.db import Database

FOLDER = Path(__file__).parent.parent.parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply what is missing. Processes that start together wait for each other."""
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
    with database.engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the schema is the newest that this code knows."""
    with database.reading() as session:
        present = MigrationContext.configure(session.connection()).get_current_heads()
    return set(present) == set(ScriptDirectory(str(FOLDER)).get_heads())


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
