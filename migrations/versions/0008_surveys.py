"""The tables of surveys."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "archived",
                name="survey_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("draft", db.Json(), nullable=False),
        sa.Column("live_number", sa.Integer(), nullable=True),
        sa.Column("origins", db.Json(), nullable=False),
        sa.Column("opens_at", db.UtcDateTime(), nullable=True),
        sa.Column("closes_at", db.UtcDateTime(), nullable=True),
        sa.Column("sent_at", db.UtcDateTime(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') <= (live_number IS NULL)", name=op.f("ck_survey_a_draft_is_not_live")
        ),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_survey_closes_after_it_opens")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_survey_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_survey_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_workspace_id_id")),
    )
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.create_index("ix_survey_program", ["workspace_id", "program_id", "created_at"], unique=False)

    op.create_table(
        "survey_link",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "personal",
                "public",
                "test",
                name="link_kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token", sa.String(length=80), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("opened_at", db.UtcDateTime(), nullable=True),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'personal') = (enrollment_id IS NOT NULL)",
            name=op.f("ck_survey_link_only_personal_links_name_a_person"),
        ),
        sa.CheckConstraint(
            "(kind = 'personal') = (token IS NULL)", name=op.f("ck_survey_link_personal_tokens_are_not_kept")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_survey_link_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_link_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_survey_link_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_survey_link_token_digest")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_link_workspace_id_id")),
    )
    with op.batch_alter_table("survey_link", schema=None) as batch_op:
        batch_op.create_index("ix_survey_link_enrollment", ["workspace_id", "enrollment_id"], unique=False)
        batch_op.create_index("ix_survey_link_survey", ["workspace_id", "survey_id", "kind"], unique=False)

    op.create_table(
        "survey_question",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_question_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_survey_question_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_question")),
        sa.UniqueConstraint("survey_id", "name", name=op.f("uq_survey_question_survey_id_name")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_question_workspace_id_id")),
    )
    op.create_table(
        "survey_version",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", db.Json(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", db.UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_survey_version_numbers_start_at_one")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_version_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_survey_version_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_version_survey_id_number")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_version_workspace_id_id")),
    )
    op.create_table(
        "response",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("tester_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("submission_key", sa.String(length=100), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "started",
                "partial",
                "complete",
                "withdrawn",
                "test",
                name="response_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("started_at", db.UtcDateTime(), nullable=False),
        sa.Column("saved_at", db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state <> 'complete' OR finished_at IS NOT NULL",
            name=op.f("ck_response_complete_ones_have_an_end"),
        ),
        sa.CheckConstraint(
            "(enrollment_id IS NULL) = (tester_id IS NULL)",
            name=op.f("ck_response_a_person_is_an_enrollment"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_response_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_response_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_response_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "version_id"],
            ["survey_version.workspace_id", "survey_version.id"],
            name=op.f("fk_response_workspace_id_version_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_response_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("survey_id", "submission_key", name=op.f("uq_response_survey_id_submission_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_response_workspace_id_id")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index("ix_response_enrollment", ["workspace_id", "enrollment_id"], unique=False)
        batch_op.create_index(
            "ix_response_survey", ["workspace_id", "survey_id", "state", "started_at", "id"], unique=False
        )
        batch_op.create_index("ix_response_tester", ["workspace_id", "tester_id"], unique=False)
        batch_op.create_index(
            "uq_response_one_per_person",
            ["survey_id", "enrollment_id"],
            unique=True,
            sqlite_where=sa.text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')"),
            postgresql_where=sa.text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')"),
        )

    op.create_table(
        "answer",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "question_id"],
            ["survey_question.workspace_id", "survey_question.id"],
            name=op.f("fk_answer_workspace_id_question_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "response_id"],
            ["response.workspace_id", "response.id"],
            name=op.f("fk_answer_workspace_id_response_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_answer_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "response_id",
            "question_id",
            "row",
            "code",
            name=op.f("uq_answer_response_id_question_id_row_code"),
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_answer_workspace_id_id")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_answer_question", ["question_id", "row", "code", "response_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_question")

    op.drop_table("answer")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_response_one_per_person",
            sqlite_where=sa.text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')"),
            postgresql_where=sa.text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')"),
        )
        batch_op.drop_index("ix_response_tester")
        batch_op.drop_index("ix_response_survey")
        batch_op.drop_index("ix_response_enrollment")

    op.drop_table("response")
    op.drop_table("survey_version")
    op.drop_table("survey_question")
    with op.batch_alter_table("survey_link", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_link_survey")
        batch_op.drop_index("ix_survey_link_enrollment")

    op.drop_table("survey_link")
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_program")

    op.drop_table("survey")
