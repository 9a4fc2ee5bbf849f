"""Workspaces, and what the kernel keeps: events, jobs, mails, answers given."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "workspace",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("slug", name=op.f("uq_workspace_slug")),
    )
    op.create_table(
        "event",
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("data", db.Json(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_event_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_workspace_id_at_id"), ["workspace_id", "at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_event_workspace_id_id"), ["workspace_id", "id"], unique=False)

    op.create_table(
        "given_answer",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("location", sa.String(length=2000), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_given_answer_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_answer")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_given_answer_workspace_id_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_given_answer_workspace_id_id")),
    )
    op.create_table(
        "job",
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("args", db.Json(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "dead",
                name="job_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("run_at", db.UtcDateTime(), nullable=False),
        sa.Column("lease_until", db.UtcDateTime(), nullable=True),
        sa.Column("offered_at", db.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("once_key", sa.String(length=200), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", db.Json(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_job_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("once_key", name=op.f("uq_job_once_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_state_run_at"), ["state", "run_at"], unique=False)
        batch_op.create_index(
            "uq_job_one_waiting_per_unique_key",
            ["unique_key"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "mail",
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=False),
        sa.Column("html_sealed", sa.Text(), nullable=True),
        sa.Column("headers", db.Json(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "kept",
                "sending",
                "handing_over",
                "sent",
                "failed",
                "uncertain",
                "suppressed",
                name="mail_state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.Column("queued_at", db.UtcDateTime(), nullable=False),
        sa.Column("sent_at", db.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_mail_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_workspace_id_id"), ["workspace_id", "id"], unique=False)

    op.create_table(
        "event_subject",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_event_subject_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subject_id", "event_id", name=op.f("pk_event_subject")),
    )
    with op.batch_alter_table("event_subject", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_subject_event_id"), ["event_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$
            """
        )
        op.execute(
            "CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event EXECUTE FUNCTION refuse_update()"
        )
    else:
        op.execute(
            "CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event "
            "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        )


def downgrade() -> None:
    op.drop_table("event_subject")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_workspace_id_id"))
        batch_op.drop_index(batch_op.f("ix_mail_person_id"))

    op.drop_table("mail")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_one_waiting_per_unique_key",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_job_state_run_at"))

    op.drop_table("job")
    op.drop_table("given_answer")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_workspace_id_id"))
        batch_op.drop_index(batch_op.f("ix_event_workspace_id_at_id"))

    op.drop_table("event")
    op.drop_table("workspace")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_update()")
