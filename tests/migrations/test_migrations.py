"""Migrations make exactly what the models say, on both databases, and go back without a trace."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, inspect, select, text
from sqlalchemy import insert as sa_insert
from sqlalchemy import table as sa_table

from betaops import wiring
from betaops.flags.models import Change, Flag, FlagRevision
from betaops.flags.queries import definition
from betaops.kernel import migrations
from betaops.kernel.db import Base, Database
from betaops.kernel.ids import new_id
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


def test_each_step_can_be_taken_back_and_forth_and_going_back_leaves_nothing(blank: Database) -> None:
    for revision in REVISIONS:
        migrations.upgrade(blank, revision)
    for before in reversed(["base", *REVISIONS[:-1]]):
        migrations.downgrade(blank, before)
    assert set(inspect(blank.engine).get_table_names()) <= {"alembic_version"}
    if not blank.is_sqlite:
        with blank.engine.connect() as connection:
            functions = connection.execute(
                text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            )
            assert functions.all() == []
    migrations.upgrade(blank)
    assert migrations.is_current(blank)


def test_there_is_one_line_of_revisions() -> None:
    assert len(ScriptDirectory(str(migrations.FOLDER)).get_heads()) == 1


def test_migrating_a_current_database_changes_nothing(blank: Database) -> None:
    migrations.upgrade(blank)
    migrations.upgrade(blank)
    assert migrations.is_current(blank)


def test_flags_that_are_there_get_a_first_revision(blank: Database) -> None:
    migrations.upgrade(blank, "0011")
    workspace_id, product_id, flag_id = (new_id() for _ in range(3))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    made = {"created_at": at, "changed_at": at, "changed_by": "Mara", "version": 3}
    with blank.engine.begin() as connection:
        insert(connection, "workspace", id=workspace_id, name="Acme", slug="acme", created_at=at)
        insert(
            connection,
            "product",
            id=product_id,
            workspace_id=workspace_id,
            name="Notes",
            slug="notes",
            project_key="bo_1",
            secret_digest=b"1",
            secret_sealed="1",
            secret_made_at=at,
            revision=0,
            origins=[],
            **made,
        )
        insert(
            connection,
            "flag",
            id=flag_id,
            workspace_id=workspace_id,
            product_id=product_id,
            key="new-editor",
            number=7,
            description="The editor",
            is_active=True,
            filters={"groups": [{}]},
            runtime="server",
            contexts=[],
            other={"has_experiment": True},
            **made,
        )
    migrations.upgrade(blank)
    with blank.reading(workspace_id) as session:
        flag = session.scalars(select(Flag)).one()
        kept = session.scalars(select(FlagRevision)).one()
    assert kept.definition == definition(flag)
    assert (kept.flag_id, kept.version, kept.change, kept.at, kept.who) == (
        flag_id,
        3,
        Change.FOUND,
        at,
        "Mara",
    )


def insert(connection: Connection, table: str, **values: Any) -> None:
    """By the columns that the models have by now."""
    columns = Base.metadata.tables[table].c
    row = sa_table(table, *(column(name, columns[name].type) for name in values))
    connection.execute(sa_insert(row).values(**values))
