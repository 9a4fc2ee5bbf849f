"""`betaops export` and `betaops erase`: one person as a whole, for whoever operates an installation."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

import config
from betaops.__main__ import main
from betaops.accounts.models import Workspace
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.providers import provided
from betaops.enrollment.queries import testers
from betaops.kernel.events import RecordedEvent
from betaops.kernel.jobs import Job
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work
from tests.factories.enrollment import a_tester, an_enrollment
from tests.factories.programs import a_program

MAIL = "ana@example.com"


@pytest.fixture
def run(settings: Settings, work: Work, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(config, "load", lambda: settings)

    def run(*words: str) -> Result:
        work.session.commit()
        result = CliRunner().invoke(main, list(words), catch_exceptions=False)
        work.session.expire_all()
        return result

    return run


@pytest.fixture
def slug(work: Work) -> str:
    workspace = work.session.get(Workspace, work.workspace_id)
    assert workspace is not None
    return workspace.slug


def test_a_person_is_exported_as_their_own_page_gives_it(
    work: Work, run: Any, slug: str, tester_client: Any, tmp_path: Path
) -> None:
    place = an_enrollment(work, mail=MAIL, name="Ana 🦉", attributes={"os": "iOS"})
    page = tester_client(place).get("/portal/me/data.json")
    shown = run("export", "Ana@Example.com", "--workspace", slug)
    assert (shown.exit_code, json.loads(shown.output)) == (0, page.get_json())
    assert set(json.loads(shown.output)) >= {
        "person",
        "programs",
        "cohorts",
        "feedback",
        "mails",
        "surveys",
        "usage",
    }
    line = run("export", MAIL, "--workspace", slug, "--json")
    assert line.output.count("\n") == 1
    assert json.loads(line.output) == page.get_json()
    out = tmp_path / "ana.json"
    written = run("export", MAIL, "--workspace", slug, "--out", str(out), "--json")
    assert out.read_bytes() == page.data
    assert json.loads(written.output) == {"file": str(out), "bytes": len(page.data)}


def test_the_command_alone_knows_what_every_room_holds(
    work: Work, run: Any, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provided, "data", ())
    a_tester(work, mail=MAIL)
    shown = json.loads(run("export", MAIL, "--workspace", slug).output)
    assert set(shown) >= {"cohorts", "feedback", "mails", "surveys", "usage"}


def test_a_person_is_erased_and_every_room_hears_of_it(work: Work, run: Any, slug: str) -> None:
    program = a_program(work, capacity=1)
    tester_id = an_enrollment(work, program=program, mail=MAIL).tester_id
    waiting = an_enrollment(work, program=program, state=State.WAITLISTED)
    result = run("erase", MAIL, "--workspace", slug, "--yes")
    assert (result.exit_code, result.output) == (0, f"Everything about {MAIL} is deleted.\n")
    assert testers.tester_by_key(work.session, MAIL) is None
    assert list(work.session.scalars(select(Enrollment.id))) == [waiting.id]
    assert waiting.state is State.ACCEPTED
    erased = work.session.scalars(select(RecordedEvent).where(RecordedEvent.kind == "tester_erased")).one()
    assert erased.data["tester_id"] == str(tester_id)
    told = {
        job.name for job in work.session.scalars(select(Job)) if job.args.get("event_id") == str(erased.id)
    }
    assert told >= {"deliver:messaging.forget_person", "deliver:feedback.forget_person"}


def test_erasing_asks_first(work: Work, run: Any, slug: str) -> None:
    a_tester(work, mail=MAIL)
    assert run("erase", MAIL, "--workspace", slug).exit_code == 1
    assert testers.tester_by_key(work.session, MAIL) is not None


@pytest.mark.parametrize("command", [("export",), ("erase", "--yes")])
def test_who_is_unknown_is_said_in_a_sentence(
    work: Work, run: Any, slug: str, command: tuple[str, ...]
) -> None:
    elsewhere = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(elsewhere)
    work.enter(elsewhere.id)
    a_tester(work, mail=MAIL)
    unknown = run(*command, MAIL, "--workspace", slug)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == f"Error: Nobody in the workspace “{slug}” has the address {MAIL}.\n"
    nowhere = run(*command, MAIL, "--workspace", "nowhere")
    assert (nowhere.exit_code, nowhere.stdout) == (1, "")
    assert nowhere.stderr == f"Error: There is no workspace “nowhere”. There are: {slug}, other-tests.\n"
    assert testers.tester_by_key(work.session, MAIL) is not None
