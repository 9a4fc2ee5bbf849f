"""A file is written once by a job, whoever asks and however often, and is gone after its day."""

import json
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.kernel.files import new_name
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.work import Platform, Work
from betaops.programs.models import Program
from betaops.readiness import jobs, queries, service
from betaops.readiness.models import FileKind, KeptFile
from betaops.readiness.verifying import disagreements
from tests.factories.dossiers import a_decided_program
from tests.factories.programs import a_program
from tests.factories.readiness import an_expectation
from tests.readiness.test_at_once import at_once
from tests.readiness.test_sharing import a_link
from tests.support.browsers import Browser

_addresses = count(1)


@pytest.fixture
def program(work: Work) -> Program:
    found = a_program(work)
    an_expectation(work, found, need="Nothing stops me")
    work.session.commit()
    return found


@pytest.fixture
def stranger(client: Browser) -> Browser:
    """From an address of its own: what others looked at counts for them."""
    client.environ_base = client.environ_base | {"REMOTE_ADDR": f"198.51.100.{next(_addresses)}"}
    return client


def writers(work: Work) -> int:
    work.session.expire_all()
    return work.session.scalar(select(func.count()).where(Job.name == "readiness.write_file")) or 0


def stored(platform: Platform) -> list[Path]:
    root = platform.settings.instance / "files"
    return [each for each in root.rglob("*") if each.is_file()]


def asked(work: Work, program: Program, name: str = "report") -> KeptFile:
    told, digest = queries.paper_now(work.session, program, name, work.now)
    row = service.ask_for_pdf(work, program, told, name=name, digest=digest)
    work.session.flush()
    return row


def test_a_pdf_is_made_behind_the_scenes_and_kept(
    work: Work, program: Program, member_client: Any, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = member_client("viewer")
    papers = f"/console/programs/{program.slug}/readiness/papers"
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "pdf", lambda _document: pytest.fail("set in the request"))
        assert "Write the file" in client.get(f"{papers}/report.pdf").text
        progress = client.post(f"{papers}/report/files").headers["Location"]
        waiting = client.get(progress).text
    assert "Writing the file" in waiting
    assert "data-watch" in waiting
    assert "Look again" in waiting
    assert client.get(f"{progress}/file").status_code == 404
    run_jobs()
    done = client.get(progress).text
    assert "data-watch" not in done
    assert f"{progress}/file" in done
    first = client.get(f"{progress}/file")
    assert first.headers["Content-Type"] == "application/pdf"
    assert f'filename="report-{program.slug}.pdf"' in first.headers["Content-Disposition"]
    assert client.get(f"{papers}/report.pdf").data == first.data
    assert client.post(f"{papers}/report/files").headers["Location"] == f"{progress}/file"
    assert writers(work) == 1


def test_the_same_evidence_is_the_same_file_a_minute_later_and_other_evidence_another(
    work: Work, program: Program, run_jobs: Any, clock: Any
) -> None:
    first = asked(work, program)
    assert asked(work, program).id == first.id
    run_jobs()
    clock.shift(minutes=7)
    assert asked(work, program).id == first.id
    an_expectation(work, program, need="Something new")
    assert asked(work, program).id != first.id
    assert asked(work, program, "roadmap").id != first.id


def test_another_programs_file_is_not_found(work: Work, program: Program, member_client: Any) -> None:
    client = member_client("viewer")
    where = f"/console/programs/{program.slug}/readiness/papers/report/files"
    progress = client.post(where).headers["Location"]
    other = progress.replace(program.slug, a_program(work).slug)
    work.session.commit()
    answers = [client.get(other), client.get(f"{other}/file"), client.post(f"{other}/again")]
    assert [each.status_code for each in answers] == [404, 404, 404]


