"""Cohorts: people who are exceptions, companies, and why somebody came or went."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0017"
down_revision = "0016"

_FORMER_CAUSES = ("hand", "facts", "rule")
_CAUSES = (*_FORMER_CAUSES, "exception", "exception_ended", "company")


def upgrade() -> None:
    op.create_table(
        "cohort_exception",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("was_in", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "cohort_id"],
            ["cohort.workspace_id", "cohort.id"],
            name=op.f("fk_cohort_exception_workspace_id_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_cohort_exception_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_cohort_exception_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_exception")),
        sa.UniqueConstraint("cohort_id", "tester_id", name=op.f("uq_cohort_exception_cohort_id_tester_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_cohort_exception_workspace_id_id")),
    )
    with op.batch_alter_table("cohort_exception", schema=None) as batch_op:
        batch_op.create_index("ix_cohort_exception_tester", ["workspace_id", "tester_id"], unique=False)
    op.create_table(
        "cohort_company",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "cohort_id"],
            ["cohort.workspace_id", "cohort.id"],
            name=op.f("fk_cohort_company_workspace_id_cohort_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_cohort_company_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_company")),
        sa.UniqueConstraint(
            "cohort_id", "attribute", "key", name=op.f("uq_cohort_company_cohort_id_attribute_key")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_cohort_company_workspace_id_id")),
    )
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_company", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts", db.Json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("note", sa.String(length=500), nullable=False, server_default=""))
    # The defaults were for the rows that were there. Nothing points at these two tables: SQLite may build them anew.
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.alter_column("by_company", server_default=None)
    _causes_are(_CAUSES, drop_defaults=True)
    _keep_out()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER z_cohort_member_is_not_kept_out ON cohort_member")
        op.execute("DROP FUNCTION refuse_who_is_kept_out()")
    else:
        op.execute("DROP TRIGGER cohort_member_is_not_kept_out")
    op.execute(
        "UPDATE cohort_change SET cause = 'hand' WHERE cause IN ('exception', 'exception_ended', 'company')"
    )
    _causes_are(_FORMER_CAUSES)
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("facts")
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.drop_column("by_company")
    op.drop_table("cohort_company")
    with op.batch_alter_table("cohort_exception", schema=None) as batch_op:
        batch_op.drop_index("ix_cohort_exception_tester")
    op.drop_table("cohort_exception")


def _causes_are(causes: tuple[str, ...], *, drop_defaults: bool = False) -> None:
    """SQLite's tables are built anew without their checks: there is nothing to drop, only to make."""
    listed = ", ".join(f"'{cause}'" for cause in causes)
    with op.batch_alter_table("cohort_change", schema=None) as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("ck_cohort_change_cause_is_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_cohort_change_cause_is_known"), f"cause IN ({listed})")
        if drop_defaults:
            batch_op.alter_column("facts", server_default=None)
            batch_op.alter_column("note", server_default=None)


def _keep_out() -> None:
    """Nobody is in a cohort whom an exception keeps out of it.

    On PostgreSQL the trigger comes after that of the foreign key (by its name), which has waited for whoever
    holds the cohort: what they committed is seen.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION refuse_who_is_kept_out() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM cohort_exception WHERE cohort_id = NEW.cohort_id
                           AND tester_id = NEW.tester_id AND NOT is_in) THEN
                    RAISE EXCEPTION 'this person is kept out of the cohort' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER z_cohort_member_is_not_kept_out AFTER INSERT ON cohort_member "
            "FOR EACH ROW EXECUTE FUNCTION refuse_who_is_kept_out()"
        )
    else:
        op.execute(
            "CREATE TRIGGER cohort_member_is_not_kept_out BEFORE INSERT ON cohort_member "
            "WHEN EXISTS (SELECT 1 FROM cohort_exception WHERE cohort_id = NEW.cohort_id "
            "AND tester_id = NEW.tester_id AND NOT is_in) "
            "BEGIN SELECT RAISE(ABORT, 'this person is kept out of the cohort'); END"
        )
