"""Early-access features, who joined them, and values set by hand."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "feature",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("stage", _stages(), nullable=False),
        sa.Column("documentation_url", sa.String(length=2000), nullable=False),
        sa.Column("payload", db.Json(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_feature_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_feature_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature")),
        sa.UniqueConstraint("flag_id", name=op.f("uq_feature_flag_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_feature_workspace_id_id")),
    )
    op.create_table(
        "feature_choice",
        sa.Column("feature_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=True),
        sa.Column("distinct_id", sa.String(length=200), nullable=True),
        sa.Column("has_joined", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", db.UtcDateTime(), nullable=False),
        sa.Column("stage", _stages(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(tester_id IS NULL) <> (distinct_id IS NULL)",
            name=op.f("ck_feature_choice_is_of_a_tester_or_of_a_distinct_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "feature_id"],
            ["feature.workspace_id", "feature.id"],
            name=op.f("fk_feature_choice_workspace_id_feature_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_feature_choice_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_feature_choice_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_choice")),
        sa.UniqueConstraint(
            "feature_id", "distinct_id", name=op.f("uq_feature_choice_feature_id_distinct_id")
        ),
        sa.UniqueConstraint("feature_id", "tester_id", name=op.f("uq_feature_choice_feature_id_tester_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_feature_choice_workspace_id_id")),
    )
    op.create_index("ix_feature_choice_distinct_id", "feature_choice", ["workspace_id", "distinct_id"])
    op.create_index("ix_feature_choice_tester", "feature_choice", ["workspace_id", "tester_id"])
    op.create_table(
        "flag_override",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("variant", sa.String(length=200), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("set_at", db.UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(length=2000), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "variant IS NULL OR is_on", name=op.f("ck_flag_override_only_what_is_on_has_a_variant")
        ),
        sa.CheckConstraint("length(why) > 0", name=op.f("ck_flag_override_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_flag_override_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_flag_override_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_flag_override_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_override")),
        sa.UniqueConstraint("flag_id", "tester_id", name=op.f("uq_flag_override_flag_id_tester_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_flag_override_workspace_id_id")),
    )
    op.create_index("ix_flag_override_tester", "flag_override", ["workspace_id", "tester_id"])


def downgrade() -> None:
    op.drop_table("flag_override")
    op.drop_table("feature_choice")
    op.drop_table("feature")


def _stages() -> sa.Enum:
    return sa.Enum(
        "concept",
        "alpha",
        "beta",
        "general-availability",
        name="stage_is_known",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
