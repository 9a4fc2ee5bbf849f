"""Migrations make exactly what the models say, on both databases, and go back without a trace."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from betaops import wiring
from betaops.kernel import migrations
from betaops.kernel.db import Base, Database
from tests.support.databases import Source

REVISIONS = [
    script.revision for script in reversed(list(ScriptDirectory(str(migrations.FOLDER)).walk_revisions()))
]


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without tables."""
    wiring.load_models()
    source: Source = request.getfixturevalue(request.param)
    url = source.blank()
    database = Database(url)
    yield database
    database.close()
    source.drop_for_good(url)


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Base.metadata))


def test_migrations_make_what_the_models_say(blank: Database) -> None:
    migrations.upgrade(blank)
    assert differences(blank) == []


def test_checks_are_those_of_the_models(blank: Database) -> None:
    """Autogenerate does not compare CHECK constraints."""
    migrations.upgrade(blank)
    inspector = inspect(blank.engine)
    for name, table in Base.metadata.tables.items():
        made = {str(check["name"]) for check in inspector.get_check_constraints(name)}
        wanted = {str(check.name) for check in table.constraints if type(check).__name__ == "CheckConstraint"}
        assert made == wanted, name


def test_going_back_leaves_nothing(blank: Database) -> None:
    migrations.upgrade(blank)
    migrations.downgrade(blank)
    assert set(inspect(blank.engine).get_table_names()) <= {"alembic_version"}
    if not blank.is_sqlite:
        with blank.engine.connect() as connection:
            functions = connection.execute(
                text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            )
            assert functions.all() == []


def test_each_step_can_be_taken_back_and_forth(blank: Database) -> None:
    for before, revision in zip(["base", *REVISIONS], REVISIONS, strict=False):
        migrations.upgrade(blank, revision)
        migrations.downgrade(blank, before)
        migrations.upgrade(blank, revision)
    assert migrations.is_current(blank)


def test_there_is_one_line_of_revisions() -> None:
    assert len(ScriptDirectory(str(migrations.FOLDER)).get_heads()) == 1


def test_migrating_a_current_database_changes_nothing(blank: Database) -> None:
    migrations.upgrade(blank)
    migrations.upgrade(blank)
    assert migrations.is_current(blank)