def test_a_dossier_is_written_once_while_it_is_on_its_way(
    work: Work, run_jobs: Any, member_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = a_decided_program(work, run_jobs)
    monkeypatch.setattr(queries, "AT_ONCE", 10)
    client, where = member_client("viewer"), f"/console/programs/{program.slug}/readiness"
    assert "Write the file" in client.get(f"{where}/dossier.json").text
    first, second = (client.post(f"{where}/dossiers").headers["Location"] for _press in range(2))
    assert first == second
    assert writers(work) == 1
    assert "Writing the file" in client.get(first).text
    run_jobs()
    assert list(disagreements(json.loads(client.get(f"{first}/file").text))) == []
    assert client.post(f"{where}/dossiers").headers["Location"] != first, "of a later moment"


def test_two_dossiers_of_other_evidence_are_two(work: Work, program: Program) -> None:
    first = service.ask_for_dossier(work, program)
    an_expectation(work, program, need="Something new")
    assert service.ask_for_dossier(work, program).id != first.id


def test_what_was_given_up_says_so_and_is_begun_anew(
    work: Work, program: Program, member_client: Any, run_jobs: Any
) -> None:
    row = asked(work, program)
    job = work.session.get_one(Job, row.job_id)
    job.state = JobState.DEAD
    work.session.commit()
    client = member_client("viewer")
    progress = client.post(f"/console/programs/{program.slug}/readiness/papers/report/files").headers[
        "Location"
    ]
    work.session.expire_all()
    assert (row.job_id == job.id, writers(work)) == (False, 2), "asked for again, it is begun again"
    work.session.get_one(Job, row.job_id).state = JobState.DEAD
    work.session.commit()
    assert "It did not work" in client.get(progress).text
    client.post(f"{progress}/again")
    client.post(f"{progress}/again")
    assert writers(work) == 3
    run_jobs()
    assert client.get(f"{progress}/file").data.startswith(b"%PDF")


def test_after_a_day_it_is_gone_and_its_file_with_it(
    work: Work, program: Program, platform: Platform, run_jobs: Any, clock: Any
) -> None:
    row_id = asked(work, program).id
    run_jobs()
    assert len(stored(platform)) == 1
    clock.shift(hours=23)
    work.enqueue("readiness.sweep_files")
    run_jobs()
    assert len(stored(platform)) == 1
    clock.shift(hours=2)
    work.enqueue("readiness.sweep_files")
    run_jobs()
    assert stored(platform) == []
    assert work.session.scalars(select(KeptFile.id).where(KeptFile.id == row_id)).all() == []


def test_what_somebody_asked_for_meanwhile_is_not_dropped(work: Work, program: Program, clock: Any) -> None:
    row = asked(work, program)
    clock.shift(hours=25)
    assert asked(work, program).id == row.id
    service.drop_file(work, row.id)
    assert work.session.get(KeptFile, row.id) is row


def test_a_file_that_nobody_waits_for_any_more_is_not_left_behind(
    work: Work, program: Program, platform: Platform, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is swept in the very moment in which the job writes it."""
    row = asked(work, program)
    work.session.commit()

    def swept_meanwhile(_document: Any) -> bytes:
        with platform.database.writing(program.workspace_id) as session:
            session.delete(session.get_one(KeptFile, row.id))
        return b"%PDF"

    monkeypatch.setattr(jobs, "pdf", swept_meanwhile)
    run_jobs()
    assert stored(platform) == []


def test_who_has_a_link_has_the_pdf_written_without_a_cookie(
    work: Work, program: Program, stranger: Browser, run_jobs: Any
) -> None:
    _row, token = a_link(work, program)
    page = f"/shared/{token}"
    assert stranger.get(f"{page}/paper.pdf").headers["Location"] == f"{page}/file"
    assert "Write the file" in stranger.get(f"{page}/file").text
    for _press in range(2):
        answer = stranger.post(f"{page}/file", csrf=False)
        assert answer.headers["Location"] == f"{page}/file"
        assert "Set-Cookie" not in answer.headers
    assert "Writing the file" in stranger.get(f"{page}/file").text
    assert writers(work) == 1
    run_jobs()
    assert f"{page}/paper.pdf" in stranger.get(f"{page}/file").text
    printed = stranger.get(f"{page}/paper.pdf")
    assert printed.data.startswith(b"%PDF")
    assert 'filename="report.pdf"' in printed.headers["Content-Disposition"]
    assert stranger.post(f"{page}/file", csrf=False).headers["Location"] == f"{page}/paper.pdf"


def test_a_revoked_links_pdf_is_out_of_reach(
    work: Work, program: Program, stranger: Browser, run_jobs: Any
) -> None:
    row, token = a_link(work, program)
    stranger.post(f"/shared/{token}/file", csrf=False)
    run_jobs()
    service.revoke(work, program, row.id)
    work.session.commit()
    for ending in ("file", "paper.pdf"):
        assert stranger.get(f"/shared/{token}/{ending}").status_code == 404
    assert stranger.post(f"/shared/{token}/file", csrf=False).status_code == 404


def test_two_who_ask_at_once_wait_for_one_file(work: Work, platform: Platform) -> None:
    for time in range(4):
        program = a_program(work)
        an_expectation(work, program, need=f"Need {time}")
        work.session.commit()

        def ask(alone: Work, program: Program = program) -> None:
            asked(alone, program)

        assert at_once(platform, program, ask, ask, ask) == []
        work.session.expire_all()
        rows = work.session.scalars(select(KeptFile).where(KeptFile.program_id == program.id)).all()
        assert [each.kind for each in rows] == [FileKind.PDF]


def test_half_a_file_that_a_killed_writer_left_is_swept_after_a_day(work: Work, platform: Platform) -> None:
    kept = platform.files.put(b"whole", "text/plain", name=new_name())
    left = platform.settings.instance / "files" / "incoming-abc"
    left.write_bytes(b"hal")
    platform.files.sweep(work.now - timedelta(days=1))
    assert left.exists()
    platform.files.sweep(work.now + timedelta(minutes=1))
    assert not left.exists()
    assert platform.files.get(kept) == b"whole"
