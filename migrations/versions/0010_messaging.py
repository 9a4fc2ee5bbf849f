"""The tables of messaging."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "suppression",
        sa.Column("mail_key", sa.String(length=320), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "bounced",
                "complained",
                "by_hand",
                name="reason_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_suppression_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_suppression_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "mail_key", name=op.f("uq_suppression_workspace_id_mail_key")),
    )
    op.create_table(
        "preference",
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "news",
                "reminders",
                "replies",
                name="topic_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_preference_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_preference_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference")),
        sa.UniqueConstraint("tester_id", "topic", name=op.f("uq_preference_tester_id_topic")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_preference_workspace_id_id")),
    )
    op.create_table(
        "campaign",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", db.Json(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sending",
                "sent",
                "stopped",
                name="campaign_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("ordered_at", db.UtcDateTime(), nullable=True),
        sa.Column("ordered_by", sa.String(length=200), nullable=False),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_campaign_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaign_workspace_id_id")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(
            "ix_campaign_program", ["workspace_id", "program_id", "created_at", "id"], unique=False
        )

    op.create_table(
        "delivery",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "queued",
                "unwanted",
                "suppressed",
                "gone",
                name="delivery_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'queued') = (mail_id IS NOT NULL)",
            name=op.f("ck_delivery_queued_means_there_is_a_mail"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_delivery_workspace_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_delivery_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_delivery_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "campaign_id", "enrollment_id", name=op.f("uq_delivery_campaign_id_enrollment_id")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_delivery_workspace_id_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_enrollment", ["enrollment_id"], unique=False)
        batch_op.create_index("ix_delivery_waiting", ["campaign_id", "state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_waiting")
        batch_op.drop_index("ix_delivery_enrollment")

    op.drop_table("delivery")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_program")

    op.drop_table("campaign")
    op.drop_table("preference")
    op.drop_table("suppression")
