"""How expectations are judged is sealed with them, and a change of it is an amendment."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("criteria_seal", sa.Column("ground_rules", db.Json(), nullable=True))
    with op.batch_alter_table("amendment") as altered:
        altered.alter_column("expectation_id", existing_type=sa.Uuid(), nullable=True)
        altered.create_check_constraint(
            op.f("ck_amendment_ground_rules_are_only_changed"),
            "expectation_id IS NOT NULL OR kind = 'changed'",
        )


def downgrade() -> None:
    # An earlier version knows no amendment that is about no expectation.
    op.execute("DELETE FROM amendment WHERE expectation_id IS NULL")
    with op.batch_alter_table("amendment") as altered:
        altered.drop_constraint(op.f("ck_amendment_ground_rules_are_only_changed"), type_="check")
        altered.alter_column("expectation_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("criteria_seal", "ground_rules")
