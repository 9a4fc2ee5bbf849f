"""A flag's life: its revisions, proposals that wait for a second person, the archive."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db
from betaops.kernel.ids import new_id

revision = "0014"
down_revision = "0013"

CHANGES = (
    "created", "edited", "killed", "revived", "restored", "archived", "brought_back", "imported", "found",
)  # fmt: skip


def upgrade() -> None:
    # Said as SQL: a column may bring its CHECK along on both databases, and SQLite need not copy the table.
    moment = "DATETIME" if op.get_context().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(
        f"ALTER TABLE flag ADD COLUMN archived_at {moment} "
        "CONSTRAINT ck_flag_archived_is_off CHECK (archived_at IS NULL OR NOT is_active)"
    )
    op.create_table(
        "approval_rule",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_approval_rule_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_approval_rule_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rule")),
        sa.UniqueConstraint("product_id", name=op.f("uq_approval_rule_product_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_approval_rule_workspace_id_id")),
    )
    op.create_table(
        "flag_revision",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(*CHANGES, name="change_is_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("definition", db.Json(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_flag_revision_workspace_id_flag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_flag_revision_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_revision")),
        sa.UniqueConstraint("flag_id", "version", name=op.f("uq_flag_revision_flag_id_version")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_flag_revision_workspace_id_id")),
    )
    op.create_table(
        "flag_proposal",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "create",
                "edit",
                "restore",
                "revive",
                "archive",
                "delete",
                name="action_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("definition", db.Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "approved",
                "rejected",
                "withdrawn",
                "outdated",
                name="proposal_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_through", sa.String(length=16), nullable=False),
        sa.Column("proposer_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", db.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_flag_proposal_decided_when_no_longer_open"),
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR (decided_by_id IS NOT NULL AND decided_by_id <> proposer_id)",
            name=op.f("ck_flag_proposal_approved_by_somebody_else"),
        ),
        sa.CheckConstraint(
            "state <> 'rejected' OR length(reason) > 0", name=op.f("ck_flag_proposal_rejected_with_a_reason")
        ),
        sa.CheckConstraint(
            "(action = 'create') = (base_version IS NULL)",
            name=op.f("ck_flag_proposal_has_a_base_unless_new"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "product_id"],
            ["product.workspace_id", "product.id"],
            name=op.f("fk_flag_proposal_workspace_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "flag_id"],
            ["flag.workspace_id", "flag.id"],
            name=op.f("fk_flag_proposal_workspace_id_flag_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_flag_proposal_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_proposal")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_flag_proposal_workspace_id_id")),
    )
    with op.batch_alter_table("flag_proposal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_flag_proposal_product", ["workspace_id", "product_id", "state"], unique=False
        )
        batch_op.create_index("ix_flag_proposal_flag", ["workspace_id", "flag_id"], unique=False)
        batch_op.create_index(
            "uq_flag_proposal_one_open",
            ["product_id", "key", "proposer_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    _begin_histories()


def _begin_histories() -> None:
    """Every flag that is there gets a first revision, which later ones are compared with."""
    flag = sa.table(
        "flag",
        *(sa.column(name, sa.Uuid()) for name in ("id", "workspace_id")),
        *(sa.column(name) for name in ("key", "number", "description", "runtime", "version", "changed_by")),
        *(sa.column(name, db.Json()) for name in ("filters", "contexts", "other")),
        sa.column("is_active", sa.Boolean()),
        sa.column("changed_at", db.UtcDateTime()),
    )
    kept = sa.table(
        "flag_revision",
        *(sa.column(name, sa.Uuid()) for name in ("id", "workspace_id", "flag_id")),
        *(sa.column(name) for name in ("version", "change", "who", "actor_kind", "approved_by", "note")),
        sa.column("definition", db.Json()),
        sa.column("at", db.UtcDateTime()),
    )
    for row in op.get_bind().execute(sa.select(flag)).all():
        definition = {
            "ensure_experience_continuity": False,
            "bucketing_identifier": None,
            "has_experiment": False,
            **row.other,
            "id": row.number,
            "key": row.key,
            "name": row.description,
            "active": row.is_active,
            "deleted": False,
            "version": row.version,
            "filters": row.filters,
            "evaluation_runtime": row.runtime,
            "evaluation_contexts": row.contexts,
        }
        op.get_bind().execute(
            sa.insert(kept).values(
                id=new_id(),
                workspace_id=row.workspace_id,
                flag_id=row.id,
                version=row.version,
                change="found",
                definition=definition,
                at=row.changed_at,
                who=row.changed_by,
                actor_kind="system",
                approved_by="",
                note="",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("flag_proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_flag_proposal_one_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_flag_proposal_flag")
        batch_op.drop_index("ix_flag_proposal_product")

    op.drop_table("flag_proposal")
    op.drop_table("flag_revision")
    op.drop_table("approval_rule")
    op.execute("ALTER TABLE flag DROP COLUMN archived_at")
