"""One request, one unit of work: GETs write nothing, refusals leave nothing, tallies harm nothing."""

from typing import Any

import pytest
from flask import Blueprint
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from betaops.accounts.models import Workspace
from betaops.kernel import checks
from betaops.kernel.db import Database
from betaops.kernel.errors import Refused, TooMany
from betaops.kernel.work import Work
from betaops.web.access import public, scope
from betaops.web.application import Application, afterwards, reading, writing
from betaops.web.forms import EmptyForm, refusals
from tests.support.browsers import Browser


def _workspace(name: str) -> Workspace:
    return Workspace(name=name, slug=name, created_at=writing().now)


@pytest.fixture
def app(new_app: Application) -> Application:
    """With a few routes of this test's own."""
    blueprint = Blueprint("tried", __name__)

    @blueprint.get("/tried/get-that-writes")
    @public
    def get_that_writes() -> str:
        from betaops.kernel import clock

        reading().add(Workspace(name="x", slug="x", created_at=clock.now()))
        reading().flush()
        return "written"

    @blueprint.post("/tried/crash")
    @public
    def crash() -> str:
        writing().add(_workspace("crashed"))
        raise ZeroDivisionError("secret detail")

    @blueprint.post("/tried/refusal")
    @public
    def refusal() -> tuple[str, int]:
        form = EmptyForm()
        writing().add(_workspace("kept"))
        with refusals(form):
            writing().add(_workspace("undone"))
            raise Refused("no", "Not today.")
        return str(form.form_errors), 422

    @blueprint.post("/tried/too-often")
    @public
    def too_often() -> str:
        raise TooMany("Slowly.", retry_after_seconds=7)

    @blueprint.get("/tried/tally")
    @public
    def tally() -> str:
        def count(work: Work) -> None:
            work.add(Workspace(name="tally", slug="tally", created_at=work.now))

        def fail(work: Work) -> None:
            raise RuntimeError("a count that is lost")

        afterwards(fail)
        afterwards(count)
        return "seen"

    @blueprint.get("/tried/unclassified")
    def unclassified() -> str:
        return "never shown"

    new_app.register_blueprint(blueprint)
    return new_app


def _slugs(work: Work) -> set[str]:
    return set(work.session.scalars(select(Workspace.slug)))


def test_a_get_that_writes_fails_and_writes_nothing(client: Browser, work: Work) -> None:
    assert client.get("/tried/get-that-writes").status_code >= 500
    assert "x" not in _slugs(work)


def test_s43_a_crash_rolls_back_and_says_nothing_but_an_id(client: Browser, work: Work) -> None:
    response = client.post("/tried/crash")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert "err_" in response.text
    assert "crashed" not in _slugs(work)


def test_a_refusal_undoes_its_own_block_and_nothing_else(client: Browser, work: Work) -> None:
    response = client.post("/tried/refusal")
    assert response.status_code == 422
    assert "Not today." in response.text
    assert "kept" in _slugs(work)
    assert "undone" not in _slugs(work)


def test_a_tally_that_fails_costs_neither_the_page_nor_the_next_tally(client: Browser, work: Work) -> None:
    assert client.get("/tried/tally").text == "seen"
    assert "tally" in _slugs(work)


def test_s01_a_route_that_says_nothing_about_access_is_open_to_nobody(client: Browser, work: Work) -> None:
    assert client.get("/tried/unclassified").status_code == 403


def test_s31_a_post_without_its_token_changes_nothing(client: Browser, work: Work) -> None:
    response = client.post("/tried/refusal", csrf=False)
    assert response.status_code == 400
    assert "kept" not in _slugs(work)


def test_who_comes_too_often_is_told_when_to_come_back(client: Browser, work: Work) -> None:
    response = client.post("/tried/too-often")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"


def test_programs_get_a_problem_where_people_get_a_page(client: Browser, work: Work) -> None:
    page = client.get("/nowhere")
    problem = client.get("/nowhere", headers={"Accept": "application/json"})
    assert page.status_code == problem.status_code == 404
    assert page.content_type.startswith("text/html")
    assert problem.content_type == "application/problem+json"
    assert problem.json is not None
    assert problem.json["status"] == 404


