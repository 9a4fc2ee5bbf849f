"""Files that testers send with their answers."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "survey_upload",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_survey_upload_has_bytes")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_survey_upload_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_upload")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_upload_workspace_id_id")),
    )
    op.create_index("ix_survey_upload_response", "survey_upload", ["workspace_id", "response_id"])


def downgrade() -> None:
    op.drop_table("survey_upload")
