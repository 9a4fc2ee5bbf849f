"""Whom a product trusts, flags that want to know who is asking, and who saw a flag."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column(
        "flag", sa.Column("identified_only", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "trust",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column(
            "identities",
            sa.Enum(
                "open",
                "signed",
                name="identities_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("servers_use_public_key", sa.Boolean(), nullable=False),
        sa.Column("identity_sealed", sa.String(length=400), nullable=False),
        sa.Column("former_identity_sealed", sa.String(length=400), nullable=False),
        sa.Column("identity_made_at", db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "identities = 'open' OR identity_sealed <> ''", name=op.f("ck_trust_signs_with_a_secret")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_trust_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_trust_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust")),
        sa.UniqueConstraint("product_id", name=op.f("uq_trust_product_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_trust_workspace_id_id")),
    )
    op.create_table(
        "exposure",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("flag_key", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_exposure_counts_something")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_exposure_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_exposure_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure")),
        sa.UniqueConstraint(
            "product_id", "flag_key", "value", "day", name=op.f("uq_exposure_product_id_flag_key_value_day")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_exposure_workspace_id_id")),
    )
    op.create_table(
        "sighting",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("flag_key", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_sighting_first_comes_first")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_sighting_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_sighting_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_sighting_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint(
            "product_id",
            "flag_key",
            "value",
            "tester_id",
            name=op.f("uq_sighting_product_id_flag_key_value_tester_id"),
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_sighting_workspace_id_id")),
    )
    op.create_index("ix_sighting_tester", "sighting", ["workspace_id", "tester_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_sighting_tester", table_name="sighting")
    op.drop_table("sighting")
    op.drop_table("exposure")
    op.drop_table("trust")
    op.drop_column("flag", "identified_only")
