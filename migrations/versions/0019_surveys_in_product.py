"""Surveys inside the product: where they stand, who saw them, and responses that came from there."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0019"
down_revision = "0018"

_COUNTED = sa.text("enrollment_id IS NOT NULL AND state NOT IN ('test', 'withdrawn')")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_is_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "survey_placement",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("audience", _one_of("audience", "everybody", "cohorts"), nullable=False),
        sa.Column("cohorts", db.Json(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("shape", _one_of("shape", "popover", "tab", "selector", "api"), nullable=False),
        sa.Column("selector", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("url_match", _one_of("url_match", "icontains", "exact", "regex"), nullable=False),
        sa.Column("events", db.Json(), nullable=False),
        sa.Column("delay_seconds", sa.Integer(), nullable=False),
        sa.Column("devices", db.Json(), nullable=False),
        sa.Column("repeat", _one_of("repeat", "once", "every", "always"), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("wait_days", sa.Integer(), nullable=False),
        sa.Column(
            "corner",
            _one_of("corner", "right", "left", "center", "middle_center", "top_right", "top_left"),
            nullable=False,
        ),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.Column("thanks", sa.String(length=200), nullable=False),
        sa.Column("thanks_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "share BETWEEN 1 AND 100", name=op.f("ck_survey_placement_a_share_is_a_percentage")
        ),
        sa.CheckConstraint("delay_seconds BETWEEN 0 AND 3600", name=op.f("ck_survey_placement_a_delay_ends")),
        sa.CheckConstraint("wait_days BETWEEN 0 AND 365", name=op.f("ck_survey_placement_a_wait_ends")),
        sa.CheckConstraint(
            "(repeat = 'every') = (every_days IS NOT NULL)",
            name=op.f("ck_survey_placement_only_a_period_has_days"),
        ),
        sa.CheckConstraint("every_days BETWEEN 1 AND 365", name=op.f("ck_survey_placement_a_period_is_days")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_placement_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_survey_placement_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_placement")),
        sa.UniqueConstraint("survey_id", name=op.f("uq_survey_placement_survey_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_placement_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_survey_placement_workspace_id_number")),
    )
    op.create_table(
        "survey_showing",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("shown_at", db.UtcDateTime(), nullable=True),
        sa.Column("dismissed_at", db.UtcDateTime(), nullable=True),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_showing_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_survey_showing_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_survey_showing_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_showing")),
        sa.UniqueConstraint("survey_id", "tester_id", name=op.f("uq_survey_showing_survey_id_tester_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_showing_workspace_id_id")),
    )
    op.create_index("ix_survey_showing_tester", "survey_showing", ["workspace_id", "tester_id"])
    op.add_column(
        "response", sa.Column("is_in_product", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("response", sa.Column("wave", sa.Integer(), server_default="0", nullable=False))
    _one_response_per(["survey_id", "enrollment_id", "wave"])


def downgrade() -> None:
    # What was answered again goes: before this step a person had one response.
    op.execute("DELETE FROM response WHERE wave <> 0")
    _one_response_per(["survey_id", "enrollment_id"])
    op.drop_column("response", "wave")
    op.drop_column("response", "is_in_product")
    op.drop_table("survey_showing")
    op.drop_table("survey_placement")


def _one_response_per(columns: list[str]) -> None:
    op.drop_index("uq_response_one_per_person", "response")
    op.create_index(
        "uq_response_one_per_person",
        "response",
        columns,
        unique=True,
        sqlite_where=_COUNTED,
        postgresql_where=_COUNTED,
    )
