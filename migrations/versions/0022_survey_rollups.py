"""Counts of survey answers, kept: tallies, and the tail of responses that they do not count yet."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0022"
down_revision = "0021"

_WITHOUT_NUMBER = sa.text("number IS NULL")


def _of_survey(table: str, *more: sa.Column | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f(f"fk_{table}_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    )


def upgrade() -> None:
    _of_survey(
        "survey_rollup",
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("folded_at", db.UtcDateTime(), nullable=False),
        sa.UniqueConstraint("survey_id", name=op.f("uq_survey_rollup_survey_id")),
    )
    _of_survey(
        "tail_response",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "response_id"],
            ["response.workspace_id", "response.id"],
            name=op.f("fk_tail_response_workspace_id_response_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("response_id", name=op.f("uq_tail_response_response_id")),
    )
    op.create_index("ix_tail_response_survey", "tail_response", ["survey_id", "response_id"])
    _of_survey(
        "answer_tally",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.UniqueConstraint(
            "question_id", "row", "code", "number", name=op.f("uq_answer_tally_question_id_row_code_number")
        ),
        sa.CheckConstraint("times > 0", name=op.f("ck_answer_tally_nothing_is_not_tallied")),
    )
    op.create_index("ix_answer_tally_survey", "answer_tally", ["survey_id"])
    op.create_index(
        "uq_answer_tally_without_number",
        "answer_tally",
        ["question_id", "row", "code"],
        unique=True,
        sqlite_where=_WITHOUT_NUMBER,
        postgresql_where=_WITHOUT_NUMBER,
    )
    _of_survey(
        "question_tally",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_question_tally_nobody_is_not_tallied")),
        sa.UniqueConstraint("question_id", name=op.f("uq_question_tally_question_id")),
    )
    op.create_index("ix_question_tally_survey", "question_tally", ["survey_id"])


def downgrade() -> None:
    for table in ("question_tally", "answer_tally", "tail_response", "survey_rollup"):
        op.drop_table(table)
