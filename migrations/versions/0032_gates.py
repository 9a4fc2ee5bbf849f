"""The gate of a program, who has to sign, and what becomes of a decision after it was signed."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0032"
down_revision = "0031"

_CHECKS = (
    "no_open_blocker",
    "open_blocker",
    "no_broken_guardrail",
    "broken_guardrail",
    "musts_met",
    "must_failed",
    "criteria_sealed",
)


def upgrade() -> None:
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("roles", db.Json(), nullable=False, server_default="[]"))
    with op.batch_alter_table("decision") as batch:
        batch.alter_column("roles", server_default=None)
    with op.batch_alter_table("signature") as batch:
        batch.add_column(sa.Column("fills", sa.String(length=120), nullable=False, server_default=""))
    with op.batch_alter_table("signature") as batch:
        batch.alter_column("fills", server_default=None)
    op.create_index(
        "uq_signature_one_for_each_role",
        "signature",
        ["decision_id", "fills"],
        unique=True,
        sqlite_where=sa.text("fills <> ''"),
        postgresql_where=sa.text("fills <> ''"),
    )
    _create_gate()
    _create_following()
    _create_afterwards()


def _create_gate() -> None:
    op.create_table(
        "gate_criterion",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _one_of("criterion_kind_is_known", "entry", "exit", "suspension", "resumption"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("looked_up", _one_of("looked_up_is_known", *_CHECKS), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ticked_at", db.UtcDateTime(), nullable=True),
        sa.Column("ticked_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_gate_criterion_says_something")),
        sa.CheckConstraint(
            "looked_up IS NULL OR ticked_at IS NULL",
            name=op.f("ck_gate_criterion_what_is_looked_up_is_not_ticked"),
        ),
        *_of("gate_criterion", "program"),
    )
    op.create_index(
        "ix_gate_criterion_program", "gate_criterion", ["workspace_id", "program_id", "kind", "position"]
    )
    op.create_table(
        "signer_role",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_signer_role_has_a_name")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_signer_role_user_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("program_id", "name", name=op.f("uq_signer_role_program_id_name")),
        sa.UniqueConstraint("program_id", "user_id", name=op.f("uq_signer_role_program_id_user_id")),
        *_of("signer_role", "program"),
    )
    op.create_index("ix_signer_role_user_id", "signer_role", ["user_id"])
    op.create_table(
        "suspension",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", db.UtcDateTime(), nullable=False),
        sa.Column("because", db.Json(), nullable=False),
        sa.Column("resumed_at", db.UtcDateTime(), nullable=True),
        sa.Column("resumed_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_of("suspension", "program"),
    )
    op.create_index(
        "uq_suspension_one_that_lasts",
        "suspension",
        ["program_id"],
        unique=True,
        sqlite_where=sa.text("resumed_at IS NULL"),
        postgresql_where=sa.text("resumed_at IS NULL"),
    )


def _create_following() -> None:
    op.create_table(
        "fulfilment",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("met_at", db.UtcDateTime(), nullable=False),
        sa.Column("met_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_fulfilment_numbers_begin_at_one")),
        sa.UniqueConstraint("decision_id", "number", name=op.f("uq_fulfilment_decision_id_number")),
        *_of("fulfilment", "decision"),
    )
    op.create_table(
        "waiver",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.Uuid(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("given_at", db.UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_waiver_has_a_reason")),
        *_of("waiver", "decision"),
    )
    op.create_index("ix_waiver_decision", "waiver", ["workspace_id", "decision_id", "given_at"])
    op.create_table(
        "lapse",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("lapse_kind_is_known", "condition", "waiver", "next_look"), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("noticed_at", db.UtcDateTime(), nullable=False),
        sa.UniqueConstraint(
            "decision_id", "kind", "about", "due_on", name=op.f("uq_lapse_decision_id_kind_about_due_on")
        ),
        *_of("lapse", "decision"),
    )
    op.create_table(
        "voice",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_voice_score_is_a_share")),
        _foreign("voice", "tester"),
        sa.UniqueConstraint(
            "decision_id",
            "expectation_id",
            "tester_id",
            name=op.f("uq_voice_decision_id_expectation_id_tester_id"),
        ),
        *_of("voice", "decision"),
    )
    op.create_index("ix_voice_tester", "voice", ["workspace_id", "tester_id"])
    op.create_table(
        "recheck",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("traced", db.Json(), nullable=False),
        sa.Column("shifts", db.Json(), nullable=False),
        sa.Column(
            "recommended", _one_of("recommended_is_known", "go", "conditional", "no_go"), nullable=True
        ),
        sa.Column("checked_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "gone >= 0 AND people >= gone", name=op.f("ck_recheck_nobody_goes_who_was_not_there")
        ),
        sa.UniqueConstraint("decision_id", name=op.f("uq_recheck_decision_id")),
        *_of("recheck", "decision"),
    )


def _create_afterwards() -> None:
    op.create_table(
        "receipt",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("names_needs", sa.Boolean(), nullable=False),
        sa.Column("shared_at", db.UtcDateTime(), nullable=False),
        sa.Column("shared_by", sa.String(length=200), nullable=False),
        sa.Column("mailed_at", db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("length(sentence) > 0", name=op.f("ck_receipt_says_something")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_receipt_decision_id")),
        *_of("receipt", "decision"),
    )
    op.create_table(
        "launch",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("launched_on", sa.Date(), nullable=False),
        sa.Column("said_at", db.UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.UniqueConstraint("decision_id", name=op.f("uq_launch_decision_id")),
        *_of("launch", "decision"),
    )
    op.create_table(
        "reality",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("source", _one_of("source_is_known", "by_hand", "file", "usage"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said_at", db.UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("days IN (30, 90)", name=op.f("ck_reality_days_is_a_horizon")),
        sa.UniqueConstraint(
            "decision_id", "expectation_id", "days", name=op.f("uq_reality_decision_id_expectation_id_days")
        ),
        *_of("reality", "decision"),
    )


def downgrade() -> None:
    for table in (
        "reality",
        "launch",
        "receipt",
        "recheck",
        "voice",
        "lapse",
        "waiver",
        "fulfilment",
        "suspension",
        "signer_role",
        "gate_criterion",
    ):
        op.drop_table(table)
    op.drop_index("uq_signature_one_for_each_role", table_name="signature")
    with op.batch_alter_table("signature") as batch:
        batch.drop_column("fills")
    with op.batch_alter_table("decision") as batch:
        batch.drop_column("roles")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _foreign(table: str, parent: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", f"{parent}_id"],
        [f"{parent}.workspace_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_workspace_id_{parent}_id"),
        ondelete="CASCADE",
    )


def _of(table: str, parent: str) -> list[sa.schema.SchemaItem]:
    """The columns and keys that every table here has."""
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _foreign(table, parent),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]
