"""Proposals of what goes on by itself (roll-outs, scheduled changes, promotions); revisions that those make."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0021"
down_revision = "0020"

CHANGES = (
    "created", "edited", "killed", "revived", "restored", "archived", "brought_back", "imported", "found",
)  # fmt: skip
ACTIONS = ("create", "edit", "restore", "revive", "archive", "delete")
PLANNED = ("roll_out", "skip", "schedule", "promote")
OPEN = "uq_flag_proposal_one_open"
OF = ["product_id", "key", "proposer_id"]


def _kept_apart(where: str) -> None:
    op.create_index(
        OPEN,
        "flag_proposal",
        OF,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _known(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    """The CHECK that lists the values of an enum's column, anew."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), f"{column} IN ({listed})")


def upgrade() -> None:
    op.drop_index(OPEN, "flag_proposal")
    with op.batch_alter_table("flag_proposal") as batch:
        batch.add_column(sa.Column("plan", db.Json(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_flag_proposal_has_a_plan_to_go_on_by_itself"),
            "(action IN ('roll_out', 'skip', 'schedule', 'promote')) = (plan IS NOT NULL)",
        )
    _known("flag_proposal", "action", "action_is_known", (*ACTIONS, *PLANNED))
    _known("flag_revision", "change", "change_is_known", (*CHANGES, "stepped", "scheduled"))
    _kept_apart("state = 'open' AND plan IS NULL")


def downgrade() -> None:
    op.execute("UPDATE flag_revision SET change = 'edited' WHERE change IN ('stepped', 'scheduled')")
    op.execute("DELETE FROM flag_proposal WHERE plan IS NOT NULL")
    op.drop_index(OPEN, "flag_proposal")
    _known("flag_revision", "change", "change_is_known", CHANGES)
    _known("flag_proposal", "action", "action_is_known", ACTIONS)
    with op.batch_alter_table("flag_proposal") as batch:
        batch.drop_constraint(op.f("ck_flag_proposal_has_a_plan_to_go_on_by_itself"), type_="check")
        batch.drop_column("plan")
    _kept_apart("state = 'open'")
