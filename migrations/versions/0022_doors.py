"""Doors: how many answers surveys, links and quotas take, links with a window and a PIN, how often people are asked."""

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db

revision = "0022"
down_revision = "0021"

_STATES = ("started", "partial", "complete", "withdrawn", "test")
_ENDED = ("screened_out", "over_quota")


def upgrade() -> None:
    op.create_table(
        "quota",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("when_full", _one_of("when_full", "turn_away", "close"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("most >= 1", name=op.f("ck_quota_a_quota_lets_somebody_in")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_quota_nobody_is_counted_below_nought")),
        sa.CheckConstraint("condition <> ''", name=op.f("ck_quota_a_quota_has_a_condition")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_quota_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_quota_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("survey_id", "name", name=op.f("uq_quota_survey_id_name")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_quota_workspace_id_id")),
    )
    op.create_index("ix_quota_survey", "quota", ["workspace_id", "survey_id"])
    op.create_table(
        "contact_rule",
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("days BETWEEN 0 AND 365", name=op.f("ck_contact_rule_a_rest_is_days")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_contact_rule_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_rule")),
        sa.UniqueConstraint("workspace_id", name=op.f("uq_contact_rule_workspace_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_contact_rule_workspace_id_id")),
    )
    op.create_table(
        "survey_ledger",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_survey_ledger_workspace_id_survey_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "enrollment_id"],
            ["enrollment.workspace_id", "enrollment.id"],
            name=op.f("fk_survey_ledger_workspace_id_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_survey_ledger_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_ledger")),
        sa.UniqueConstraint(
            "survey_id", "enrollment_id", name=op.f("uq_survey_ledger_survey_id_enrollment_id")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_survey_ledger_workspace_id_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_ledger_enrollment", "survey_ledger", ["workspace_id", "enrollment_id"])
    anonymous = sa.Column("is_anonymous", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("survey", anonymous)
    _add(
        "response",
        f"is_anonymous BOOLEAN DEFAULT {'0' if _is_sqlite() else 'false'} NOT NULL",
        an_anonymous_one_names_nobody="NOT is_anonymous OR (enrollment_id IS NULL AND tester_id IS NULL)",
    )
    for table in ("survey", "survey_link"):
        _add(table, "response_limit INTEGER", a_limit_lets_somebody_in="response_limit >= 1")
        _add(
            table,
            "taken INTEGER DEFAULT '0' NOT NULL",
            nobody_is_counted_below_nought="taken >= 0",
        )
    op.add_column("survey_link", sa.Column("pin_digest", sa.String(length=200), nullable=True))
    op.add_column("survey_link", sa.Column("starts_at", db.UtcDateTime(), nullable=True))
    moment = "DATETIME" if _is_sqlite() else "TIMESTAMP WITH TIME ZONE"
    _add("survey_link", f"ends_at {moment}", a_window_ends_after_it_starts="ends_at > starts_at")
    op.add_column("response", sa.Column("places", db.Json(), server_default="[]", nullable=False))
    op.add_column("response", sa.Column("active_seconds", sa.Double(), nullable=True))
    op.add_column(
        "response", sa.Column("flags", sa.String(length=100), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("response", sa.Column("answers_digest", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_response_digest", "response", ["survey_id", "answers_digest"])
    op.add_column("response", sa.Column("turned_away_by", sa.Uuid(), nullable=True))
    _states(_STATES, (*_STATES[:3], *_ENDED, *_STATES[3:]))


def downgrade() -> None:
    op.execute("DELETE FROM response WHERE state IN ('screened_out', 'over_quota')")
    _states((*_STATES[:3], *_ENDED, *_STATES[3:]), _STATES)
    op.drop_index("ix_response_digest", "response")
    for table, columns in (
        (
            "response",
            ("turned_away_by", "answers_digest", "flags", "active_seconds", "places", "is_anonymous"),
        ),
        ("survey_link", ("ends_at", "starts_at", "pin_digest", "taken", "response_limit")),
        ("survey", ("taken", "response_limit", "is_anonymous")),
    ):
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("survey_ledger")
    op.drop_table("contact_rule")
    op.drop_table("quota")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_is_known", native_enum=False, create_constraint=True, length=32)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _add(table: str, column: str, **checks: str) -> None:
    """A column with its checks, in place: `response`, `survey` and their kin have children, and SQLite, which
    rebuilds a table to change it, takes these along with the old table."""
    named = " ".join(f"CONSTRAINT ck_{table}_{name} CHECK ({rule})" for name, rule in checks.items())
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {named}")


def _states(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Another list of states. On SQLite the text of the table is changed, as its manual has it for checks
    (lang_altertable.html, section 7): no row is touched."""
    name = "ck_response_response_state_is_known"
    if not _is_sqlite():
        op.drop_constraint(op.f(name), "response", type_="check")
        op.create_check_constraint(op.f(name), "response", f"state IN ({_listed(after)})")
        return
    bind = op.get_bind()
    sql = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'response'"))
    rule = f"state IN ({_listed(before)})"
    if sql.count(rule) != 1:
        raise RuntimeError(f"the table response has no such check: {rule}")
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'response'"),
        {"sql": sql.replace(rule, f"state IN ({_listed(after)})")},
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
