"""Kept numbers of programs and of their reports; what became of a report when, its themes, who was told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from betaops.kernel import db
from betaops.kernel.ids import new_id

revision = "0034"
down_revision = "0033"

_UNTOLD = sa.text("told_at IS NULL AND people > 0 AND state IN ('fixed', 'closed', 'declined')")
_STATES = ("new", "triaged", "in_progress", "fixed", "closed", "declined", "duplicate")
_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("report", sa.Column("told_at", db.UtcDateTime(), nullable=True))
    op.create_index(
        "ix_report_untold",
        "report",
        ["workspace_id", "program_id", "touched_at"],
        sqlite_where=_UNTOLD,
        postgresql_where=_UNTOLD,
    )
    op.create_table(
        "report_transition",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("former", _state("former_is_known"), nullable=True),
        sa.Column("state", _state("state_is_known"), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        *_row("report_transition", "program", "report"),
    )
    op.create_index("ix_report_transition_program", "report_transition", ["workspace_id", "program_id", "at"])
    op.create_index("ix_report_transition_report", "report_transition", ["workspace_id", "report_id"])
    op.create_table(
        "report_tag",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_report_tag_a_theme_says_something")),
        *_row("report_tag", "report"),
        sa.UniqueConstraint("report_id", "key", name=op.f("uq_report_tag_report_id_key")),
    )
    op.create_index("ix_report_tag_key", "report_tag", ["workspace_id", "key", "report_id"])
    op.create_table(
        "feedback_tally",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("counted_at", db.UtcDateTime(), nullable=False),
        sa.Column("figures", db.Json(), nullable=False),
        *_row("feedback_tally", "program"),
        sa.UniqueConstraint("program_id", name=op.f("uq_feedback_tally_program_id")),
    )
    counts = ("applied", "accepted", "activated", "took_part", "answered", "silent", "settled_in", "lately",
              "replied", "heard", "speakers")  # fmt: skip
    marks = ("success", "success_low", "success_high", "untouched")
    op.create_table(
        "program_tally",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("counted_at", db.UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in marks),
        sa.CheckConstraint(
            "accepted <= applied AND activated <= applied",
            name=op.f("ck_program_tally_who_got_in_had_applied"),
        ),
        sa.CheckConstraint(
            "lately <= settled_in AND heard <= settled_in",
            name=op.f("ck_program_tally_no_more_speak_than_are_in"),
        ),
        *_row("program_tally", "program"),
        sa.UniqueConstraint("program_id", name=op.f("uq_program_tally_program_id")),
    )
    _tell_the_past()


def downgrade() -> None:
    op.drop_table("program_tally")
    op.drop_table("feedback_tally")
    op.drop_table("report_tag")
    op.drop_table("report_transition")
    op.drop_index("ix_report_untold", "report")
    with op.batch_alter_table("report") as batch:
        batch.drop_column("told_at")


def _tell_the_past() -> None:
    """Transitions, and when outcomes were told, from the events that recorded them."""
    connection = op.get_bind()
    report = sa.table("report", *(sa.column(name, sa.Uuid()) for name in ("id", "workspace_id", "program_id")),
                      sa.column("state"), sa.column("created_at", db.UtcDateTime()),
                      sa.column("told_at", db.UtcDateTime()))  # fmt: skip
    event = sa.table("event", sa.column("id", sa.Uuid()), sa.column("kind"), sa.column("at", db.UtcDateTime()),
                     sa.column("data", db.Json()))  # fmt: skip
    known = {row.id: row for row in connection.execute(sa.select(report)).all()}
    rows = [_transition(row, None, "new", row.created_at) for row in known.values()]
    told: dict[Any, Any] = {}
    changes = sa.select(event.c.at, event.c.kind, event.c.data).where(
        event.c.kind.in_(("report_state_changed", "report_merged"))
    )
    state = {row.id: "new" for row in known.values()}
    for at, kind, data in connection.execute(changes.order_by(event.c.at, event.c.id)).all():
        row = known.get(_uuid(data["report_id"]))
        if row is None:
            continue
        is_merge = kind == "report_merged"
        former, after = (state[row.id], "duplicate") if is_merge else (data["former"], data["state"])
        rows.append(_transition(row, former, after, at))
        state[row.id] = after
        told[row.id] = None if is_merge or data.get("is_silent") else at
    table = sa.table("report_transition", *(sa.column(name, sa.Uuid()) for name in ("id", "workspace_id", "program_id",
                     "report_id")), sa.column("former"), sa.column("state"), sa.column("at", db.UtcDateTime()))  # fmt: skip
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(sa.insert(table), rows[start : start + _AT_ONCE])
    for report_id, at in told.items():
        if at is not None and known[report_id].state in ("fixed", "closed", "declined"):
            connection.execute(sa.update(report).where(report.c.id == report_id).values(told_at=at))


def _transition(row: Any, former: str | None, state: str, at: Any) -> dict[str, Any]:
    return {"id": new_id(), "workspace_id": row.workspace_id, "program_id": row.program_id, "report_id": row.id,
            "former": former, "state": state, "at": at}  # fmt: skip


def _uuid(text: str) -> Any:
    import uuid

    return uuid.UUID(text)


def _state(name: str) -> sa.Enum:
    return sa.Enum(*_STATES, name=name, native_enum=False, create_constraint=True, length=32)


def _row(table: str, *parents: str) -> list[Any]:
    """What every row of a workspace has: its ids, and what stands above it."""
    above = [
        sa.ForeignKeyConstraint(
            ["workspace_id", f"{parent}_id"],
            [f"{parent}.workspace_id", f"{parent}.id"],
            name=op.f(f"fk_{table}_workspace_id_{parent}_id"),
            ondelete="CASCADE",
        )
        for parent in parents
    ]
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *above,
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]
