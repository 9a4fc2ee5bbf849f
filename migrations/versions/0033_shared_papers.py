"""Papers behind links that can be revoked."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "shared_paper",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("document", db.Json(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("opened_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_shared_paper_digest_is_sha256")),
        sa.CheckConstraint("opened >= 0", name=op.f("ck_shared_paper_openings_count_up")),
        sa.CheckConstraint(
            "expires_at IS NULL OR expires_at > made_at",
            name=op.f("ck_shared_paper_expires_after_it_was_made"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_shared_paper_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_shared_paper_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_paper")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_shared_paper_token_digest")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_shared_paper_workspace_id_id")),
    )
    op.create_index("ix_shared_paper_program", "shared_paper", ["workspace_id", "program_id", "made_at"])


def downgrade() -> None:
    op.drop_table("shared_paper")
