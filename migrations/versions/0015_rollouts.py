"""Roll-outs, scheduled changes and guardrails of flags."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "flag_resume",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("broken", db.Json(), nullable=False),
        sa.Column("signed_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_flag_resume_a_resume_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_flag_resume_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_flag_resume_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_flag_resume_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_resume")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_flag_resume_workspace_id_id")),
    )
    op.create_index("ix_flag_resume_flag", "flag_resume", ["workspace_id", "flag_id", "signed_at"])
    op.create_index(op.f("ix_flag_resume_user_id"), "flag_resume", ["user_id"])
    op.create_table(
        "flag_schedule",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "on",
                "off",
                "share",
                name="change_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("condition", sa.Integer(), nullable=True),
        sa.Column("share", sa.Double(), nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "cancelled",
                "failed",
                name="schedule_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("settled_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(change = 'share') = (share IS NOT NULL)",
            name=op.f("ck_flag_schedule_a_share_is_given_to_be_set"),
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_flag_schedule_settled_or_waiting")
        ),
        sa.CheckConstraint(
            "state <> 'failed' OR length(problem) > 0", name=op.f("ck_flag_schedule_failed_says_why")
        ),
        sa.CheckConstraint(
            "condition IS NULL OR condition >= 0", name=op.f("ck_flag_schedule_condition_counts_from_nought")
        ),
        sa.CheckConstraint(
            "share IS NULL OR share BETWEEN 0 AND 100", name=op.f("ck_flag_schedule_share_is_a_percentage")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_flag_schedule_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_flag_schedule_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_schedule")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_flag_schedule_workspace_id_id")),
    )
    op.create_index("ix_flag_schedule_flag", "flag_schedule", ["workspace_id", "flag_id", "at"])
    op.create_index(
        "ix_flag_schedule_waiting",
        "flag_schedule",
        ["at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "guardrail",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("event", sa.String(length=200), nullable=False),
        sa.Column("limit", sa.Double(), nullable=False),
        sa.Column("window_hours", sa.Integer(), nullable=False),
        sa.Column(
            "reaction",
            sa.Enum(
                "pause",
                "switch_off",
                name="reaction_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("counts_since", db.UtcDateTime(), nullable=False),
        sa.Column("reading", sa.Double(), nullable=True),
        sa.Column("read_at", db.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("broken_at", db.UtcDateTime(), nullable=True),
        sa.Column("broken_reading", sa.Double(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint('"limit" >= 0', name=op.f("ck_guardrail_limit_is_not_negative")),
        sa.CheckConstraint(
            "(broken_at IS NULL) = (broken_reading IS NULL)",
            name=op.f("ck_guardrail_broken_has_a_moment_and_a_reading"),
        ),
        sa.CheckConstraint("window_hours > 0", name=op.f("ck_guardrail_looks_back_over_something")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_guardrail_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_guardrail_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardrail")),
        sa.UniqueConstraint("flag_id", "measure", "event", name=op.f("uq_guardrail_flag_id_measure_event")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_guardrail_workspace_id_id")),
    )
    op.create_index(
        "ix_guardrail_broken",
        "guardrail",
        ["flag_id"],
        sqlite_where=sa.text("broken_at IS NOT NULL"),
        postgresql_where=sa.text("broken_at IS NOT NULL"),
    )
    op.create_table(
        "rollout",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.Integer(), nullable=True),
        sa.Column("conditions", sa.Integer(), nullable=False),
        sa.Column("steps", db.Json(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "paused",
                "finished",
                "ended",
                name="rollout_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("starts_at", db.UtcDateTime(), nullable=False),
        sa.Column("entered_at", db.UtcDateTime(), nullable=True),
        sa.Column("next_at", db.UtcDateTime(), nullable=True),
        sa.Column("paused_at", db.UtcDateTime(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=False),
        sa.Column("held_at", db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state <> 'paused' OR paused_at IS NOT NULL", name=op.f("ck_rollout_paused_has_a_moment")
        ),
        sa.CheckConstraint(
            "state NOT IN ('finished', 'ended') OR ended_at IS NOT NULL",
            name=op.f("ck_rollout_what_is_over_ended_once"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('running', 'paused') OR (step IS NOT NULL AND step >= 0 "
            "AND entered_at IS NOT NULL AND next_at IS NOT NULL)",
            name=op.f("ck_rollout_under_way_it_is_at_a_step"),
        ),
        sa.CheckConstraint(
            "condition IS NULL OR condition >= 0", name=op.f("ck_rollout_condition_counts_from_nought")
        ),
        sa.CheckConstraint("conditions > 0", name=op.f("ck_rollout_has_something_to_drive")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_rollout_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_rollout_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_rollout_workspace_id_id")),
    )
    op.create_index("ix_rollout_flag", "rollout", ["workspace_id", "flag_id", "created_at"])
    op.create_index(
        "uq_rollout_one_live_per_flag",
        "rollout",
        ["flag_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'running', 'paused')"),
        postgresql_where=sa.text("state IN ('waiting', 'running', 'paused')"),
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("rollout")
    op.drop_table("guardrail")
    op.drop_table("flag_schedule")
    op.drop_table("flag_resume")
