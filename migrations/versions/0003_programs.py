"""The tables of programs."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("project_key", sa.String(length=60), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("secret_sealed", sa.String(length=400), nullable=False),
        sa.Column("secret_made_at", db.UtcDateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("origins", db.Json(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_product_revision_counts_up")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_product_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("project_key", name=op.f("uq_product_project_key")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_product_secret_digest")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_product_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "slug", name=op.f("uq_product_workspace_id_slug")),
    )
    op.create_table(
        "program",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("codename", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "draft",
                "recruiting",
                "running",
                "closing",
                "closed",
                "archived",
                name="phase_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("accepts_automatically", sa.Boolean(), nullable=False),
        sa.Column("recruits_while_running", sa.Boolean(), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("story", db.Json(), nullable=False),
        sa.Column("charter", db.Json(), nullable=False),
        sa.Column("screener", db.Json(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_program_ends_after_it_starts")),
        sa.CheckConstraint(
            "seats_taken >= 0 AND seats_taken <= capacity",
            name=op.f("ck_program_no_more_seats_than_capacity"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_program_workspace_id_product_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_program_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("slug", name=op.f("uq_program_slug")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_program_workspace_id_id")),
    )
    with op.batch_alter_table("program", schema=None) as batch_op:
        batch_op.create_index("ix_program_product", ["workspace_id", "product_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("published_at", db.UtcDateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_agreement_numbers_start_at_one")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_agreement_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_agreement_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("program_id", "number", name=op.f("uq_agreement_program_id_number")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_agreement_workspace_id_id")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(
            "uq_agreement_one_draft",
            ["program_id"],
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.create_table(
        "program_phase",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "draft",
                "recruiting",
                "running",
                "closing",
                "closed",
                "archived",
                name="phase_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_program_phase_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_program_phase_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_phase")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_program_phase_workspace_id_id")),
    )
    with op.batch_alter_table("program_phase", schema=None) as batch_op:
        batch_op.create_index(
            "ix_program_phase_program",
            ["workspace_id", "program_id", "at"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("program_phase", schema=None) as batch_op:
        batch_op.drop_index("ix_program_phase_program")

    op.drop_table("program_phase")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agreement_one_draft",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.drop_table("agreement")
    with op.batch_alter_table("program", schema=None) as batch_op:
        batch_op.drop_index("ix_program_product")

    op.drop_table("program")
    op.drop_table("product")
