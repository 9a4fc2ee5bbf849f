"""Anonymous responses whose author stands in the ledger: there is one of each person."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column(
        "response", sa.Column("is_in_ledger", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # Of earlier ones only the way in is known. Those of a public link have its id; those that a program sent in without
    # a person cannot be told from a tester's.
    op.execute(
        sa.text(
            "UPDATE response SET is_in_ledger = true WHERE is_anonymous AND link_id IS NULL AND NOT is_embedded "
            "AND finished_at IS NOT NULL AND state <> 'test'"
        )
    )


def downgrade() -> None:
    op.drop_column("response", "is_in_ledger")
