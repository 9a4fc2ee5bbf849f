"""The tables of cohorts."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "trait",
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", db.Json(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_trait_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_trait_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trait")),
        sa.UniqueConstraint("tester_id", "name", name=op.f("uq_trait_tester_id_name")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_trait_workspace_id_id")),
    )
    op.create_table(
        "cohort",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "static", "rule", name="kind_is_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("rule", db.Json(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("swept_at", db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'rule') = (rule IS NOT NULL)", name=op.f("ck_cohort_only_rule_cohorts_have_a_rule")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_cohort_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_cohort_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("program_id", "name", name=op.f("uq_cohort_program_id_name")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_cohort_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_cohort_workspace_id_number")),
    )
    op.create_table(
        "cohort_change",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "hand",
                "facts",
                "rule",
                name="cause_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "cohort_id"],
            ["cohort.workspace_id", "cohort.id"],
            name=op.f("fk_cohort_change_workspace_id_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_cohort_change_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_cohort_change_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_change")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_cohort_change_workspace_id_id")),
    )
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cohort_change_cohort", ["workspace_id", "cohort_id", "at", "id"], unique=False
        )
        batch_op.create_index("ix_cohort_change_tester", ["workspace_id", "tester_id"], unique=False)

    op.create_table(
        "cohort_member",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("since", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "cohort_id"],
            ["cohort.workspace_id", "cohort.id"],
            name=op.f("fk_cohort_member_workspace_id_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_cohort_member_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_cohort_member_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_member")),
        sa.UniqueConstraint("cohort_id", "tester_id", name=op.f("uq_cohort_member_cohort_id_tester_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_cohort_member_workspace_id_id")),
    )
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.create_index("ix_cohort_member_tester", ["workspace_id", "tester_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.drop_index("ix_cohort_member_tester")

    op.drop_table("cohort_member")
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        batch_op.drop_index("ix_cohort_change_tester")
        batch_op.drop_index("ix_cohort_change_cohort")

    op.drop_table("cohort_change")
    op.drop_table("cohort")
    op.drop_table("trait")
