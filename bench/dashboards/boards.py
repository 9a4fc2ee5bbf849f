"""Claim: what a PM opens in the morning (overview, readiness, feedback in numbers, portfolio) costs the server at most
100 ms with 100,000 testers and millions of answers. In the same run, in turn, what the numbers cost when nothing is kept.

One program in a SQLite file of its own; beside it nine small ones. Counting is done by jobs: their time stands below.
"""

import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import event, insert

from bench.dashboards.rollups import a_survey, fold, own_columns
from bench.embedded import embedded
from betaops.accounts.models import HolderKind, Membership, User
from betaops.accounts.permissions import Role
from betaops.accounts.service import sessions
from betaops.app import create_app
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.feedback import queries as feedback_queries
from betaops.feedback import service as feedback_service
from betaops.feedback.models import MOMENTS, Report, ReportTransition, Vote
from betaops.feedback.models import State as ReportState
from betaops.feedback.triage import impact
from betaops.kernel import clock
from betaops.kernel.ids import new_id
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase, Program
from betaops.programs.service import create_program
from betaops.readiness import measures, queries, service
from betaops.readiness.service.expecting import Draft
from betaops.surveys import queries as survey_queries
from betaops.surveys.models import Answer, Response, ResponseState, TailResponse

TESTERS, ANSWERS, QUESTIONS = 100_000, 5_000_000, 10
#: Reports for each tester, and people besides the reporter behind each.
REPORTED, OTHERS = 0.2, 2
SMALL_PROGRAMS = 9
ROUNDS = 9
MOST_MS = 100.0
_AT_ONCE = 10_000
_KINDS = (("bug", "blocker"), ("bug", "major"), ("bug", "minor"), ("idea", None), ("praise", None))
_STATES = (ReportState.NEW, ReportState.TRIAGED, ReportState.FIXED, ReportState.CLOSED)


