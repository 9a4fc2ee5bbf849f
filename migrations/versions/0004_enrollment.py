"""The tables of enrollment."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "tester",
        sa.Column("mail", sa.String(length=320), nullable=False),
        sa.Column("mail_key", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("attributes", db.Json(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_tester_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tester")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tester_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "mail_key", name=op.f("uq_tester_workspace_id_mail_key")),
    )
    with op.batch_alter_table("tester", schema=None) as batch_op:
        batch_op.create_index("ix_tester_name", ["workspace_id", "name", "id"], unique=False)
        batch_op.create_index("ix_tester_words", ["workspace_id", "words", "id"], unique=False)

    op.create_table(
        "identity",
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("distinct_id", sa.String(length=400), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_identity_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_identity_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("workspace_id", "distinct_id", name=op.f("uq_identity_workspace_id_distinct_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_identity_workspace_id_id")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index("ix_identity_tester", ["workspace_id", "tester_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_sign_in_link_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_sign_in_link_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_link_token_digest")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_sign_in_link_workspace_id_id")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_link_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_sign_in_link_tester", ["workspace_id", "tester_id"], unique=False)

    op.create_table(
        "tester_note",
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_tester_note_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_tester_note_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tester_note")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tester_note_workspace_id_id")),
    )
    with op.batch_alter_table("tester_note", schema=None) as batch_op:
        batch_op.create_index("ix_tester_note_tester", ["workspace_id", "tester_id", "at"], unique=False)

    op.create_table(
        "application",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("draft_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("confirm_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", db.UtcDateTime(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mail", sa.String(length=320), nullable=False),
        sa.Column("mail_key", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("sent_at", db.UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", db.UtcDateTime(), nullable=True),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_application_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_application_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("confirm_digest", name=op.f("uq_application_confirm_digest")),
        sa.UniqueConstraint("draft_digest", name=op.f("uq_application_draft_digest")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_application_workspace_id_id")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_application_mail", ["workspace_id", "program_id", "mail_key"], unique=False)

    op.create_table(
        "enrollment",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("tester_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "waitlisted",
                "accepted",
                "active",
                "declined",
                "completed",
                "withdrawn",
                "removed",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("applied_at", db.UtcDateTime(), nullable=False),
        sa.Column("waitlisted_at", db.UtcDateTime(), nullable=True),
        sa.Column("accepted_at", db.UtcDateTime(), nullable=True),
        sa.Column("activated_at", db.UtcDateTime(), nullable=True),
        sa.Column("declined_at", db.UtcDateTime(), nullable=True),
        sa.Column("completed_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("removed_at", db.UtcDateTime(), nullable=True),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_enrollment_workspace_id_program_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tester_id"],
            ["tester.workspace_id", "tester.id"],
            name=op.f("fk_enrollment_workspace_id_tester_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_enrollment_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("program_id", "tester_id", name=op.f("uq_enrollment_program_id_tester_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_enrollment_workspace_id_id")),
    )
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enrollment_applied", ["workspace_id", "program_id", "applied_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_enrollment_state", ["workspace_id", "program_id", "state", "applied_at", "id"], unique=False
        )
        batch_op.create_index("ix_enrollment_tester", ["workspace_id", "tester_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("mail", sa.String(length=320), nullable=False),
        sa.Column("mail_key", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("invited_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("sent_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("taken_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_invitation_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_invitation_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("program_id", "mail_key", name=op.f("uq_invitation_program_id_mail_key")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitation_token_digest")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_invitation_workspace_id_id")),
    )
    op.create_table(
        "program_visit",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_program_visit_counts_up")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_program_visit_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_program_visit_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_visit")),
        sa.UniqueConstraint("program_id", "day", name=op.f("uq_program_visit_program_id_day")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_program_visit_workspace_id_id")),
    )
    op.create_table(
        "tester_import",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "applied",
                "waitlisted",
                "accepted",
                "active",
                "declined",
                "completed",
                "withdrawn",
                "removed",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("waitlisted", sa.Integer(), nullable=False),
        sa.Column("refusals", db.Json(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "program_id"],
            ["program.workspace_id", "program.id"],
            name=op.f("fk_tester_import_workspace_id_program_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_tester_import_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tester_import")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tester_import_workspace_id_id")),
    )
    op.create_table(
        "consent",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mail", sa.String(length=320), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signed_at", db.UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "agreement_id"],
            ["agreement.workspace_id", "agreement.id"],
            name=op.f("fk_consent_workspace_id_agreement_id"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_consent_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_consent_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "enrollment_id", "agreement_id", name=op.f("uq_consent_enrollment_id_agreement_id")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_consent_workspace_id_id")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index("ix_consent_agreement", ["workspace_id", "agreement_id"], unique=False)

    op.create_table(
        "enrollment_transition",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("former", sa.String(length=32), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "waitlisted",
                "accepted",
                "active",
                "declined",
                "completed",
                "withdrawn",
                "removed",
                name="state_is_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_enrollment_transition_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_enrollment_transition_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_transition")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_enrollment_transition_workspace_id_id")),
    )
    with op.batch_alter_table("enrollment_transition", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enrollment_transition_enrollment", ["workspace_id", "enrollment_id", "at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("enrollment_transition", schema=None) as batch_op:
        batch_op.drop_index("ix_enrollment_transition_enrollment")

    op.drop_table("enrollment_transition")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_agreement")

    op.drop_table("consent")
    op.drop_table("tester_import")
    op.drop_table("program_visit")
    op.drop_table("invitation")
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.drop_index("ix_enrollment_tester")
        batch_op.drop_index("ix_enrollment_state")
        batch_op.drop_index("ix_enrollment_applied")

    op.drop_table("enrollment")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_mail")
        batch_op.drop_index("ix_application_expires")

    op.drop_table("application")
    with op.batch_alter_table("tester_note", schema=None) as batch_op:
        batch_op.drop_index("ix_tester_note_tester")

    op.drop_table("tester_note")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_link_tester")
        batch_op.drop_index("ix_sign_in_link_expires")

    op.drop_table("sign_in_link")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_tester")

    op.drop_table("identity")
    with op.batch_alter_table("tester", schema=None) as batch_op:
        batch_op.drop_index("ix_tester_words")
        batch_op.drop_index("ix_tester_name")

    op.drop_table("tester")
