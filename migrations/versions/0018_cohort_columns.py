"""Facts that rules read, in columns."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    # What is long comes last: SQLite reads through it to whatever stands behind it.
    op.create_table(
        "fact_block",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("laid_at", db.UtcDateTime(), nullable=False),
        *_tenant("fact_block", "program"),
        sa.Column("testers", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("program_id", "first", name=op.f("uq_fact_block_program_id_first")),
    )
    op.create_table(
        "fact_column",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.String(length=240), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "coded",
                "moment",
                "loose",
                name="column_kind_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", db.UtcDateTime(), nullable=False),
        sa.Column("filled_at", db.UtcDateTime(), nullable=True),
        *_tenant("fact_column", "program"),
        sa.Column("values", db.Json(), nullable=False),
        sa.UniqueConstraint("program_id", "fact", name=op.f("uq_fact_column_program_id_fact")),
    )
    op.create_table(
        "fact_cells",
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("column_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_tenant("fact_cells", "block", "column", to="fact_"),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("column_id", "block_id", name=op.f("uq_fact_cells_column_id_block_id")),
    )
    op.create_index("ix_fact_cells_block", "fact_cells", ["workspace_id", "block_id"])
    op.create_table(
        "fact_tail",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        *_tenant("fact_tail", "program", "tester"),
        sa.UniqueConstraint("program_id", "tester_id", name=op.f("uq_fact_tail_program_id_tester_id")),
    )
    op.create_index("ix_fact_tail_tester", "fact_tail", ["workspace_id", "tester_id"])
    op.create_index("ix_cohort_edition", "cohort", ["workspace_id", "program_id", "version", "changed_at"])
    for table, former, new in _KEYS:
        _change_key(table, former, new)
    op.create_index("ix_cohort_member_since", "cohort_member", ["workspace_id", "cohort_id", "since", "id"])


def downgrade() -> None:
    op.drop_index("ix_cohort_member_since", "cohort_member")
    for table, former, new in _KEYS:
        _change_key(table, new, former)
    op.drop_index("ix_cohort_edition", "cohort")
    for table in ("fact_tail", "fact_cells", "fact_column", "fact_block"):
        op.drop_table(table)


#: With the workspace, which stands in every question: else SQLite, without statistics, may read a whole workspace.
_KEYS = (
    ("cohort_member", ("cohort_id", "tester_id"), ("cohort_id", "tester_id", "workspace_id")),
    ("trait", ("tester_id", "name"), ("workspace_id", "tester_id", "name")),
)


def _change_key(table: str, former: tuple[str, ...], new: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as altered:
        altered.drop_constraint(op.f(f"uq_{table}_{'_'.join(former)}"), type_="unique")
        altered.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(new)}"), list(new))
    if table == "cohort_member" and op.get_bind().dialect.name == "sqlite":
        # The table was built anew, without the trigger of 0017.
        op.execute(
            "CREATE TRIGGER cohort_member_is_not_kept_out BEFORE INSERT ON cohort_member "
            "WHEN EXISTS (SELECT 1 FROM cohort_exception WHERE cohort_id = NEW.cohort_id "
            "AND tester_id = NEW.tester_id AND NOT is_in) "
            "BEGIN SELECT RAISE(ABORT, 'this person is kept out of the cohort'); END"
        )


def _tenant(table: str, *parents: str, to: str = "") -> list[sa.Column[object] | sa.Constraint]:
    """Workspace and id, and what keeps a row in the workspace of what it belongs to."""
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", f"{parent}_id"],
                [f"{to}{parent}.workspace_id", f"{to}{parent}.id"],
                name=op.f(f"fk_{table}_workspace_id_{parent}_id"),
                ondelete="CASCADE",
            )
            for parent in parents
        ),
    ]
