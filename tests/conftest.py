"""Fixtures that every room's tests use. What they are made of is in `tests/support/`."""

import gc
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import time_machine
from hypothesis import settings as hypothesis_settings

from betaops.kernel.db import Database
from betaops.kernel.settings import Settings
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.web.application import Application
from tests.support import applications, processes, sockets
from tests.support import sample as samples
from tests.support.browsers import Browser
from tests.support.clock import Clock
from tests.support.databases import PostgreSql, Source, Sqlite
from tests.support.examples import examples
from tests.support.outbox import Outbox
from tests.support.running import RunJobs
from tests.support.sample import Sample
from tests.support.scheduling import Together

if TYPE_CHECKING:
    from betaops.enrollment.models import Enrollment

pytest_plugins = ["tests.support.chromium"]

# No assertion is timed: how long an example takes says how busy the machine is.
hypothesis_settings.register_profile("untimed", deadline=None, max_examples=examples(100))
hypothesis_settings.load_profile("untimed")

#: What the clock shows when a test asks for `clock`: a Monday morning.
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


#: A test with one of these opens pages: what they show is asked of the database by queries that have tests of their own.
PAGES = {"client", "member_client", "tester_client"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["usual", "sqlite", "postgresql", "both"],
        default="usual",
        help="which databases the tests run on (usual: both, one after the other, but pages on SQLite only)",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for rubbish takes 7 % of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames and not _is_chosen_by_test(metafunc):
        metafunc.parametrize("database", _kinds(metafunc), indirect=True, scope="function")


def _kinds(metafunc: pytest.Metafunc) -> list[str]:
    chosen = metafunc.config.getoption("--database")
    if chosen == "both" or (chosen == "usual" and not PAGES & set(metafunc.fixturenames)):
        return ["sqlite", "postgresql"]
    return ["sqlite"] if chosen == "usual" else [chosen]


def _is_chosen_by_test(metafunc: pytest.Metafunc) -> bool:
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0]
        if "database" in (names.replace(" ", "").split(",") if isinstance(names, str) else names):
            return True
    return False


@pytest.fixture(scope="session", autouse=True)
def nothing_outside() -> Iterator[None]:
    """Sockets reach this machine only."""
    with pytest.MonkeyPatch.context() as patch:
        sockets.close_to_the_outside(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_goes_on() -> Iterator[None]:
    """What a test leaves behind may wait, not work: every later test would wait for the interpreter's lock."""
    yield
    assert not processes.working_threads()


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Shown with a failure, without structlog's own tracebacks, which take seconds to draw."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ]
    )


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    source = Sqlite(tmp_path_factory.mktemp("sqlite"))
    yield source
    source.close()


@pytest.fixture(scope="session")
def postgresql(worker_name: str) -> Iterator[Source]:
    source = PostgreSql(worker_name)
    yield source
    source.close()


@pytest.fixture
def source(request: pytest.FixtureRequest, database: Database) -> Source:
    """Where `database` came from; gives more of its kind."""
    found: Source = request.getfixturevalue("sqlite" if database.is_sqlite else "postgresql")
    return found


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Fresh, migrated, empty; the test runs once on SQLite and once on PostgreSQL.

    Only one of them: `@pytest.mark.parametrize("database", ["sqlite"], indirect=True)`.
    """
    source: Source = request.getfixturevalue(request.param)
    database = source.lend()
    yield database
    source.take_back(database)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Those of a small installation without mail server. A test module may override this fixture."""
    return Settings(
        database_url=database.url,
        secret_key="a secret of the tests, long enough",
        base_url="http://localhost",
        instance=tmp_path,
    )


@pytest.fixture
def platform(settings: Settings, database: Database) -> Iterator[Platform]:
    platform = Platform(settings, database)
    yield platform
    platform.tallies.flush()  # while the database is still there


@pytest.fixture
def work(request: pytest.FixtureRequest, platform: Platform) -> Iterator[Work]:
    """A Work of the system in a workspace of its own ("Acme"), open until committed.

    `work.session.commit()` commits; `client` and `run_jobs` do so before they begin, and afterwards rows
    held by the test show what is in the database.
    """
    from betaops.accounts.models import Workspace

    with platform.database.session() as session:
        work = Work(session, platform, SYSTEM, datetime.now(UTC))
        if "clock" in request.fixturenames:
            request.getfixturevalue("clock").follow(work)
        workspace = Workspace(name="Acme", slug="acme-tests", created_at=work.now)
        work.add(workspace)
        work.enter(workspace.id)
        session.commit()
        yield work
        session.rollback()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stands still at BEGINNING; `clock.shift(days=1)`, `clock.move_to(moment)`. Moves `work.now` too."""
    with time_machine.travel(BEGINNING, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def app(platform: Platform) -> Application:
    """The whole application on `database`; answers as in production, no exception passes through."""
    return applications.application(platform)


@pytest.fixture
def new_app(platform: Platform) -> Application:
    """The same, made for this test alone: routes may be added to it."""
    return applications.new_application(platform)


@pytest.fixture(scope="session")
def sample(worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The sample workspace, on SQLite, to be read; planted by one of the workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_name == "alone" else base.parent
    sample = samples.plant(shared / "planted", tmp_path_factory.mktemp("sample") / "instance")
    yield sample
    sample.close()


@pytest.fixture
def client(app: Application, work: Work) -> Browser:
    """A stranger's browser (see `tests.support.browsers`)."""
    from tests.support.signed_in import browser_of

    return browser_of(app, work)


@pytest.fixture
def member_client(app: Application, work: Work) -> Callable[..., Browser]:
    """`member_client("manager")`: the browser of a member of the work's workspace."""
    from tests.support import signed_in

    def of(role: str = "owner") -> Browser:
        browser = signed_in.browser_of(app, work)
        signed_in.sign_in_member(browser, work, signed_in.a_member(work, role))
        return browser

    return of


@pytest.fixture
def tester_client(app: Application, work: Work) -> "Callable[[Enrollment], Browser]":
    """`tester_client(enrollment)`: the browser of the tester behind it."""
    from tests.support import signed_in

    def of(enrollment: "Enrollment") -> Browser:
        browser = signed_in.browser_of(app, work)
        signed_in.sign_in_tester(browser, work, enrollment.tester_id)
        return browser

    return of


@pytest.fixture
def outbox(platform: Platform, work: Work) -> Outbox:
    """The mails queued so far: `outbox[-1].subject`, `outbox.to(address)`."""
    return Outbox(platform)


@pytest.fixture
def run_jobs(app: Application, work: Work) -> RunJobs:
    """`run_jobs()` runs what is due until nothing is."""
    return RunJobs(app, work)


def pytest_report_header(config: Any) -> str:
    given = os.environ.get("TEST_DATABASE_URL")
    return f"databases: {config.getoption('--database')}, PostgreSQL {'given' if given else 'of our own'}"
