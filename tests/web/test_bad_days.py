"""The database is locked, away or full: a page that says so, nothing half-written, and recovery without a hand."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Blueprint, Response
from sqlalchemy import Engine, event, func, select

from betaops.accounts.models import Workspace
from betaops.kernel import db
from betaops.kernel.clock import now
from betaops.kernel.db import Database
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from betaops.web.access import public
from betaops.web.application import Application, reading, writing
from tests.support.browsers import Browser, forms_of
from tests.support.databases import migrate
from tests.support.postgresql import Server

FORM = {"name": "Acme & Sons", "note": "line one\nline two"}


@pytest.fixture
def app(new_app: Application) -> Application:
    """With a page that reads and a form that writes two rows."""
    add_pages(new_app)
    return new_app


def add_pages(app: Application) -> None:
    blueprint = Blueprint("days", __name__, url_prefix="/days")

    @blueprint.get("/")
    @public
    def read() -> str:
        return str(reading().scalar(select(func.count()).select_from(Workspace)))

    @blueprint.post("/")
    @public
    def write() -> Response:
        from flask import request

        for number in (1, 2):
            writing().add(Workspace(name=request.form["name"], slug=f"days-{number}", created_at=now()))
            # Large enough to need pages of its own.
            writing().enqueue("test.never", {"text": "x" * 20_000})
        return Response("saved")

    app.register_blueprint(blueprint)


def written(database: Database) -> int:
    with database.reading() as session:
        return (
            session.scalar(select(func.count()).select_from(Workspace).where(Workspace.slug.like("days-%")))
            or 0
        )


@contextmanager
def on_each_connection(engine: Engine, statement: str) -> Iterator[None]:
    """SQLite settings are per connection, and the pool makes new ones."""

    def run(connection: Any, *_more: Any) -> None:
        connection.execute(statement)

    engine.dispose()
    event.listen(engine, "connect", run)
    try:
        yield
    finally:
        event.remove(engine, "connect", run)
        engine.dispose()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody else holds the writers' lock, and nobody waits long for it."""
    with (
        pytest.MonkeyPatch.context() as patched,
        closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as other,
    ):
        patched.setattr(db, "PATIENCE_SECONDS", 0.1)
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(database: Database) -> Iterator[None]:
    """The file may not grow any more, as on a full disk; what earlier tests have left free in it is given back."""
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("VACUUM")
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with on_each_connection(database.engine, f"PRAGMA max_page_count={pages}"):
        yield


def says_that_it_is_away(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Away for a moment" in answer.text
    for word in ("Traceback", "sqlite", "psycopg", "SELECT", "locked", "disk image"):
        assert word not in answer.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("trouble", [locked, full], ids=["locked", "full"])
def test_saving_while_the_database_is_locked_or_full_saves_nothing_and_says_so(
    client: Browser, database: Database, trouble: Callable[[Database], Any]
) -> None:
    client.get("/days/")
    with trouble(database):
        says_that_it_is_away(client.post("/days/", data=FORM))
        assert client.get("/days/").status_code == 200, "reading goes on"
        assert written(database) == 0
    assert client.post("/days/", data=FORM).text == "saved"
    assert written(database) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_typed_can_be_sent_again_from_the_page_that_says_so(
    client: Browser, database: Database
) -> None:
    client.get("/days/")
    with locked(database):
        answer = client.post("/days/", data=FORM)
    (form,) = forms_of(answer.text)
    assert {name: form.fields[name] for name in FORM} == FORM
    assert client.post("/days/", data=form.fields).text == "saved"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_password_is_never_written_into_a_page(client: Browser, database: Database) -> None:
    client.get("/days/")
    with locked(database):
        answer = client.post("/days/", data={**FORM, "password": "correct horse"})
    says_that_it_is_away(answer)
    assert "correct horse" not in answer.text
    assert forms_of(answer.text) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_programs_are_told_by_a_problem_that_names_no_secret(client: Browser, database: Database) -> None:
    client.get("/days/")
    with locked(database):
        answer = client.post("/days/", data=FORM, headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["type"] == "urn:betaops:unavailable"


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL server that may be stopped: nobody else's tests are on it."""
    server = Server()
    server.start()
    yield server
    server.close()


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # for `settings`; the server is its own
def test_a_server_that_goes_away_and_comes_back_is_noticed_and_taken_up_again(
    server: Server, settings: Settings
) -> None:
    from dataclasses import replace

    from betaops.app import create_app

    migrate(server.url)
    platform = Platform(replace(settings, database_url=server.url), Database(server.url))
    app = create_app(platform.settings, platform)
    app.test_client_class = Browser
    add_pages(app)
    browser = app.test_client()
    assert browser.get("/days/").text == "0"
    server.stop()
    says_that_it_is_away(browser.get("/days/"))
    says_that_it_is_away(browser.post("/days/", data=FORM))
    assert browser.get("/healthz").status_code == 200, "the process itself is well"
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.text) == (503, "database is away\n")
    server.start()
    assert browser.get("/days/").text == "0", "nothing was half-written"
    assert browser.post("/days/", data=FORM).text == "saved"
    assert browser.get("/readyz").status_code == 200
    platform.database.close()
