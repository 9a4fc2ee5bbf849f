"""Builds, tasks, and what became of them with testers."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "build",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("to_try", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("released_at", db.UtcDateTime(), nullable=True),
        sa.Column("retired_at", db.UtcDateTime(), nullable=True),
        *_versioned(),
        _check("build", "is_retired_after_its_release", "retired_at IS NULL OR retired_at >= released_at"),
        _check(
            "build",
            "only_what_was_released_is_retired",
            "retired_at IS NULL OR released_at IS NOT NULL",
        ),
        _belongs_to("build", "product_id", "product", "NO ACTION"),
        *_keys("build"),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_build_product_id_name")),
    )
    op.create_index("ix_build_product", "build", ["workspace_id", "product_id", "released_at"])
    op.create_table(
        "task",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("build_id", sa.Uuid(), nullable=True),
        sa.Column("survey_id", sa.Uuid(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", _one_of("task_state_is_known", "draft", "published", "closed"), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("published_at", db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", db.UtcDateTime(), nullable=True),
        *_versioned(),
        _check("task", "a_target_takes_time", "target_seconds >= 1"),
        _check("task", "rounds_count_from_one", "round >= 1"),
        _check("task", "what_is_no_draft_was_published", "state = 'draft' OR published_at IS NOT NULL"),
        _belongs_to("task", "program_id", "program", "CASCADE"),
        _belongs_to("task", "cohort_id", "cohort", "NO ACTION"),
        _belongs_to("task", "build_id", "build", "NO ACTION"),
        _belongs_to("task", "survey_id", "survey", "NO ACTION"),
        *_keys("task"),
    )
    op.create_index("ix_task_program", "task", ["workspace_id", "program_id", "position"])
    op.create_index("ix_task_cohort", "task", ["workspace_id", "cohort_id"])
    op.create_index("ix_task_build", "task", ["workspace_id", "build_id"])
    op.create_index("ix_task_survey", "task", ["workspace_id", "survey_id"])
    op.create_table(
        "outcome",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("build_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            _one_of("outcome_state_is_known", "viewed", "started", "completed", "blocked", "opted_out"),
            nullable=False,
        ),
        sa.Column("source", _one_of("source_is_known", "portal", "api"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ease", sa.Integer(), nullable=True),
        sa.Column("viewed_at", db.UtcDateTime(), nullable=True),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        *_owned(),
        _check("outcome", "rounds_count_from_one", "round >= 1"),
        _check("outcome", "ease_is_on_its_scale", "ease >= 1 AND ease <= 7"),
        _check("outcome", "only_the_completed_is_easy_or_hard", "ease IS NULL OR state = 'completed'"),
        _check(
            "outcome",
            "what_is_settled_has_ended",
            "(ended_at IS NOT NULL) = (state IN ('completed', 'blocked', 'opted_out'))",
        ),
        _check(
            "outcome",
            "ends_after_it_starts",
            "ended_at IS NULL OR started_at IS NULL OR ended_at >= started_at",
        ),
        _belongs_to("outcome", "task_id", "task", "CASCADE"),
        _belongs_to("outcome", "enrollment_id", "enrollment", "CASCADE"),
        _belongs_to("outcome", "build_id", "build", "NO ACTION"),
        *_keys("outcome"),
        sa.UniqueConstraint(
            "task_id", "enrollment_id", "round", name=op.f("uq_outcome_task_id_enrollment_id_round")
        ),
    )
    op.create_index("ix_outcome_task", "outcome", ["workspace_id", "task_id", "round", "state"])
    op.create_index("ix_outcome_enrollment", "outcome", ["workspace_id", "enrollment_id"])
    op.create_index("ix_outcome_build", "outcome", ["workspace_id", "build_id"])


def downgrade() -> None:
    op.drop_table("outcome")
    op.drop_table("task")
    op.drop_table("build")


def _versioned() -> list[sa.Column]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        *_owned(),
    ]


def _owned() -> list[sa.Column]:
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _belongs_to(table: str, column: str, parent: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{parent}.workspace_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
        ondelete=ondelete,
    )


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]
