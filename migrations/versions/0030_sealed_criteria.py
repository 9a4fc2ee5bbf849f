"""When an expectation is read for good, what was sealed at the start, and what was amended since."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    with op.batch_alter_table("expectation") as batch:
        batch.add_column(sa.Column("closes_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("closes_at", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("least_answered", sa.Double(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("amended_at", db.UtcDateTime(), nullable=True))
        batch.create_check_constraint(op.f("ck_expectation_closes_at_a_number"), "closes_at > 0")
        batch.create_check_constraint(
            op.f("ck_expectation_least_answered_is_a_share"), "least_answered >= 0 AND least_answered <= 1"
        )
    with op.batch_alter_table("expectation") as batch:
        batch.alter_column("least_answered", server_default=None)
    op.create_table(
        "criteria_seal",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", db.UtcDateTime(), nullable=False),
        sa.Column("criteria", db.Json(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_criteria_seal_digest_is_sha256")),
        *_keys("criteria_seal"),
        sa.UniqueConstraint("program_id", name=op.f("uq_criteria_seal_program_id")),
    )
    op.create_table(
        "amendment",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("amendment_kind_is_known", "added", "changed", "removed"), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("changes", db.Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column(
            "verdict",
            _one_of("verdict_is_known", "met", "not_met", "inconclusive", "contradicted"),
            nullable=True,
        ),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_amendment_has_a_reason")),
        *_keys("amendment"),
    )
    op.create_index("ix_amendment_program", "amendment", ["workspace_id", "program_id", "at"])


def downgrade() -> None:
    op.drop_table("amendment")
    op.drop_table("criteria_seal")
    with op.batch_alter_table("expectation") as batch:
        batch.drop_constraint(op.f("ck_expectation_least_answered_is_a_share"), type_="check")
        batch.drop_constraint(op.f("ck_expectation_closes_at_a_number"), type_="check")
        batch.drop_column("amended_at")
        batch.drop_column("least_answered")
        batch.drop_column("closes_at")
        batch.drop_column("closes_on")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f(f"fk_{table}_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]
