"""Tasks from the terminal: listed, written to a file, taken in."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

import config
from betaops.kernel.work import Platform
from betaops.tasks import commands, queries
from betaops.tasks.models import OutcomeState, TaskState
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.tasks import a_build, a_task, an_outcome


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def run(work, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(config, "load", lambda: platform.settings)

    def invoke(*arguments: str) -> Any:
        work.session.commit()
        result = CliRunner().invoke(commands.tasks, arguments)
        work.session.expire_all()
        return result

    return invoke


def test_what_is_exported_is_taken_in_elsewhere(work, program, run, tmp_path):
    cohort, build = a_cohort(work, program=program), a_build(work, program, name="2.0")
    a_task(
        work, program=program, title="Share a note", cohort_id=cohort.id, build_id=build.id, target_seconds=90
    )
    a_task(work, program=program, title="Import", why="It decides.")
    file = tmp_path / "tasks.json"
    assert run("export", "--program", program.slug, "--output", str(file)).exit_code == 0
    again = json.loads(run("import", str(file), "--program", program.slug, "--json").stdout)
    assert again == {"created": 0, "changed": 0, "unchanged": 2, "published": 0}
    other = a_program(work, name="Other")
    refused = run("import", str(file), "--program", other.slug)
    assert refused.exit_code == 1
    assert "which is not there" in refused.output
    assert not queries.tasks(work.session, other.id)
    a_build(work, other, name="2.0")
    a_cohort(work, program=other, name=cohort.name)
    taken = json.loads(run("import", str(file), "--program", other.slug, "--publish", "--json").stdout)
    assert (taken["created"], taken["published"]) == (2, 2)
    first, second = queries.tasks(work.session, other.id)
    assert (first.title, first.build.name, first.cohort.name, first.target_seconds) == (
        "Share a note", "2.0", cohort.name, 90,
    )  # fmt: skip
    assert (second.why, second.state) == ("It decides.", TaskState.PUBLISHED)


def test_a_task_of_the_same_title_is_said_anew(work, program, run, tmp_path):
    task = a_task(work, program=program, title="Import")
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps({"tasks": [{"title": "Import", "why": "It decides."}]}))
    assert "1 changed" in run("import", str(file), "--program", program.slug).stdout
    assert queries.task(work.session, task.id).why == "It decides."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no file of tasks"),
        ('{"tasks": [{"why": "x"}]}', "tasks.0.title"),
        ('{"tasks": [{"title": "A", "due": "soon"}]}', "tasks.0.due"),
        ('{"tasks": [{"title": "A"}, {"title": " A "}]}', "stands in the file twice"),
        ('{"tasks": [{"title": "A"}, {"title": "B", "survey": "Nobody"}]}', "names “Nobody”"),
        ('{"tasks": [{"title": "A"}, {"title": "B", "url": "javascript:x"}]}', ""),
    ],
)
def test_a_file_that_is_wrong_anywhere_changes_nothing(work, program, run, tmp_path, text, said):
    file = tmp_path / "tasks.json"
    file.write_text(text)
    refused = run("import", str(file), "--program", program.slug)
    assert refused.exit_code == 1
    assert said in refused.output
    assert not queries.tasks(work.session, program.id)


def test_the_list_says_how_far_each_is(work, program, run):
    task, me = a_task(work, program=program, title="Import"), an_enrollment(work, program=program)
    an_outcome(work, task, me, OutcomeState.COMPLETED)
    assert "Import (published): of 1 asked 1 completed" in run("list", "--program", program.slug).stdout
    (told,) = json.loads(run("list", "--program", program.slug, "--json").stdout)["tasks"]
    assert (told["title"], told["asked"], told["completed"]) == ("Import", 1, 1)
    assert run("list", "--program", "nowhere").exit_code == 1
