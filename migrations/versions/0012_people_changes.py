"""Whose facts changed, for processes that keep people in memory."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "people_revision",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_people_revision_number_counts_up")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_people_revision_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_revision")),
        sa.UniqueConstraint("workspace_id", name=op.f("uq_people_revision_workspace_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_people_revision_workspace_id_id")),
    )
    op.create_table(
        "people_change",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=True),
        sa.Column("distinct_id", sa.String(length=400), nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "tester_id IS NULL OR distinct_id IS NULL", name=op.f("ck_people_change_is_about_one_or_all")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_people_change_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_change")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_people_change_workspace_id_id")),
    )
    op.create_index("ix_people_change_number", "people_change", ["workspace_id", "number"])
    op.create_index("ix_people_change_at", "people_change", ["at"])


def downgrade() -> None:
    op.drop_table("people_change")
    op.drop_table("people_revision")
