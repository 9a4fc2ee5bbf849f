"""Step 0034 tells from what was recorded what became of reports before there were transitions, and who was told."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from betaops import wiring
from betaops.kernel import migrations
from betaops.kernel.db import Database
from tests.support.databases import Source

ID = "0" * 31
BEFORE = "2026-01-0{} 00:00:00.000000"


def test_reports_of_before_have_their_story_afterwards(request: pytest.FixtureRequest) -> None:
    wiring.load_models()
    source: Source = request.getfixturevalue("sqlite")
    url = source.blank()
    database = Database(url)
    migrations.upgrade(database, "0030")
    connection = database.engine.raw_connection()
    # Of what stands above the reports, the ids are enough.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    _bare(connection, "workspace", id=f"{ID}8")
    _bare(connection, "program", id=f"{ID}9", workspace_id=f"{ID}8")
    for number, state in ((1, "fixed"), (2, "closed"), (3, "duplicate")):
        connection.execute(
            "INSERT INTO report (id, workspace_id, program_id, number, kind, title, body, steps, state, environment,"
            " app_version, source, has_reporter, is_private, turn, people, impact, fingerprint, created_at, touched_at,"
            " outcome_note, changed_at, changed_by, version) VALUES (?, ?, ?, ?, 'idea', 't', '', '', ?, '{}', '',"
            " 'portal', 1, 0, 'nobody', 1, 2.0, '', ?, ?, '', ?, '', 1)",
            (f"{ID}{number}", f"{ID}8", f"{ID}9", number, state, *(BEFORE.format(1),) * 3),
        )
    for number, kind, told in (
        (1, "report_state_changed", {"former": "new", "state": "fixed", "is_silent": False}),
        (2, "report_state_changed", {"former": "new", "state": "closed", "is_silent": True}),
        (3, "report_merged", {}),
        (4, "report_state_changed", {"former": "new", "state": "fixed", "is_silent": False}),
    ):
        report_id = f"00000000-0000-0000-0000-00000000000{number}"
        connection.execute(
            "INSERT INTO event (id, kind, at, actor_kind, data) VALUES (?, ?, ?, 'system', ?)",
            (f"{ID}{number}", kind, BEFORE.format(2), json.dumps({"report_id": report_id, **told})),
        )
    connection.commit()
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA ignore_check_constraints = OFF")
    connection.close()
    migrations.upgrade(database)
    with database.engine.connect() as seen:
        moves = seen.execute(
            text(
                "SELECT r.number, t.former, t.state FROM report_transition t JOIN report r ON r.id = t.report_id"
                " ORDER BY r.number, t.at"
            )
        ).all()
        told_of = seen.execute(text("SELECT number FROM report WHERE told_at IS NOT NULL")).all()
    assert [tuple(row) for row in moves] == [
        (1, None, "new"), (1, "new", "fixed"),
        (2, None, "new"), (2, "new", "closed"),
        (3, None, "new"), (3, "new", "duplicate"),
    ]  # fmt: skip
    assert [row[0] for row in told_of] == [1]
    database.close()
    source.drop_for_good(url)


def _bare(connection: Any, table: str, **values: str) -> None:
    """A row in which everything that must be there and is not said is empty."""
    for _at, name, _type, is_needed, default, _key in connection.execute(
        f"PRAGMA table_info({table})"
    ).fetchall():
        if is_needed and default is None:
            values.setdefault(name, "")
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
