"""Every request leaves one line in the log, and it tells no secrets."""

import pytest
from flask import Blueprint
from sqlalchemy import select
from structlog.testing import capture_logs

from betaops.accounts.models import Workspace
from betaops.web.access import public
from betaops.web.application import Application, reading
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def app(new_app: Application) -> Application:
    blueprint = Blueprint("journal", __name__, url_prefix="/journal")

    @blueprint.get("/<token>")
    @public
    def read(token: str) -> str:
        if token == "crash":
            raise RuntimeError("mara@example.com")
        for _statement in range(3):
            reading().execute(select(Workspace))
        return "read"

    new_app.register_blueprint(blueprint)
    return new_app


@pytest.mark.parametrize(
    ("path", "status", "route", "queries"),
    [
        ("/journal/abc", 200, "journal.read", 3),
        ("/journal/crash", 500, "journal.read", 0),
        ("/nothing/here", 404, None, 0),
    ],
)
def test_a_request_leaves_one_line_however_it_ended(
    client: Browser, path: str, status: int, route: str | None, queries: int
) -> None:
    with capture_logs() as lines:
        answer = client.get(path)
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["status"], line["route"], line["queries"]) == (status, route, queries)
    assert (line["method"], line["actor"]) == ("GET", "visitor")
    assert line["id"] == answer.headers["X-Request-ID"]


def test_the_address_and_what_was_sent_stay_out_of_the_log(client: Browser) -> None:
    with capture_logs() as lines:
        client.get("/journal/a-token-in-the-path?answer=42", headers={"Cookie": "x=secret-cookie"})
    written = str(lines)
    for secret in ("a-token-in-the-path", "answer=42", "secret-cookie"):
        assert secret not in written
