"""Claim: reading the results of a survey with 5 million answers takes at most 10 ms of queries, and the same with ten
times fewer. In the same run, in turn, the naive way: the answers themselves, grouped.

500,000 responses of ten typed answers each in a SQLite file of its own; of them 100, then 1,000 stand in the tail.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from bench.embedded import beta, embedded
from betaops.kernel import clock
from betaops.kernel.ids import new_id
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import queries, service
from betaops.surveys.models import Answer, Response, ResponseState, TailResponse
from betaops.surveys.service import rollups

RESPONSES, QUESTIONS, TAILS = 500_000, 10, (100, 1_000)
ROUNDS = 9
MOST_MS = 10.0
_AT_ONCE = 10_000


def main(most: int = RESPONSES) -> None:
    with embedded() as platform:
        measure(platform, most)


def measure(platform: Platform, most: int) -> None:
    workspace_id, survey_id = a_survey(platform)
    print(
        f"{'answers':>12}{'in the tail':>13}{'kept ms':>10}{'naive ms':>10}{'times':>8}{'fold µs an answer':>20}"
    )
    done = 0
    for number in (most // 10, most):
        answer(platform, workspace_id, survey_id, number - done)
        began = time.perf_counter()
        fold(platform, workspace_id, survey_id)
        folding = (time.perf_counter() - began) / ((number - done) * QUESTIONS) * 1e6
        done = number
        for tail in TAILS:
            answer(platform, workspace_id, survey_id, tail)
            done += tail
            report(platform, workspace_id, survey_id, done, tail, folding)
            fold(platform, workspace_id, survey_id)


def report(
    platform: Platform, workspace_id: UUID, survey_id: UUID, responses: int, tail: int, folding: float
) -> None:
    kept, naive = [], []
    for _round in range(ROUNDS):
        kept.append(timed(platform, workspace_id, lambda session: read(session, survey_id)))
        naive.append(timed(platform, workspace_id, lambda session: count(session, survey_id)))
    ours, theirs = statistics.median(kept), statistics.median(naive)
    print(
        f"{responses * QUESTIONS:12,}{tail * QUESTIONS:13,}{ours:10.1f}{theirs:10.0f}{theirs / ours:8.0f}{folding:20.1f}"
        f"   {ours / MOST_MS:.2f} of the limit of {MOST_MS:.0f} ms"
    )


def read(session: Any, survey_id: UUID) -> Any:
    return queries.tallies(session, survey_id), queries.people_per_question(session, survey_id)


def count(session: Any, survey_id: UUID) -> Any:
    of_survey = (Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE)
    parts = (Answer.question_id, Answer.row, Answer.code, Answer.number)
    answers = select(*parts, func.count()).join(Response, Response.id == Answer.response_id)
    return session.execute(answers.where(*of_survey).group_by(*parts)).all()


def timed(platform: Platform, workspace_id: UUID, ask: Callable[[Any], Any]) -> float:
    with platform.database.reading(workspace_id) as session:
        began = time.perf_counter()
        ask(session)
        return (time.perf_counter() - began) * 1000


def a_survey(platform: Platform) -> tuple[UUID, UUID]:
    questions = [
        {
            "type": "rating",
            "name": f"q{each}",
            "title": f"Question {each}",
            "rateMin": 1,
            "rateMax": 5 + each % 6,
        }
        for each in range(QUESTIONS)
    ]
    with beta(platform) as (work, program):
        definition = {"pages": [{"name": "p", "elements": questions}]}
        survey = service.create_survey(work, program_id=program.id, name="Bench", definition=definition)
        service.publish(work, survey.id)
        return work.workspace_id, survey.id


def answer(platform: Platform, workspace_id: UUID, survey_id: UUID, number: int) -> None:
    """As many complete responses, written as rows."""
    with platform.database.reading(workspace_id) as session:
        version_id = queries.live_version_id(session, queries.survey(session, survey_id))
        question_ids = [row.id for row in queries.survey_questions(session, survey_id)]
    for start in range(0, number, _AT_ONCE):
        several = min(_AT_ONCE, number - start)
        ids = [new_id() for _ in range(several)]
        with platform.database.writing(workspace_id) as session:
            now, own = clock.now(), {"workspace_id": workspace_id}
            session.execute(
                insert(Response),
                [
                    {
                        **own, "id": each, "survey_id": survey_id, "version_id": version_id, "submission_key": str(each),
                        "state": ResponseState.COMPLETE, "language": "en", "page": 0, "answers": {}, "wave": 0,
                        "is_in_product": False, "started_at": now, "saved_at": now, "finished_at": now,
                    }
                    for each in ids
                ],
            )  # fmt: skip
            session.execute(
                insert(Answer),
                [
                    own_columns(Answer, {
                        **own, "response_id": each, "question_id": question, "row": "",
                        "code": str(1 + (index * 7 + place) % (5 + place % 6)),
                        "number": float(1 + (index * 7 + place) % (5 + place % 6)),
                    })
                    for index, each in enumerate(ids)
                    for place, question in enumerate(question_ids)
                ],
            )  # fmt: skip
            session.execute(
                insert(TailResponse),
                [
                    own_columns(TailResponse, {**own, "survey_id": survey_id, "response_id": each})
                    for each in ids
                ],
            )
        print(f"\r{start + several:,} responses", end="", file=sys.stderr)
    print(file=sys.stderr)


def own_columns(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    """As much of a row as its table has."""
    columns = model.__table__.columns
    return {name: value for name, value in row.items() if name in columns}


def fold(platform: Platform, workspace_id: UUID, survey_id: UUID, most: int = rollups.AT_ONCE) -> None:
    """As many at once as the job takes, so that others may write in between; or more, where nobody waits."""
    has_more = True
    while has_more:
        with platform.database.writing(workspace_id) as session:
            has_more = rollups.fold(Work(session, platform, SYSTEM, clock.now()), survey_id, most)


if __name__ == "__main__":
    main()
