"""The tables of flags."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "dialect",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("matching_version", sa.Integer(), nullable=False),
        sa.Column("group_types", db.Json(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("matching_version IN (1, 2)", name=op.f("ck_dialect_matching_version_is_known")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_dialect_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_dialect_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialect")),
        sa.UniqueConstraint("product_id", name=op.f("uq_dialect_product_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_dialect_workspace_id_id")),
    )
    op.create_table(
        "flag",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("filters", db.Json(), nullable=False),
        sa.Column(
            "runtime",
            sa.Enum(
                "all",
                "client",
                "server",
                name="runtime_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("contexts", db.Json(), nullable=False),
        sa.Column("other", db.Json(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_flag_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_flag_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("product_id", "key", name=op.f("uq_flag_product_id_key")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_flag_product_id_number")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_flag_workspace_id_id")),
    )
    op.create_table(
        "segment",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("definition", db.Json(), nullable=True),
        sa.Column("members", db.Json(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(definition IS NULL) <> (members IS NULL)", name=op.f("ck_segment_has_a_definition_or_members")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_segment_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_segment_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_segment_product_id_number")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_segment_workspace_id_id")),
    )


def downgrade() -> None:
    op.drop_table("segment")
    op.drop_table("flag")
    op.drop_table("dialect")
