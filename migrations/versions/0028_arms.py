"""Arms of surveys, and in which one a response is."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "survey_arm",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_survey_arm_an_arm_has_a_weight")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_survey_arm_nobody_is_counted_below_nought")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_survey_arm_an_arm_has_a_name")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_arm_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_survey_arm_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_arm")),
        sa.UniqueConstraint("survey_id", "key", name=op.f("uq_survey_arm_survey_id_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_arm_workspace_id_id")),
    )
    op.create_index("ix_survey_arm_survey", "survey_arm", ["workspace_id", "survey_id"])
    op.add_column("survey", sa.Column("has_arms", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("response", sa.Column("arm", sa.String(length=60), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("response", "arm")
    op.drop_column("survey", "has_arms")
    op.drop_table("survey_arm")
