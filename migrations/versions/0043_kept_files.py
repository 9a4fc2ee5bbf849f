"""Files that jobs write from a program's evidence: papers as PDF, and dossiers."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0043"
down_revision = "0040"


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("file_kind_is_known", "pdf", "dossier"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("document", db.Json(), nullable=True),
        sa.Column("said", sa.String(length=64), nullable=True),
        sa.Column("file", sa.String(length=100), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", db.UtcDateTime(), nullable=False),
        sa.Column("written_at", db.UtcDateTime(), nullable=True),
        sa.Column("kept_until", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_kept_file_digest_is_sha256")),
        sa.CheckConstraint(
            "kind <> 'pdf' OR (document IS NOT NULL AND said IS NOT NULL)",
            name=op.f("ck_kept_file_paper_is_set_from_a_document"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_kept_file_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_kept_file_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_kept_file_workspace_id_id")),
    )
    op.create_index("ix_kept_file_found", "kept_file", ["workspace_id", "program_id", "kind", "digest"])
    op.create_index("ix_kept_file_kept_until", "kept_file", ["kept_until"])
    op.create_index(
        "uq_kept_file_one_being_written",
        "kept_file",
        ["program_id", "kind", "digest"],
        unique=True,
        sqlite_where=sa.text("written_at IS NULL"),
        postgresql_where=sa.text("written_at IS NULL"),
    )
    # They would write files that no row knows of; who waits for one asks again.
    op.execute("DELETE FROM job WHERE name = 'readiness.write_dossier'")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE name = 'readiness.write_file'")
    op.drop_table("kept_file")
