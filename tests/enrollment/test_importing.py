"""Files of people, from the console and from the terminal."""

import io
import json
from typing import Any

import pytest
from click.testing import CliRunner

import config
from betaops.enrollment import commands
from betaops.enrollment.models import Enrollment, Identity, State, Tester, TesterImport
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import importing
from betaops.kernel import clock
from betaops.kernel.db import Database
from betaops.kernel.events import history
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs.models import Program
from tests.factories.enrollment import a_tester, an_enrollment
from tests.factories.programs import a_program
from tests.support.queries import counted

CSV = b"email;name;platform\nana@example.com;Ana Ruiz;iOS\nnonsense;X;Web\nBEN@example.com.;Ben;Android\nana@EXAMPLE.com;Again;\n"


def opener(work: Work, platform: Platform) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def open_work() -> Any:
        with platform.database.writing(work.workspace_id) as session:
            yield Work(session, platform, SYSTEM, clock.now())

    return open_work


def take(
    work: Work, platform: Platform, program: Program, data: bytes, *, target: State = State.APPLIED
) -> TesterImport:
    record = importing.new_import(work, program.id, title="people.csv", data=data, target=target)
    work.session.commit()
    importing.read_in(opener(work, platform), record.id, data, lambda done, total: None)
    work.session.expire_all()
    return queries.tester_import(work.session, program.id, record.id)


def test_good_rows_are_in_and_bad_ones_listed_with_row_and_reason(work: Work, platform: Platform) -> None:
    program = a_program(work)
    record = take(work, platform, program, CSV)
    assert (record.created, record.updated, record.refused) == (2, 0, 2)
    assert [(refusal["row"], refusal["value"]) for refusal in record.refusals] == [
        (3, "nonsense"),
        (5, "ana@EXAMPLE.com"),
    ]
    ana = queries.tester_by_key(work.session, "ana@example.com")
    assert ana is not None
    assert (ana.name, ana.attributes) == ("Ana Ruiz", {"platform": "iOS"})
    place = queries.enrollments_of(work.session, ana.id)[0]
    assert (place.state, place.source) == (State.APPLIED, "import")
    assert queries.transitions(work.session, place.id)[0].note == "Imported from people.csv"
    assert {row.distinct_id for row in queries.identities(work.session, ana.id)} >= {"ana@example.com"}


def test_the_same_file_again_changes_nothing(work: Work, platform: Platform) -> None:
    program = a_program(work)
    take(work, platform, program, CSV)
    before = [(t.mail, t.version, t.changed_at) for t in queries.everybody(work.session)]
    again = take(work, platform, program, CSV)
    assert (again.created, again.updated, again.unchanged, again.refused) == (0, 0, 2, 2)
    assert [(t.mail, t.version, t.changed_at) for t in queries.everybody(work.session)] == before
    assert work.session.query(Enrollment).count() == 2


def test_a_file_adds_to_what_is_known_and_takes_nothing_away(work: Work, platform: Platform) -> None:
    program = a_program(work)
    ana = a_tester(work, mail="Ana@Example.com", name="Ana", attributes={"plan": "Pro", "platform": "Web"})
    place = an_enrollment(work, program=program, tester=ana, state=State.ACTIVE)
    record = take(work, platform, program, b"email,name,platform\nana@example.com,,iOS\n")
    work.session.refresh(ana)
    work.session.refresh(place)
    assert (record.created, record.updated) == (0, 1)
    assert (ana.mail, ana.name, ana.attributes) == (
        "Ana@example.com",
        "Ana",
        {"plan": "Pro", "platform": "iOS"},
    )
    assert place.state is State.ACTIVE


def test_accepted_people_wait_where_seats_end(work: Work, platform: Platform) -> None:
    program = a_program(work, capacity=2)
    data = b"email\n" + b"".join(b"p%d@example.com\n" % number for number in range(5))
    record = take(work, platform, program, data, target=State.ACCEPTED)
    assert (record.created, record.waitlisted) == (5, 3)
    assert queries.by_state(work.session, program.id)[State.ACCEPTED] == 2
    work.session.refresh(program)
    assert program.seats_taken == 2


def test_a_whole_import_is_one_event_and_writes_to_nobody(work: Work, platform: Platform) -> None:
    program = a_program(work)
    take(work, platform, program, CSV)
    kinds = [event.kind for event in history(work.session, work.workspace_id, program.id)]
    assert kinds.count("testers_imported") == 1
    assert "enrollment_applied" not in kinds