def main(testers: int = TESTERS, answers: int = ANSWERS) -> None:
    with embedded() as platform:
        workspace_id, survey_id = a_survey(platform)
        with platform.database.writing(workspace_id) as session:
            program_id = survey_queries.survey(session, survey_id).program_id
        people = enroll(platform, workspace_id, program_id, testers)
        answer(platform, workspace_id, survey_id, people, answers // QUESTIONS)
        report(platform, workspace_id, program_id, people, int(testers * REPORTED))
        expect(platform, workspace_id, program_id)
        count(platform, workspace_id, program_id, survey_id)
        open_pages(platform, workspace_id, program_id)
        naive(platform, workspace_id, program_id)


def enroll(platform: Platform, workspace_id: UUID, program_id: UUID, number: int) -> list[tuple[UUID, UUID]]:
    """(enrollment, tester) of each."""
    now, own = clock.now(), {"workspace_id": workspace_id}
    people = [(new_id(), new_id()) for _ in range(number)]
    joined = [now - timedelta(days=1 + at % 40) for at in range(number)]
    write(
        platform, workspace_id, Tester,
        (
            {
                **own, "id": tester, "mail": f"t{at}@example.com", "mail_key": f"t{at}@example.com", "name": f"T {at}",
                "words": f"t {at}", "locale": "en", "attributes": {}, "created_at": joined[at], "changed_at": now,
                "changed_by": "", "version": 1, "seen_at": now - timedelta(days=at % 14),
            }
            for at, (_enrollment, tester) in enumerate(people)
        ),
    )  # fmt: skip
    write(
        platform, workspace_id, Enrollment,
        (
            {
                **own, "id": enrollment, "program_id": program_id, "tester_id": tester, "state": State.ACTIVE,
                "answers": {}, "source": "import", "applied_at": joined[at], "accepted_at": joined[at],
                "activated_at": joined[at], "changed_at": joined[at],
            }
            for at, (enrollment, tester) in enumerate(people)
        ),
    )  # fmt: skip
    return people


def answer(
    platform: Platform, workspace_id: UUID, survey_id: UUID, people: Sequence[tuple[UUID, UUID]], number: int
) -> None:
    """Complete responses in waves: everybody once, then everybody again."""
    with platform.database.reading(workspace_id) as session:
        version_id = survey_queries.live_version_id(session, survey_queries.survey(session, survey_id))
        questions = [row.id for row in survey_queries.survey_questions(session, survey_id)]
    now, own = clock.now(), {"workspace_id": workspace_id}
    ids = [new_id() for _ in range(number)]
    at_of = [now - timedelta(days=each % 30) for each in range(number)]
    write(
        platform, workspace_id, Response,
        (
            {
                **own, "id": each, "survey_id": survey_id, "version_id": version_id, "submission_key": str(each),
                "enrollment_id": people[at % len(people)][0], "tester_id": people[at % len(people)][1],
                "state": ResponseState.COMPLETE, "language": "en", "page": 0, "answers": {},
                "wave": at // len(people), "is_in_product": False, "started_at": at_of[at], "saved_at": at_of[at],
                "finished_at": at_of[at],
            }
            for at, each in enumerate(ids)
        ),
    )  # fmt: skip
    write(
        platform, workspace_id, Answer,
        (
            {
                **own, "response_id": each, "question_id": question, "row": "",
                "code": str(1 + (at * 7 + place) % (5 + place % 6)),
                "number": float(1 + (at * 7 + place) % (5 + place % 6)),
            }
            for at, each in enumerate(ids)
            for place, question in enumerate(questions)
        ),
    )  # fmt: skip
    write(
        platform, workspace_id, TailResponse,
        ({**own, "survey_id": survey_id, "response_id": each} for each in ids),
    )  # fmt: skip


def report(
    platform: Platform, workspace_id: UUID, program_id: UUID, people: Sequence[tuple[UUID, UUID]], number: int
) -> None:
    """Reports with the people behind them, on their way."""
    now, own = clock.now(), {"workspace_id": workspace_id}
    rows: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    votes: list[dict[str, Any]] = []
    for at in range(number):
        kind, severity = _KINDS[at % len(_KINDS)]
        state, born = _STATES[at % len(_STATES)], now - timedelta(days=at % 80)
        row: dict[str, Any] = {
            **own, "id": new_id(), "program_id": program_id, "number": at + 1, "kind": kind, "severity": severity,
            "title": f"Report {at} about {at % 97}", "body": "What happened, in a sentence or two. " * 6, "steps": "",
            "state": state, "environment": {}, "app_version": f"2.{at % 9}", "source": "portal", "has_reporter": True,
            "is_private": False, "turn": "team", "people": 1 + OTHERS, "impact": impact(kind, severity, OTHERS),
            "fingerprint": b"", "created_at": born, "touched_at": born, "outcome_note": "", "changed_at": born,
            "changed_by": "", "version": 1, "triaged_at": None, "fixed_at": None, "closed_at": None,
            "answered_at": born + timedelta(hours=at % 60) if at % 3 else None,
            "told_at": born if at % 8 == 2 else None,
        }  # fmt: skip
        steps: list[tuple[ReportState | None, ReportState]] = [(None, ReportState.NEW)]
        if state is not ReportState.NEW:
            row[MOMENTS[state]] = born
            steps.append((ReportState.NEW, state))
        rows.append(row)
        moves += [
            {**own, "id": new_id(), "program_id": program_id, "report_id": row["id"], "former": former,
             "state": step, "at": born}
            for former, step in steps
        ]  # fmt: skip
        votes += [
            {**own, "id": new_id(), "report_id": row["id"], "is_reporter": not other, "at": born,
             "enrollment_id": people[(at * 31 + other * 7919) % len(people)][0]}
            for other in range(1 + OTHERS)
        ]  # fmt: skip
    for model, found in ((Report, rows), (ReportTransition, moves), (Vote, votes)):
        write(platform, workspace_id, model, iter(found))


def expect(platform: Platform, workspace_id: UUID, program_id: UUID) -> None:
    """Two expectations of each program, and the small programs."""
    with platform.database.writing(workspace_id) as session:
        work = Work(session, platform, SYSTEM, clock.now())
        first = program_queries.program(session, program_id)
        programs = [
            first,
            *(
                create_program(work, product_id=first.product_id, name=f"Beta {each}", template="closed_beta")
                for each in range(SMALL_PROGRAMS)
            ),
        ]
        for program in programs:
            program.phase = Phase.RUNNING
            for measure in ("open_blockers", "participation"):
                known = measures.named(measure)
                service.write(
                    work,
                    program,
                    Draft(
                        need=f"{measure} of {program.name}",
                        measure=measure,
                        threshold=known.threshold,
                        direction=known.direction,
                        parameters={},
                    ),
                )


def count(platform: Platform, workspace_id: UUID, program_id: UUID, survey_id: UUID) -> None:
    """What the jobs do, and how long each takes."""
    print("\njobs, in the background; seconds of CPU")
    fold(platform, workspace_id, survey_id, _AT_ONCE)

    def each(do: Callable[[Work, Program], Any]) -> None:
        with platform.database.writing(workspace_id) as session:
            work = Work(session, platform, SYSTEM, clock.now())
            for program in program_queries.programs(session):
                do(work, program)

    for name, do in (
        ("reading the expectations", service.take_readings),
        ("participation by week", service.count_weeks),
        ("people", service.count_people),
        ("reports", lambda work, program: feedback_service.count_reports(work, program.id)),
    ):
        began = time.thread_time()
        each(do)
        print(f"  {name:44}{time.thread_time() - began:8.1f}")


def open_pages(platform: Platform, workspace_id: UUID, program_id: UUID) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    app = create_app(platform.settings)
    with platform.database.writing(workspace_id) as session:
        work = Work(session, platform, SYSTEM, clock.now())
        slug = program_queries.program(session, program_id).slug
        user = User(mail="mara@example.com", mail_key="mara@example.com", name="Mara", created_at=work.now)
        work.add(user)
        work.add(Membership(user_id=user.id, role=Role.OWNER, created_at=work.now))
        token = sessions.open_session(work, HolderKind.MEMBER, user.id, workspace_id=workspace_id)
    client: Any = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token.plain
    base = f"/console/programs/{slug}"
    print(f"\n{'pages':46}{'CPU ms':>8}{'of 100':>8}{'by the clock':>14}{'statements':>12}")
    for name, path in (
        ("overview", base),
        ("readiness", f"{base}/readiness"),
        ("feedback in numbers", f"{base}/feedback/dashboard"),
        ("portfolio", "/console/portfolio"),
    ):
        ms, clocked, statements = page(app, client, path)
        over = "  OVER" if ms > MOST_MS else ""
        print(f"  {name:44}{ms:8.1f}{ms / MOST_MS:8.2f}{clocked:14.1f}{statements:12}{over}")


def page(app: Any, client: Any, path: str) -> tuple[float, float, int]:
    """ms of CPU (median; so that others on the machine do not count) and by the clock (least); statements of one."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    spent, clocked = [], []
    for _round in range(ROUNDS + 2):
        seen.clear()
        event.listen(app.platform.database.engine, "before_cursor_execute", note)
        began, began_cpu = time.perf_counter(), time.thread_time()
        answer = client.get(path)
        spent.append((time.thread_time() - began_cpu) * 1000)
        clocked.append((time.perf_counter() - began) * 1000)
        event.remove(app.platform.database.engine, "before_cursor_execute", note)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    statements = [each for each in seen if not each.startswith(("PRAGMA", "BEGIN"))]
    return statistics.median(spent[2:]), min(clocked), len(statements)


def naive(platform: Platform, workspace_id: UUID, program_id: UUID) -> None:
    """What overview and dashboard would wait for, were nothing kept."""
    print("\nthe same numbers counted on the spot; ms of CPU")
    with platform.database.reading(workspace_id) as session:
        program = program_queries.program(session, program_id)
        for name, ask in (
            ("people", lambda: queries.count(session, program, clock.now())),
            ("reports", lambda: feedback_queries.counted(session, program_id, clock.now())),
        ):
            began = time.thread_time()
            ask()
            print(f"  {name:44}{(time.thread_time() - began) * 1000:8.0f}")


def write(platform: Platform, workspace_id: UUID, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Many rows, some thousands in a transaction."""
    done = 0
    while several := list(islice(rows, _AT_ONCE)):
        with platform.database.writing(workspace_id) as session:
            session.execute(insert(model), [own_columns(model, row) for row in several])
        done += len(several)
        print(f"\r{model.__tablename__}: {done:,}", end="", file=sys.stderr)
    print(file=sys.stderr)
