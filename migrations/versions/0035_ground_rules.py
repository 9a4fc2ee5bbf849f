"""How all expectations of a program are judged; waves and builds that an expectation is about."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "ground_rules",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("is_strict", sa.Boolean(), nullable=False),
        sa.Column("margins", db.Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_ground_rules_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_ground_rules_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ground_rules")),
        sa.UniqueConstraint("program_id", name=op.f("uq_ground_rules_program_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ground_rules_workspace_id_id")),
    )
    with op.batch_alter_table("expectation") as batch:
        batch.add_column(sa.Column("wave", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("build", sa.String(length=60), nullable=True))
        batch.create_check_constraint(op.f("ck_expectation_wave_is_a_number"), "wave >= 0")
        batch.create_check_constraint(op.f("ck_expectation_build_has_a_name"), "length(build) > 0")


def downgrade() -> None:
    with op.batch_alter_table("expectation") as batch:
        batch.drop_constraint(op.f("ck_expectation_build_has_a_name"), type_="check")
        batch.drop_constraint(op.f("ck_expectation_wave_is_a_number"), type_="check")
        batch.drop_column("build")
        batch.drop_column("wave")
    op.drop_table("ground_rules")
