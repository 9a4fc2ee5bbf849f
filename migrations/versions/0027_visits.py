"""Pages that people left on their way through a survey."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("next_page", sa.String(length=200), nullable=True),
        sa.Column("left_at", db.UtcDateTime(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ms >= 0", name=op.f("ck_visit_time_goes_forward")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "response_id"],
            ["response.workspace_id", "response.id"],
            name=op.f("fk_visit_workspace_id_response_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_visit_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_visit_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_visit_workspace_id_id")),
    )
    op.create_index("ix_visit_response", "visit", ["workspace_id", "response_id"])
    op.create_index("ix_visit_survey", "visit", ["workspace_id", "survey_id", "page"])


def downgrade() -> None:
    op.drop_table("visit")
