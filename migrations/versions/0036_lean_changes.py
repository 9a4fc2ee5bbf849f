"""A change of a person touches fewer pages: no key that nobody uses, and one row for all whom it was about."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0036"
down_revision = "0035"

#: Nothing points at their rows.
_LEAVES = (
    "cohort_change",
    "cohort_member",
    "fact_tail",
    "people_revision",
    "trait",
    "usage_daily",
    "usage_event",
)


def upgrade() -> None:
    for table in _LEAVES:
        with op.batch_alter_table(table) as altered:
            altered.drop_constraint(op.f(f"uq_{table}_workspace_id_id"), type_="unique")
    _keep_out()
    _tell_anew(
        sa.Column("testers", db.Json(), nullable=False),
        sa.Column("distinct_ids", db.Json(), nullable=False),
        sa.Column("is_everybody", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_people_change_workspace_id_number")),
    )
    op.create_index(
        "ix_fact_block_version", "fact_block", ["workspace_id", "program_id", "first", "version", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_fact_block_version", "fact_block")
    _tell_anew(
        sa.Column("tester_id", sa.Uuid(), nullable=True),
        sa.Column("distinct_id", sa.String(length=400), nullable=True),
        sa.CheckConstraint(
            "tester_id IS NULL OR distinct_id IS NULL", name=op.f("ck_people_change_is_about_one_or_all")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_people_change_workspace_id_id")),
    )
    op.create_index("ix_people_change_number", "people_change", ["workspace_id", "number"])
    op.create_index("ix_people_change_at", "people_change", ["at"])
    for table in _LEAVES:
        with op.batch_alter_table(table) as altered:
            altered.create_unique_constraint(op.f(f"uq_{table}_workspace_id_id"), ["workspace_id", "id"])
    _keep_out()


def _tell_anew(*more: sa.Column[object] | sa.Constraint) -> None:
    """What processes have not heard yet need not be kept: a number that is not there means everybody to them."""
    op.drop_table("people_change")
    op.create_table(
        "people_change",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_people_change_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_change")),
        *more,
    )


def _keep_out() -> None:
    """SQLite built the table anew, without the trigger of 0017."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER cohort_member_is_not_kept_out BEFORE INSERT ON cohort_member "
            "WHEN EXISTS (SELECT 1 FROM cohort_exception WHERE cohort_id = NEW.cohort_id "
            "AND tester_id = NEW.tester_id AND NOT is_in) "
            "BEGIN SELECT RAISE(ABORT, 'this person is kept out of the cohort'); END"
        )
