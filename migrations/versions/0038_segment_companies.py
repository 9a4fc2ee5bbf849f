"""Companies of cohorts that came with imported flags."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("segment", sa.Column("companies", db.Json(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("segment", "companies")
