"""The tables of usage."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "usage_position",
        sa.Column("destination", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Uuid(), nullable=False),
        sa.Column("moved_at", db.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_position")),
        sa.UniqueConstraint("destination", name=op.f("uq_usage_position_destination")),
    )
    op.create_table(
        "usage_daily",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("events > 0", name=op.f("ck_usage_daily_counts_something")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_usage_daily_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_usage_daily_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_usage_daily_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_daily")),
        sa.UniqueConstraint(
            "product_id",
            "day",
            "tester_id",
            "name",
            name=op.f("uq_usage_daily_product_id_day_tester_id_name"),
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_usage_daily_workspace_id_id")),
    )
    with op.batch_alter_table("usage_daily", schema=None) as batch_op:
        batch_op.create_index("ix_usage_daily_tester", ["workspace_id", "tester_id", "day"], unique=False)

    op.create_table(
        "usage_event",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("distinct_id", sa.String(length=200), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("properties", db.Json(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_usage_event_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_usage_event_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_usage_event_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_event")),
        sa.UniqueConstraint("product_id", "uuid", name=op.f("uq_usage_event_product_id_uuid")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_usage_event_workspace_id_id")),
    )
    with op.batch_alter_table("usage_event", schema=None) as batch_op:
        batch_op.create_index("ix_usage_event_distinct_id", ["workspace_id", "distinct_id"], unique=False)
        batch_op.create_index("ix_usage_event_tester", ["workspace_id", "tester_id", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("usage_event", schema=None) as batch_op:
        batch_op.drop_index("ix_usage_event_tester")
        batch_op.drop_index("ix_usage_event_distinct_id")

    op.drop_table("usage_event")
    with op.batch_alter_table("usage_daily", schema=None) as batch_op:
        batch_op.drop_index("ix_usage_daily_tester")

    op.drop_table("usage_daily")
    op.drop_table("usage_position")