@pytest.mark.parametrize("path", ["/nowhere", "/sign-in", "/healthz"])
def test_s22_every_answer_carries_the_strict_policy(client: Browser, work: Work, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_s31_trace_is_not_taken(client: Browser, work: Work) -> None:
    assert client.open("/", method="TRACE").status_code == 405


def test_a_cookieless_route_sets_no_cookie(client: Browser, work: Work) -> None:
    assert "Set-Cookie" not in client.get("/healthz").headers


def test_readiness_for_probes_needs_the_database_and_its_newest_schema(client: Browser, work: Work) -> None:
    assert client.get("/readyz").status_code == 200
    work.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert client.get("/readyz").status_code == 503


class TestIdempotency:
    """`Idempotency-Key`: a retry gets the first answer, another request under the same key is refused."""

    @pytest.fixture
    def app(self, new_app: Application) -> Application:
        blueprint = Blueprint("tried_api", __name__, url_prefix="/api/v1")

        @blueprint.post("/tried")
        @scope("programs:write")
        def make() -> tuple[dict[str, Any], int]:
            from flask import request

            work = writing()
            name = request.get_json()["name"]
            work.add(_workspace(name))
            return {"name": name, "count": len(_slugs(work))}, 201

        new_app.register_blueprint(blueprint)
        return new_app

    @pytest.fixture
    def headers(self, work: Work) -> dict[str, str]:
        from betaops.accounts.permissions import Permission
        from betaops.accounts.service import keys

        _row, key = keys.create_key(work, "tests", {Permission.PROGRAMS_WRITE})
        work.session.commit()
        return {"Authorization": f"Bearer {key}", "Idempotency-Key": "abc"}

    def test_a_retry_gets_the_same_answer_and_changes_nothing(
        self, client: Browser, work: Work, headers: dict[str, str]
    ) -> None:
        first = client.post("/api/v1/tried", json={"name": "once"}, headers=headers)
        again = client.post("/api/v1/tried", json={"name": "once"}, headers=headers)
        assert first.status_code == again.status_code == 201
        assert first.json == again.json
        assert again.headers["Idempotent-Replayed"] == "true"
        assert (
            work.session.scalar(select(func.count()).select_from(Workspace).where(Workspace.slug == "once"))
            == 1
        )

    def test_the_same_key_for_something_else_is_refused(
        self, client: Browser, work: Work, headers: dict[str, str]
    ) -> None:
        client.post("/api/v1/tried", json={"name": "once"}, headers=headers)
        other = client.post("/api/v1/tried", json={"name": "twice"}, headers=headers)
        assert other.status_code == 409
        assert "twice" not in _slugs(work)

    def test_a_request_that_failed_may_be_tried_again(
        self, client: Browser, work: Work, headers: dict[str, str]
    ) -> None:
        client.post("/api/v1/tried", json={"name": "acme-tests"}, headers=headers)
        later = client.post("/api/v1/tried", json={"name": "acme-tests"}, headers=headers)
        assert later.status_code == 409
        assert "Idempotent-Replayed" not in later.headers

    def test_s32_a_key_without_the_scope_or_without_end_in_sight_is_refused(
        self, client: Browser, work: Work, headers: dict[str, str]
    ) -> None:
        from betaops.accounts.permissions import Permission
        from betaops.accounts.service import keys

        _row, weak = keys.create_key(work, "weak", {Permission.FLAGS_READ})
        assert (
            client.post(
                "/api/v1/tried", json={"name": "a"}, headers={"Authorization": f"Bearer {weak}"}
            ).status_code
            == 403
        )
        unknown = client.post(
            "/api/v1/tried", json={"name": "a"}, headers={"Authorization": "Bearer bok_nonsense"}
        )
        assert unknown.status_code == 401
        assert unknown.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_full_disk_is_said_before_writes_fail(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_BYTES", 1 << 60)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the disk is full\n")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_count_does_not_wait_for_another_writer(database: Database) -> None:
    """A page is not held up by what may as well not be counted."""
    with database.writing() as busy:
        busy.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match="locked"), database.hastily_writing() as hasty:
            hasty.execute(text("SELECT 1"))
    with database.hastily_writing() as hasty:
        hasty.execute(text("SELECT 1"))
