"""Safe methods are read-only: a GET that tries to write fails and changes nothing."""

import pytest
from flask import Blueprint
from sqlalchemy import select

from betaops.accounts.models import Workspace
from betaops.kernel.clock import now
from betaops.kernel.db import Database
from betaops.kernel.work import Work
from betaops.web.access import public
from betaops.web.application import Application, afterwards, reading, writing
from tests.support.browsers import Browser


@pytest.fixture
def app(new_app: Application) -> Application:
    blueprint = Blueprint("trying", __name__, url_prefix="/trying")

    def a_row() -> Workspace:
        return Workspace(name="Written", slug="written", created_at=now())

    @blueprint.get("/session")
    @public
    def by_session() -> str:
        reading().add(a_row())
        reading().flush()
        return "written"

    @blueprint.get("/commit")
    @public
    def by_commit() -> str:
        reading().add(a_row())
        return "written"

    @blueprint.get("/work")
    @public
    def by_work() -> str:
        writing().add(a_row())
        return "written"

    @blueprint.get("/tally")
    @public
    def by_tally() -> str:
        afterwards(lambda work: work.add(a_row()))
        return "counted"

    @blueprint.get("/unclassified")
    def unclassified() -> str:
        return "anything"

    @blueprint.post("/crash")
    @public
    def crash() -> str:
        writing().add(a_row())
        raise RuntimeError("in the middle")

    new_app.register_blueprint(blueprint)
    return new_app


def written(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(Workspace).where(Workspace.slug == "written")) is not None


@pytest.mark.parametrize("way", ["session", "commit", "work"])
def test_a_get_that_writes_fails_and_changes_nothing(client: Browser, database: Database, way: str) -> None:
    answer = client.get(f"/trying/{way}")
    assert answer.status_code >= 500
    assert not written(database)


def test_a_connection_that_read_can_write_in_the_next_request(client: Browser, database: Database) -> None:
    """Read-only is a property of the transaction, not something that sticks to a pooled connection."""
    for _request in range(3):
        client.get("/trying/session")
    with database.writing() as session:
        session.add(Workspace(name="Written", slug="written", created_at=now()))
    assert written(database)


def test_a_tally_is_written_after_the_answer(client: Browser, database: Database) -> None:
    assert client.get("/trying/tally").text == "counted"
    assert written(database)


def test_a_route_without_a_word_on_access_is_refused(client: Browser) -> None:
    assert client.get("/trying/unclassified").status_code == 403


def test_a_crash_in_the_middle_changes_nothing_and_shows_no_trace(
    client: Browser, database: Database, work: Work
) -> None:
    answer = client.post("/trying/crash")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert "in the middle" not in answer.text
    assert not written(database)
