"""Webhooks: where what happens is told to other people's programs, and what was told."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0026"
down_revision = "0025"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_is_known", native_enum=False, create_constraint=True, length=32)


def _tenant(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    )


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("topics", db.Json(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("former_secret_sealed", sa.Text(), nullable=True),
        sa.Column("former_secret_until", db.UtcDateTime(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", db.UtcDateTime(), nullable=True),
        sa.Column("failing_since", db.UtcDateTime(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(former_secret_sealed IS NULL) = (former_secret_until IS NULL)",
            name=op.f("ck_webhook_endpoint_a_former_secret_has_an_end"),
        ),
        sa.CheckConstraint(
            "NOT is_on OR disabled_at IS NULL",
            name=op.f("ck_webhook_endpoint_what_is_on_was_not_switched_off"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_webhook_endpoint_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("program_id", "url", name=op.f("uq_webhook_endpoint_program_id_url")),
        *_tenant("webhook_endpoint"),
    )
    op.create_index("ix_webhook_endpoint_program", "webhook_endpoint", ["workspace_id", "program_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "topic",
            _one_of("topic", "response.completed", "response.withdrawn", "webhook.test"),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", db.UtcDateTime(), nullable=False),
        sa.Column("state", _one_of("delivery_state", "waiting", "delivered", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", db.UtcDateTime(), nullable=True),
        sa.Column("next_at", db.UtcDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("delivered_at", db.UtcDateTime(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)",
            name=op.f("ck_webhook_delivery_what_is_delivered_has_a_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "endpoint_id"],
            ["webhook_endpoint.workspace_id", "webhook_endpoint.id"],
            name=op.f("fk_webhook_delivery_workspace_id_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_webhook_delivery_endpoint_id_event_id")),
        *_tenant("webhook_delivery"),
    )
    op.create_index(
        "ix_webhook_delivery_endpoint",
        "webhook_delivery",
        ["workspace_id", "endpoint_id", "created_at", "id"],
    )


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
