"""Reading surveys: responses from frames, tags on written answers, an index that holds all that is counted."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0024"
down_revision = "0023"


def _answers_by_question(*columns: str) -> None:
    op.drop_index("ix_answer_question", "answer")
    op.create_index("ix_answer_question", "answer", list(columns))


def upgrade() -> None:
    _answers_by_question("workspace_id", "question_id", "row", "code", "number", "response_id")
    op.add_column(
        "response", sa.Column("is_embedded", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "answer_tag",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_answer_tag_a_tag_says_something")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "answer_id"],
            ["answer.workspace_id", "answer.id"],
            name=op.f("fk_answer_tag_workspace_id_answer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_answer_tag_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_tag")),
        sa.UniqueConstraint("answer_id", "key", name=op.f("uq_answer_tag_answer_id_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_answer_tag_workspace_id_id")),
    )
    op.create_index("ix_answer_tag_key", "answer_tag", ["workspace_id", "key", "answer_id"])


def downgrade() -> None:
    op.drop_table("answer_tag")
    op.drop_column("response", "is_embedded")
    _answers_by_question("question_id", "row", "code", "response_id")
