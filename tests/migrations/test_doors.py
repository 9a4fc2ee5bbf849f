"""Step 0022 changes `response` in place: on SQLite, rebuilding the table would take every answer along."""

import pytest
from sqlalchemy import text

from betaops import wiring
from betaops.kernel import migrations
from betaops.kernel.db import Database
from tests.support.databases import Source

ID = "0" * 31
BEFORE = "2026-01-01 00:00:00.000000"


def test_answers_outlive_the_step_and_the_way_back(request: pytest.FixtureRequest) -> None:
    wiring.load_models()
    source: Source = request.getfixturevalue("sqlite")
    url = source.blank()
    database = Database(url)
    migrations.upgrade(database, "0021")
    connection = database.engine.raw_connection()
    # Only this row, its child, and what later steps look for: what else stands above is not what this is about.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(
        "INSERT INTO workspace (id, name, slug, created_at) VALUES (?, 'Acme', 'acme', ?)", (f"{ID}2", BEFORE)
    )
    connection.execute(
        "INSERT INTO survey_question (id, workspace_id, survey_id, name, kind, title, position, first_number,"
        " last_number) VALUES (?, ?, ?, 'q', 'text', 'Q', 0, 1, 1)",
        (f"{ID}6", f"{ID}2", f"{ID}3"),
    )
    connection.execute(
        "INSERT INTO response (id, workspace_id, survey_id, version_id, submission_key, state, language, page, answers,"
        " started_at, saved_at, finished_at, is_in_product, wave) VALUES (?, ?, ?, ?, 'k', 'complete', 'en', 0, '{}',"
        " ?, ?, ?, 0, 0)",
        (f"{ID}1", f"{ID}2", f"{ID}3", f"{ID}4", BEFORE, BEFORE, BEFORE),
    )
    connection.execute(
        "INSERT INTO answer (id, workspace_id, response_id, question_id, \"row\", code) VALUES (?, ?, ?, ?, '', 'yes')",
        (f"{ID}5", f"{ID}2", f"{ID}1", f"{ID}6"),
    )
    connection.commit()
    connection.execute("PRAGMA foreign_keys = ON")
    connection.close()
    migrations.upgrade(database)
    assert _kept(database) == [("complete", "yes")]
    migrations.downgrade(database, "0021")
    assert _kept(database) == [("complete", "yes")]
    migrations.upgrade(database)
    with database.engine.begin() as changing:
        changing.execute(text("UPDATE response SET state = 'over_quota'"))
        assert changing.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    database.close()
    source.drop_for_good(url)


def _kept(database: Database) -> list[tuple[str, str]]:
    joined = text("SELECT r.state, a.code FROM response r JOIN answer a ON a.response_id = r.id")
    with database.engine.connect() as seen:
        return [(row[0], row[1]) for row in seen.execute(joined)]
