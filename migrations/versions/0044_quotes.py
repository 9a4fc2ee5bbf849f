"""Quotes by consent, reports that keep the task they came from, and outcomes of tasks told to others."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0044"
down_revision = "0043"

_QUOTING = ("never", "anonymous", "named")
_OF_ANSWER = ("response_id", "question_id", "row", "code", "workspace_id")
_TOPICS = ("response.completed", "response.withdrawn", "webhook.test")


def upgrade() -> None:
    op.create_table(
        "quote_consent",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        *_said("quote_consent"),
        *_of("quote_consent", "enrollment"),
    )
    op.create_index(
        "ix_quote_consent_enrollment", "quote_consent", ["workspace_id", "enrollment_id", "signed_at", "id"]
    )
    op.create_table(
        "report_consent",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        *_said("report_consent"),
        *_of("report_consent", "report", "enrollment"),
    )
    op.create_index(
        "ix_report_consent_report", "report_consent", ["workspace_id", "report_id", "signed_at", "id"]
    )
    op.create_index("ix_report_consent_enrollment", "report_consent", ["workspace_id", "enrollment_id"])
    op.create_table(
        "task_report",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.UniqueConstraint("report_id", name=op.f("uq_task_report_report_id")),
        *_of("task_report", "report", "task"),
    )
    op.create_index("ix_task_report_task", "task_report", ["workspace_id", "task_id"])
    _create_quotes()
    _topics(("response.completed", "response.withdrawn", "task.outcome", "webhook.test"))


def _create_quotes() -> None:
    op.create_table(
        "quote",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("row", sa.String(length=200), nullable=True),
        sa.Column("code", sa.String(length=200), nullable=True),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("picked_at", db.UtcDateTime(), nullable=False),
        sa.Column("picked_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(report_id IS NULL) <> (response_id IS NULL)", name=op.f("ck_quote_it_comes_from_one_text")
        ),
        sa.CheckConstraint(
            " AND ".join(f'(response_id IS NULL) = ("{name}" IS NULL)' for name in _OF_ANSWER[1:4]),
            name=op.f("ck_quote_an_answer_has_its_whole_key"),
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_quote_it_says_something")),
        sa.UniqueConstraint(
            "expectation_id", "report_id", "text", name=op.f("uq_quote_expectation_id_report_id_text")
        ),
        sa.UniqueConstraint("expectation_id", *_OF_ANSWER[:4], "text", name=op.f("uq_quote_answer")),
        sa.ForeignKeyConstraint(
            _OF_ANSWER,
            [f"answer.{name}" for name in _OF_ANSWER],
            name=op.f("fk_quote_answer"),
            ondelete="CASCADE",
        ),
        *_of("quote", "program", "expectation", "enrollment", "report"),
    )
    op.create_index("ix_quote_program", "quote", ["workspace_id", "program_id", "picked_at", "id"])
    for parent in ("enrollment", "report"):
        op.create_index(f"ix_quote_{parent}", "quote", ["workspace_id", f"{parent}_id"])
    op.create_index("ix_quote_answer", "quote", list(_OF_ANSWER))


def downgrade() -> None:
    op.execute("DELETE FROM webhook_delivery WHERE topic = 'task.outcome'")
    _topics(_TOPICS)
    for table in ("quote", "task_report", "report_consent", "quote_consent"):
        op.drop_table(table)


def _topics(known: tuple[str, ...]) -> None:
    """Nothing hangs on deliveries, so SQLite may build their table anew."""
    name = "ck_webhook_delivery_topic_is_known"
    listed = ", ".join(f"'{each}'" for each in known)
    with op.batch_alter_table("webhook_delivery") as altered:
        altered.drop_constraint(op.f(name), type_="check")
        altered.create_check_constraint(op.f(name), f"topic IN ({listed})")


def _said(table: str) -> list[sa.Column[object]]:
    return [
        sa.Column(
            "quoting",
            sa.Enum(*_QUOTING, name="quoting_is_known", native_enum=False, length=32, create_constraint=True),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_at", db.UtcDateTime(), nullable=False),
    ]


def _of(table: str, *parents: str) -> list[sa.Column[object] | sa.Constraint]:
    """Columns and keys of every row of a workspace, and its parents' keys."""
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", f"{parent}_id"],
                [f"{parent}.workspace_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_workspace_id_{parent}_id"),
                ondelete="CASCADE",
            )
            for parent in parents
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]
