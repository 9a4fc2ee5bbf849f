"""Step 0046 writes down in which arm people are who have begun: in that of their first response."""

import pytest
from sqlalchemy import text

from betaops import wiring
from betaops.kernel import migrations
from betaops.kernel.db import Database
from tests.support.databases import Source

ID = "0" * 30
WORKSPACE, SURVEY, TIN, BOX, ANA, BEN = (f"{ID}{at:02d}" for at in range(1, 7))


def test_whoever_has_begun_stays_in_the_arm_of_their_first_response(request: pytest.FixtureRequest) -> None:
    wiring.load_models()
    source: Source = request.getfixturevalue("sqlite")
    url = source.blank()
    database = Database(url)
    migrations.upgrade(database, "0046")
    migrations.downgrade(database, "-1")
    connection = database.engine.raw_connection()
    # Only these rows: what stands above them is not what this is about.
    connection.execute("PRAGMA foreign_keys = OFF")
    for arm, name in ((TIN, "tin"), (BOX, "box")):
        connection.execute(
            "INSERT INTO survey_arm (id, workspace_id, survey_id, name, key, weight, taken) VALUES (?, ?, ?, ?, ?, 1, 1)",
            (arm, WORKSPACE, SURVEY, name, name),
        )
    for at, (person, arm, state, wave) in enumerate(
        ((ANA, "tin", "withdrawn", 0), (ANA, "box", "complete", 1), (BEN, "box", "started", 0),
         (BEN, "tin", "test", 2), (None, "tin", "complete", 0), (ANA, "", "complete", 3))
    ):  # fmt: skip
        connection.execute(
            "INSERT INTO response (id, workspace_id, survey_id, version_id, enrollment_id, tester_id, submission_key,"
            " state, language, page, answers, started_at, saved_at, finished_at, wave, arm)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'en', 0, '{}', ?, ?, ?, ?, ?)",
            (f"{ID}{at + 20}", WORKSPACE, SURVEY, f"{ID}90", person, person, f"k{at}", state,
             *[f"2026-01-0{at + 1} 00:00:00.000000"] * 3, wave, arm),
        )  # fmt: skip
    connection.commit()
    connection.close()
    migrations.upgrade(database, "0046")
    with database.engine.connect() as seen:
        rows = seen.execute(text("SELECT enrollment_id, arm_id FROM survey_allotment ORDER BY enrollment_id"))
        assert [tuple(row) for row in rows] == [(ANA, TIN), (BEN, BOX)]
    database.close()
    source.drop_for_good(url)
