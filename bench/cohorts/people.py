"""A program of a million people with twenty attributes each, in a SQLite file of its own."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from bench.embedded import beta, database_file, embedded
from betaops.cohorts import service
from betaops.cohorts.rules import Rule
from betaops.kernel import clock, jobs
from betaops.kernel.checkpoints import Checkpoints
from betaops.kernel.ids import new_id
from betaops.kernel.work import SYSTEM, Platform, Work

PEOPLE = 1_000_000
SEED = 2027
PLATFORMS, PLANS = ("iOS", "Android", "Web", "Windows"), ("Free", "Pro", "Team", "Enterprise")
COUNTRIES = ("DE", "AT", "CH", "FR", "US", "GB", "ES", "IT", "PL", "NL")
_AT_ONCE = 20_000


def rule(seats: int = 60) -> Rule:
    """Five conditions that about 87 people of 1,000 pass."""
    return {
        "all": [
            {"fact": "attribute.platform", "operator": "one_of", "value": ["iOS", "Android"]},
            {"fact": "attribute.plan", "operator": "is_not", "value": "Free"},
            {"fact": "attribute.seats", "operator": "at_least", "value": seats},
            {"fact": "attribute.app", "operator": "version_at_least", "value": "14.5"},
            {"fact": "enrollment.state", "operator": "one_of", "value": ["accepted", "active"]},
        ]
    }


@dataclass
class Crowd:
    """The file and the program in it."""

    platform: Platform
    workspace_id: UUID
    program_id: UUID
    people: int = 0

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.platform.database.writing(self.workspace_id) as session:
            yield Work(session, self.platform, SYSTEM, clock.now())

    def run(self, name: str, **args: Any) -> None:
        """One job, as a worker runs it."""
        with self.platform.database.writing() as session:
            job_id = jobs.enqueue(
                session,
                name,
                args,
                now=clock.now(),
                run_at=clock.now(),
                workspace_id=self.workspace_id,
            )
        with self.platform.database.writing() as session:
            (claimed,) = jobs.claim(session, clock.now(), only=job_id)
        if jobs.perform(self.platform, claimed) != "done":
            raise RuntimeError(f"{name} failed")

    def cohort(self, name: str, its_rule: Rule) -> UUID:
        with self.work() as work:
            return service.create_cohort(work, self.program_id, name=name, rule=its_rule).id


@contextmanager
def crowd(people: int) -> Iterator[Crowd]:
    """Made anew, and gone at the end. SQLite's log is looked after as a worker does it."""
    with embedded() as platform:
        began = time.perf_counter()
        with beta(platform) as (work, program):
            made = Crowd(platform, work.workspace_id, program.id, people)
        for start in range(0, people, _AT_ONCE):
            _bring_in(made, range(start, min(start + _AT_ONCE, people)))
        with platform.database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        size = database_file(platform).stat().st_size / 1e9
        print(f"{people:,} people in {time.perf_counter() - began:.0f} s, {size:.1f} GB", file=sys.stderr)
        looking_after = Checkpoints(platform.database)
        looking_after.start()
        yield made
        looking_after.stop()


def attributes(draw: random.Random, number: int) -> dict[str, Any]:
    """Twenty, five of which rules read."""
    return {
        "platform": draw.choice(PLATFORMS),
        "plan": draw.choice(PLANS),
        "seats": draw.randrange(1, 200),
        "app": f"{draw.randrange(10, 20)}.{draw.randrange(10)}",
        "country": draw.choice(COUNTRIES),
        "newsletter": draw.random() < 0.5,
        "devices": draw.sample(("iPhone", "iPad", "Pixel", "Galaxy", "ThinkPad"), 2),
        **{f"other_{each}": f"value {(number * each) % 97}" for each in range(1, 14)},
    }


def _bring_in(made: Crowd, numbers: range) -> None:
    draw = random.Random(SEED + numbers.start)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    workspace, program = made.workspace_id.hex, made.program_id.hex
    testers, enrollments = [], []
    for number in numbers:
        tester, mail = new_id().hex, f"person{number}@example.com"
        known = orjson.dumps(attributes(draw, number)).decode()
        state = draw.choice(("active", "active", "active", "accepted", "applied", "declined"))
        at = (now - timedelta(minutes=number)).strftime("%Y-%m-%d %H:%M:%S.000000")
        testers.append(
            (
                tester,
                workspace,
                mail,
                mail,
                f"Person {number}",
                f"person {number} {mail}",
                "en",
                known,
                at,
                1,
                at,
                "",
            )
        )
        enrollments.append((new_id().hex, workspace, program, tester, state, "{}", "import", at, at))
    with made.platform.database.writing(made.workspace_id) as session:
        cursor: Any = session.connection().connection.driver_connection
        cursor.executemany(
            "INSERT INTO tester (id, workspace_id, mail, mail_key, name, words, locale, attributes, created_at, "
            "version, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            testers,
        )
        cursor.executemany(
            "INSERT INTO enrollment (id, workspace_id, program_id, tester_id, state, answers, source, applied_at, "
            "changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            enrollments,
        )
