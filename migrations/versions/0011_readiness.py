"""The tables of readiness."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "go",
                "conditional",
                "no_go",
                name="choice_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "recommended",
            sa.Enum(
                "go",
                "conditional",
                "no_go",
                name="recommended_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conditions", db.Json(), nullable=False),
        sa.Column("next_look_on", sa.Date(), nullable=True),
        sa.Column("snapshot", db.Json(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "in_force",
                "withdrawn",
                name="decision_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("signatures_needed", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("in_force_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_decision_digest_is_sha256")),
        sa.CheckConstraint(
            "signatures_needed BETWEEN 1 AND 2", name=op.f("ck_decision_needs_one_or_two_signatures")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_decision_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_decision_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_decision_workspace_id_id")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(
            "ix_decision_program", ["workspace_id", "program_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "uq_decision_one_that_stands",
            ["program_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )

    op.create_table(
        "participation_week",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("took_part", sa.Integer(), nullable=False),
        sa.Column("enrolled", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "took_part >= 0 AND took_part <= enrolled",
            name=op.f("ck_participation_week_no_more_take_part_than_could"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_participation_week_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_participation_week_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation_week")),
        sa.UniqueConstraint(
            "program_id", "starts_on", name=op.f("uq_participation_week_program_id_starts_on")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_participation_week_workspace_id_id")),
    )
    op.create_table(
        "expectation",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column(
            "weight",
            sa.Enum(
                "must", "should", name="weight_is_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("parameters", db.Json(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "at_least",
                "at_most",
                name="direction_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "confidence > 0.5 AND confidence < 1", name=op.f("ck_expectation_confidence_is_one_sided")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "cohort_id"],
            ["cohort.workspace_id", "cohort.id"],
            name=op.f("fk_expectation_workspace_id_cohort_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_expectation_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_expectation_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expectation")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_expectation_workspace_id_id")),
    )
    with op.batch_alter_table("expectation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_expectation_program", ["workspace_id", "program_id", "position"], unique=False
        )

    op.create_table(
        "signature",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "assent",
                "dissent",
                name="stance_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signed_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "stance <> 'dissent' OR length(reason) > 0", name=op.f("ck_signature_dissent_has_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_signature_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "decision_id"],
            ["decision.workspace_id", "decision.id"],
            name=op.f("fk_signature_workspace_id_decision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_signature_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("decision_id", "user_id", name=op.f("uq_signature_decision_id_user_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_signature_workspace_id_id")),
    )
    op.create_table(
        "reading",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("expectation_id", sa.Uuid(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("taken_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "met",
                "not_met",
                "inconclusive",
                "contradicted",
                name="verdict_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("estimate", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("outcome", db.Json(), nullable=False),
        sa.Column("sample", db.Json(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "expectation_id"],
            ["expectation.workspace_id", "expectation.id"],
            name=op.f("fk_reading_workspace_id_expectation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_reading_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_reading_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("expectation_id", "taken_on", name=op.f("uq_reading_expectation_id_taken_on")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_reading_workspace_id_id")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index("ix_reading_program", ["workspace_id", "program_id", "taken_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index("ix_reading_program")

    op.drop_table("reading")
    op.drop_table("signature")
    with op.batch_alter_table("expectation", schema=None) as batch_op:
        batch_op.drop_index("ix_expectation_program")

    op.drop_table("expectation")
    op.drop_table("participation_week")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_decision_one_that_stands",
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )
        batch_op.drop_index("ix_decision_program")

    op.drop_table("decision")
