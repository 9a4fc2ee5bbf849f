"""What the product says about its groups."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "product_group",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("group_type", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("properties", db.Json(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_product_group_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_product_group_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_group")),
        sa.UniqueConstraint(
            "product_id", "group_type", "key", name=op.f("uq_product_group_product_id_group_type_key")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_product_group_workspace_id_id")),
    )


def downgrade() -> None:
    op.drop_table("product_group")
