"""Who used which build is kept beside the daily counts, and announced builds are found by their version."""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db
from betaops.kernel.ids import new_ids

revision = "0045"
down_revision = "0044"

_LONGEST, _MANY = 60, 1000


def upgrade() -> None:
    op.create_table(
        "usage_build",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("version_key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("first_at", db.UtcDateTime(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("version_key <> ''", name=op.f("ck_usage_build_a_version_says_something")),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", f"{parent}_id"],
                [f"{parent}.workspace_id", f"{parent}.id"],
                name=op.f(f"fk_usage_build_workspace_id_{parent}_id"),
                ondelete="CASCADE",
            )
            for parent in ("product", "tester")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_usage_build_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_build")),
        sa.UniqueConstraint(
            "product_id",
            "version_key",
            "tester_id",
            name=op.f("uq_usage_build_product_id_version_key_tester_id"),
        ),
    )
    op.create_index("ix_usage_build_tester", "usage_build", ["workspace_id", "tester_id"])
    op.add_column(
        "build", sa.Column("app_version", sa.String(length=60), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "build", sa.Column("version_key", sa.String(length=120), server_default=sa.text("''"), nullable=False)
    )
    _name_builds()
    op.create_index(
        "uq_build_one_of_each_version",
        "build",
        ["product_id", "version_key"],
        unique=True,
        sqlite_where=sa.text("version_key <> ''"),
        postgresql_where=sa.text("version_key <> ''"),
    )
    _note_what_was_used()


def downgrade() -> None:
    op.drop_index("uq_build_one_of_each_version", "build")
    op.drop_column("build", "version_key")
    op.drop_column("build", "app_version")
    op.drop_table("usage_build")


def _name_builds() -> None:
    """Of two builds with one version the older one has it."""
    bind = op.get_bind()
    build = sa.table(
        "build",
        sa.column("id", sa.Uuid()),
        sa.column("product_id", sa.Uuid()),
        sa.column("name", sa.String()),
        sa.column("created_at", db.UtcDateTime()),
        sa.column("version_key", sa.String()),
    )
    taken: set[tuple[Any, str]] = set()
    for row in bind.execute(sa.select(build).order_by(build.c.created_at, build.c.id)).all():
        key = _key(row.name)
        if key and (row.product_id, key) not in taken:
            taken.add((row.product_id, key))
            bind.execute(build.update().where(build.c.id == row.id).values(version_key=key))


def _note_what_was_used() -> None:
    bind = op.get_bind()
    event = sa.table(
        "usage_event",
        sa.column("workspace_id", sa.Uuid()),
        sa.column("product_id", sa.Uuid()),
        sa.column("tester_id", sa.Uuid()),
        sa.column("at", db.UtcDateTime()),
        sa.column("properties", db.Json()),
    )
    version = event.c.properties["$app_version"].as_string()
    person = (event.c.workspace_id, event.c.product_id, event.c.tester_id)
    first, last = sa.func.min(event.c.at), sa.func.max(event.c.at)
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for workspace_id, product_id, tester_id, told, began, ended in bind.execute(
        sa.select(
            *person,
            version,
            sa.type_coerce(first, db.UtcDateTime()),
            sa.type_coerce(last, db.UtcDateTime()),
        )
        .where(event.c.tester_id.is_not(None), version.is_not(None))
        .group_by(*person, version)
    ):
        text = " ".join(str(told).replace("\0", "").split())
        key = _key(text) if len(text) <= _LONGEST else ""
        if not key:
            continue
        new = {"version": text, "first_at": began, "last_on": ended.date()}
        known = found.setdefault((workspace_id, product_id, tester_id, key), new)
        if new["first_at"] < known["first_at"]:
            known["version"], known["first_at"] = new["version"], new["first_at"]
        known["last_on"] = max(known["last_on"], new["last_on"])
    _insert(found)


def _insert(found: dict[tuple[Any, ...], dict[str, Any]]) -> None:
    table = sa.table(
        "usage_build",
        *(sa.column(name, sa.Uuid()) for name in ("id", "workspace_id", "product_id", "tester_id")),
        sa.column("version_key", sa.String()),
        sa.column("version", sa.String()),
        sa.column("first_at", db.UtcDateTime()),
        sa.column("last_on", sa.Date()),
    )
    names = ("workspace_id", "product_id", "tester_id", "version_key")
    rows = [
        {"id": row_id, **dict(zip(names, whose, strict=True)), **said}
        for row_id, (whose, said) in zip(new_ids(len(found)), found.items(), strict=True)
    ]
    for start in range(0, len(rows), _MANY):
        op.get_bind().execute(table.insert(), rows[start : start + _MANY])


def _key(text: str) -> str:
    """As versions are matched at this revision (`betaops.usage.builds`)."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    parts = [str(int(part)) if part.isdecimal() else part for part in re.findall(r"\d+|[^\W\d_]+", folded)]
    if len(parts) > 1 and parts[0] in ("v", "ver", "version"):
        del parts[0]
    end = next((at for at, part in enumerate(parts) if not part.isdecimal()), len(parts))
    while end > 1 and parts[end - 1] == "0":
        end -= 1
        del parts[end]
    return ".".join(parts)[: 2 * _LONGEST]
