"""Step 0040 takes the ids of answers away and brings all else along, tags too, both ways and on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from betaops import wiring
from betaops.accounts.models import Workspace
from betaops.kernel import clock, migrations
from betaops.kernel.db import Database
from betaops.kernel.settings import Settings
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import queries, service
from tests.factories.surveys import a_response, a_survey
from tests.support.databases import Source


@pytest.fixture(params=["sqlite", "postgresql"])
def answered(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    """Two responses, one of them with a tag on what was written."""
    wiring.load_models()
    source: Source = request.getfixturevalue(request.param)
    url = source.blank()
    database = Database(url)
    migrations.upgrade(database)
    with database.writing() as session:
        work = Work(session, Platform(settings, database), SYSTEM, clock.now())
        workspace = Workspace(name="Acme", slug="acme", created_at=work.now)
        work.add(workspace)
        work.enter(workspace.id)
        survey = a_survey(work)
        for why in ("Sync is slow", "It crashed"):
            a_response(work, survey, {"used_import": "yes", "import_easy": 4, "nps": 3, "why": why})
        why_id = queries.current_questions(session, survey.id)["why"].id
        written = next(each for each in queries.texts(session, survey.id, why_id) if "slow" in each.text)
        service.tag_answer(work, why_id, written.key, "Speed")
    yield database
    database.close()
    source.drop_for_good(url)


def test_answers_and_their_tags_outlive_the_step_and_the_way_back(answered: Database) -> None:
    before = _kept(answered, "t.response_id = a.response_id AND t.question_id = a.question_id")
    assert len(before[0]) == 8
    assert before[1] == [("Speed", "Sync is slow")]
    assert (len(before[2]), len(before[3]) > 2) == (2, True)
    migrations.downgrade(answered, "0039")
    assert _kept(answered, "t.answer_id = a.id") == before
    migrations.upgrade(answered)
    assert _kept(answered, "t.response_id = a.response_id AND t.question_id = a.question_id") == before


def _kept(database: Database, tagged: str) -> tuple[list[tuple[object, ...]], ...]:
    """Answers, tagged texts, the tail, and what events speak of."""
    with database.engine.connect() as seen:
        return tuple(
            [tuple(row) for row in seen.execute(text(statement))]
            for statement in (
                'SELECT workspace_id, response_id, question_id, "row", code, number, text FROM answer ORDER BY 2, 3, 4, 5',
                f"SELECT t.name, a.text FROM answer_tag t JOIN answer a ON {tagged}",
                "SELECT workspace_id, survey_id, response_id FROM tail_response ORDER BY 3",
                "SELECT subject_id, event_id FROM event_subject ORDER BY 2, 1",
            )
        )
