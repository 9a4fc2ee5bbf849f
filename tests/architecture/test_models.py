"""Tables are built the same way everywhere: tenancy in the database, no lazy loading, moments in UTC."""

import pytest
from sqlalchemy import CheckConstraint, DateTime, Enum, ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.orm import configure_mappers

from betaops import wiring
from betaops.kernel.db import Base, Owned, UtcDateTime

wiring.load_models()
configure_mappers()
MAPPERS = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
TABLES: dict[str, Table] = dict(Base.metadata.tables)
TENANTS = {mapper.local_table.name for mapper in MAPPERS if issubclass(mapper.class_, Owned)}
#: Written with every change of a person. No key for children stands in them, so they may have none.
LEAVES = {
    "cohort_change",
    "cohort_member",
    "fact_tail",
    "people_change",
    "people_revision",
    "trait",
    "usage_build",
    "usage_daily",
    "usage_event",
}


def test_every_relationship_refuses_to_load_by_itself() -> None:
    lazy = [
        f"{mapper.class_.__name__}.{relationship.key}: {relationship.lazy}"
        for mapper in MAPPERS
        for relationship in mapper.relationships
        if relationship.lazy not in ("raise_on_sql", "write_only", "noload")
    ]
    assert lazy == []


@pytest.mark.parametrize("name", sorted(TENANTS))
def test_a_tenants_rows_are_kept_in_their_workspace_by_the_database(name: str) -> None:
    table = TABLES[name]
    assert not table.c.workspace_id.nullable
    uniques = [
        tuple(column.name for column in each.columns)
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    assert (("workspace_id", "id") in uniques) is ("id" in table.c and name not in LEAVES)
    for key in _foreign_keys(table):
        target = key.elements[0].column.table.name
        assert target not in LEAVES
        if target in TENANTS:
            columns = [column.name for column in key.columns]
            assert "workspace_id" in columns, (
                f"{name}({', '.join(columns)}) may point into another workspace's {target}"
            )


def test_a_table_that_points_at_a_tenant_is_one() -> None:
    """Else its rows are visible from everywhere."""
    leaking = [
        f"{table.name} -> {key.elements[0].column.table.name}"
        for table in TABLES.values()
        for key in _foreign_keys(table)
        if key.elements[0].column.table.name in TENANTS and table.name not in TENANTS
    ]
    assert leaking == []


def test_moments_are_utc() -> None:
    naive = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if isinstance(column.type, DateTime) and not isinstance(column.type, UtcDateTime)
    ]
    assert naive == []


def test_moments_and_days_are_named_as_such() -> None:
    misnamed = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if isinstance(column.type, UtcDateTime) and not column.name.endswith(("_at", "_until", "at", "since"))
    ]
    assert misnamed == []


def test_every_check_has_a_name_that_is_a_sentence() -> None:
    unnamed = [
        f"{table.name}: {check.sqltext}"
        for table in TABLES.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
        and (not check.name or "_" not in str(check.name).removeprefix(f"ck_{table.name}_"))
    ]
    assert unnamed == []


def test_every_enum_is_a_varchar_with_a_check() -> None:
    native = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if isinstance(column.type, Enum) and (column.type.native_enum or not column.type.create_constraint)
    ]
    assert native == []


#: Read whole in no time: a few rows in each workspace, or gone after a day.
SMALL = {"access_link", "expectation", "signature", "tester_import"}
#: A version goes only with its survey, and responses are found by that.
FOUND_OTHERWISE = {("response", "version_id")}


def test_every_foreign_key_can_be_followed_backwards_by_an_index() -> None:
    """Deleting a parent looks for children by these columns; without an index it reads the whole table.

    A workspace is deleted once: its children are not looked for by index.
    """
    missing = [
        f"{table.name}({', '.join(columns)})"
        for table in TABLES.values()
        for key in _foreign_keys(table)
        if (columns := [column.name for column in key.columns]) != ["workspace_id"]
        and not _is_indexed(table, columns)
        and table.name not in SMALL
        and (table.name, columns[-1]) not in FOUND_OTHERWISE
    ]
    assert missing == []


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return [key for key in table.constraints if isinstance(key, ForeignKeyConstraint)]


def _is_indexed(table: Table, columns: list[str]) -> bool:
    """An index (or key) that begins with these columns, in any order, or with the telling one of them."""
    telling = [column for column in columns if column != "workspace_id"] or columns
    ways = [[column.name for column in index.columns] for index in table.indexes]
    ways.append([column.name for column in table.primary_key.columns])
    ways += [
        [column.name for column in each.columns]
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    return any(set(way[: len(columns)]) == set(columns) or way[: len(telling)] == telling for way in ways)
