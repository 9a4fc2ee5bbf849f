"""The tables of feedback."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_board_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_board_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("program_id", name=op.f("uq_board_program_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_board_workspace_id_id")),
    )
    op.create_table(
        "report",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bug",
                "idea",
                "praise",
                "question",
                name="kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "blocker",
                "major",
                "minor",
                "trivial",
                name="severity_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "triaged",
                "in_progress",
                "fixed",
                "closed",
                "declined",
                "duplicate",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("environment", db.Json(), nullable=False),
        sa.Column("app_version", sa.String(length=60), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "portal",
                "console",
                "api",
                name="source_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("has_reporter", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column(
            "turn",
            sa.Enum(
                "team",
                "reporter",
                "nobody",
                name="turn_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("impact", sa.Double(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("triaged_at", db.UtcDateTime(), nullable=True),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("fixed_at", db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", db.UtcDateTime(), nullable=True),
        sa.Column("declined_at", db.UtcDateTime(), nullable=True),
        sa.Column("merged_at", db.UtcDateTime(), nullable=True),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        sa.Column("touched_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR state = 'duplicate'", name=op.f("ck_report_only_duplicates_are_merged")
        ),
        sa.CheckConstraint(
            "severity IS NULL OR kind = 'bug'", name=op.f("ck_report_only_bugs_have_a_severity")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_numbers_start_at_one")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_report_people_are_counted")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_report_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "merged_into_id"],
            ["report.workspace_id", "report.id"],
            name=op.f("fk_report_workspace_id_merged_into_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_report_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_report_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("program_id", "number", name=op.f("uq_report_program_id_number")),
        sa.UniqueConstraint("program_id", "submission", name=op.f("uq_report_program_id_submission")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_report_workspace_id_id")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_report_impact", ["workspace_id", "program_id", "impact", "id"], unique=False
        )
        batch_op.create_index("ix_report_merged_into", ["merged_into_id"], unique=False)
        batch_op.create_index(
            "ix_report_newest", ["workspace_id", "program_id", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_report_owner", ["owner_id"], unique=False)
        batch_op.create_index(
            "ix_report_state", ["workspace_id", "program_id", "state", "severity"], unique=False
        )

    op.create_table(
        "attachment",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_attachment_has_bytes")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "report_id"],
            ["report.workspace_id", "report.id"],
            name=op.f("fk_attachment_workspace_id_report_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_attachment_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_attachment_workspace_id_id")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_report", ["workspace_id", "report_id"], unique=False)

    op.create_table(
        "comment",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "note",
                "reply",
                name="comment_kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "report_id"],
            ["report.workspace_id", "report.id"],
            name=op.f("fk_comment_workspace_id_report_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_comment_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_comment_workspace_id_id")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_report", ["workspace_id", "report_id", "at"], unique=False)

    op.create_table(
        "vote",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("is_reporter", sa.Boolean(), nullable=False),
        sa.Column("via_id", sa.Uuid(), nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_vote_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "report_id"],
            ["report.workspace_id", "report.id"],
            name=op.f("fk_vote_workspace_id_report_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_vote_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("report_id", "enrollment_id", name=op.f("uq_vote_report_id_enrollment_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_vote_workspace_id_id")),
    )
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.create_index("ix_vote_enrollment", ["workspace_id", "enrollment_id"], unique=False)
        batch_op.create_index(
            "uq_vote_one_reporter",
            ["report_id"],
            unique=True,
            sqlite_where=sa.text("is_reporter"),
            postgresql_where=sa.text("is_reporter"),
        )


def downgrade() -> None:
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_vote_one_reporter",
            sqlite_where=sa.text("is_reporter"),
            postgresql_where=sa.text("is_reporter"),
        )
        batch_op.drop_index("ix_vote_enrollment")

    op.drop_table("vote")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_report")

    op.drop_table("comment")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_report")

    op.drop_table("attachment")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_state")
        batch_op.drop_index("ix_report_owner")
        batch_op.drop_index("ix_report_newest")
        batch_op.drop_index("ix_report_merged_into")
        batch_op.drop_index("ix_report_impact")

    op.drop_table("report")
    op.drop_table("board")