def test_an_import_that_stopped_goes_on_where_it_was(work: Work, platform: Platform) -> None:
    program = a_program(work)
    data = b"email\n" + b"".join(b"p%d@example.com\n" % number for number in range(5_000))
    record = importing.new_import(work, program.id, title="x", data=data, target=State.APPLIED)
    work.session.commit()

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.read_in(opener(work, platform), record.id, data, stop)
    importing.read_in(opener(work, platform), record.id, data, lambda done, total: None)
    importing.read_in(opener(work, platform), record.id, data, lambda done, total: None)
    work.session.expire_all()
    assert (record.created, record.unchanged, record.rows_done) == (5_000, 0, 5_001)
    assert work.session.query(Identity).count() == 10_000


def test_an_id_that_is_somebody_elses_stays_theirs(work: Work, platform: Platform) -> None:
    from betaops.enrollment.service import testers

    program = a_program(work)
    ben = a_tester(work, mail="ben@example.com")
    testers.link_identity(work, ben.id, "ana@example.com")
    record = take(work, platform, program, b"email\nana@example.com\n")
    assert record.created == 1
    assert queries.tester_by_distinct_id(work.session, "ana@example.com") == ben


def test_statements_do_not_grow_with_the_rows(work: Work, platform: Platform, database: Database) -> None:
    program = a_program(work)
    counts = []
    for size in (10, 1_000):
        data = b"email,name\n" + b"".join(
            b"n%d-%d@example.com,N\n" % (size, number) for number in range(size)
        )
        with counted(database) as statements:
            take(work, platform, program, data)
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 2


def test_a_member_uploads_a_file_and_reads_the_report(work: Work, member_client: Any, run_jobs: Any) -> None:
    program = a_program(work)
    browser = member_client("manager")
    base = f"/console/programs/{program.slug}"
    answer = browser.post(
        f"{base}/imports/new",
        data={"file": (io.BytesIO(CSV), "../../Leute (1).csv"), "target": "applied"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    report = answer.headers["Location"]
    assert "Reading the file" in browser.get(report).text
    run_jobs()
    page = browser.get(report).text
    assert "2 rows were refused" in page
    assert "nonsense" in page
    assert "Row 2 has the same address." in page
    assert "data-watch" not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file"),
        (b"name,age\nAna,7\n", "No column is called"),
        (b"\x00\x01\x02", "could not be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    work: Work, member_client: Any, run_jobs: Any, data: bytes, words: str
) -> None:
    program = a_program(work)
    browser = member_client("owner")
    body = {"file": (io.BytesIO(data), "x.csv" if data else ""), "target": "applied"}
    answer = browser.post(
        f"/console/programs/{program.slug}/imports/new", data=body, content_type="multipart/form-data"
    )
    if answer.status_code == 303:
        run_jobs()
        answer = browser.get(answer.headers["Location"])
    assert words in answer.text


def test_cells_with_markup_are_shown_as_text(work: Work, member_client: Any, platform: Platform) -> None:
    program = a_program(work)
    record = take(
        work, platform, program, b'email,name\nana@example.com,"<script>alert(1)</script>"\n"<img src=x>",\n'
    )
    from betaops.kernel.ids import encode

    browser = member_client("owner")
    for path in ("testers", f"imports/{encode('imp', record.id)}"):
        page = browser.get(f"/console/programs/{program.slug}/{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


class TestTheCommand:
    @pytest.fixture
    def run(self, monkeypatch: pytest.MonkeyPatch, platform: Platform, work: Work) -> Any:
        monkeypatch.setattr(config, "load", lambda: platform.settings)

        def invoke(*arguments: str) -> Any:
            work.session.commit()
            result = CliRunner().invoke(commands.testers, ["import", *arguments])
            work.session.expire_all()
            return result

        return invoke

    def test_it_prints_a_report_and_running_it_again_changes_nothing(
        self, run: Any, work: Work, tmp_path: Any
    ) -> None:
        program = a_program(work)
        file = tmp_path / "people.csv"
        file.write_bytes(CSV)
        first = run(str(file), "--program", program.slug, "--json")
        assert first.exit_code == 0, first.output
        report = json.loads(first.stdout)
        assert (report["created"], report["refused"]) == (2, 2)
        assert report["refusals"][0]["row"] == 3
        second = json.loads(run(str(file), "--program", program.slug, "--json").stdout)
        assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 2)
        assert "row 3: nonsense" in run(str(file), "--program", program.slug).stdout

    def test_an_unknown_program_is_refused(self, run: Any, tmp_path: Any) -> None:
        file = tmp_path / "people.csv"
        file.write_bytes(CSV)
        result = run(str(file), "--program", "never-was")
        assert result.exit_code == 1
        assert "never-was" in result.output

    def test_an_unreadable_file_is_refused_and_changes_nothing(
        self, run: Any, work: Work, tmp_path: Any
    ) -> None:
        program = a_program(work)
        file = tmp_path / "people.csv"
        file.write_bytes(b"name\nAna\n")
        result = run(str(file), "--program", program.slug)
        assert result.exit_code == 1
        assert work.session.query(Tester).count() == 0
