"""Where people stand in an anonymous survey, as it was last told."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.add_column("response", sa.Column("told_state", sa.String(length=32), nullable=True))
    op.add_column("response", sa.Column("told_page", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("response", "told_page")
    op.drop_column("response", "told_state")
