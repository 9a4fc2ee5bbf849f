"""Limit: one attribute of one person changes, in a program with 40 rules: written, asked and committed, p99 at most
0.5 ms. Two ways in, both whole: an SDK's `$set`, from the parsed event to the commit for which its answer waits (the
event itself and the daily counts are written too), and a member's or an API's change of an attribute.

In turn with them, in the same run: a bare UPDATE of one row, committed, which is what the disk alone takes; and the
naive way, each rule read, compiled and asked by the ORM. A change sends each person's plan round; a fifth of the rules
reads it, and most of the times some of them move the person. What is written then besides (who is in, two dated rows,
five index trees each) is told apart from changes that move nobody; and by itself, in this process and without a
commit, what it takes to read what the rules read and to ask them.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select

from bench.cohorts.people import COUNTRIES, PLANS, PLATFORMS, Crowd
from betaops.cohorts import rules
from betaops.cohorts.models import PRODUCT_SAID, Cohort, CohortMember, Kind
from betaops.cohorts.queries import known
from betaops.cohorts.queries.facts import facts_of_one
from betaops.cohorts.queries.rulebooks import places_of
from betaops.cohorts.rules import Rule
from betaops.enrollment.models import Tester
from betaops.enrollment.service import testers
from betaops.kernel import clock
from betaops.programs.models import Program
from betaops.usage import service as usage
from betaops.usage.capture import Captured

RULES = 40
CHANGES = 1_500
MOST_MS = 0.5


class Spent(NamedTuple):
    wall_ms: float
    processor_ms: float
    moves: bool


def main(crowd: Crowd) -> None:
    for number in range(RULES):
        crowd.cohort(f"rule {number}", one_rule(number))
    with crowd.platform.database.reading(crowd.workspace_id) as session:
        people = list(session.scalars(select(CohortMember.tester_id).limit(CHANGES)))
        product_id = session.get_one(Program, crowd.program_id).product_id
    give_ids(crowd, people)
    ways: dict[str, Callable[[UUID, int], None]] = {
        "a bare UPDATE": partial(by_hand, crowd, crowd.platform.database.engine.raw_connection()),
        "each rule by the ORM": partial(by_orm, crowd),
        "$set by an SDK": partial(by_sdk, crowd, product_id),
        "a member or the API": partial(by_member, crowd),
    }
    report(measured(crowd, people, ways))
    report_asking(*asking(crowd, people))


def one_rule(number: int) -> Rule:
    """Five conditions; every fifth rule reads the plan that members know, the next one that which the product says."""
    draw = random.Random(number)
    plan = {0: "attribute.plan", 1: f"trait.{PRODUCT_SAID}plan"}.get(number % 5)
    first = (
        {"fact": plan, "operator": "is", "value": draw.choice(PLANS)}
        if plan is not None
        else {"fact": "attribute.platform", "operator": "is", "value": draw.choice(PLATFORMS)}
    )
    return {
        "all": [
            first,
            {"fact": "attribute.seats", "operator": "at_least", "value": draw.randrange(20, 60)},
            {"fact": "attribute.country", "operator": "one_of", "value": draw.sample(COUNTRIES, 7)},
            {"fact": "enrollment.state", "operator": "one_of", "value": ["accepted", "active"]},
            {"any": [{"fact": f"attribute.other_{1 + number % 13}", "operator": "is_set"}]},
        ]
    }


def give_ids(crowd: Crowd, people: Sequence[UUID]) -> None:
    """Under which a product knows them."""
    with crowd.work() as work:
        testers.add_identities(work, [(each, each.hex) for each in people])


def measured(
    crowd: Crowd, people: Sequence[UUID], ways: Mapping[str, Callable[[UUID, int], None]]
) -> dict[str, list[Spent]]:
    """Each way once for each of them, in turn. The first tenth makes statements, plans and rules ready."""
    times: dict[str, list[Spent]] = {name: [] for name in ways}
    looking = crowd.platform.database.engine.raw_connection()
    newest = _newest(looking)
    for number, tester_id in enumerate(people):
        for name, change in ways.items():
            wall, processor = time.perf_counter(), time.process_time()
            change(tester_id, number)
            processor, wall = time.process_time() - processor, time.perf_counter() - wall
            before, newest = newest, _newest(looking)
            times[name].append(Spent(wall * 1000, processor * 1000, newest != before))
    looking.close()
    return {name: several[len(people) // 10 :] for name, several in times.items()}


def _newest(connection: Any) -> int:
    """The number of SQLite's own of the last row about somebody who moved."""
    (number,) = connection.execute("SELECT max(rowid) FROM cohort_change").fetchone()
    return int(number)


def report(times: Mapping[str, Sequence[Spent]]) -> None:
    print(
        f"\none change, {RULES} rules{'':22}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'× bare':>9}{'times':>9}"
    )
    bare = statistics.median(each.wall_ms for each in times["a bare UPDATE"])
    apart = {
        f"  {'some' if moves else 'no'}body moves, {name}": [each for each in several if each.moves is moves]
        for name, several in times.items()
        for moves in (False, True)
        if len({each.moves for each in several}) > 1
    }
    for name, several in {**times, **apart}.items():
        wall = sorted(each.wall_ms for each in several)
        p50, p95, p99 = (wall[int(len(wall) * share)] for share in (0.5, 0.95, 0.99))
        processor = statistics.median(each.processor_ms for each in several)
        print(f"{name:40}{p50:9.2f}{p95:9.2f}{p99:9.2f}{processor:9.2f}{p50 / bare:9.1f}{len(several):9,}")
    print(f"  the limit: p99 {MOST_MS} ms; {os.getloadavg()[0]:.1f} processes wanted {os.cpu_count()} cores")


def asking(crowd: Crowd, people: Sequence[UUID]) -> tuple[list[float], list[float], int]:
    """Microseconds, of each person, to read and to ask; and how many rules read a plan."""
    reading, rules_alone, asked = [], [], 0
    with crowd.platform.database.reading(crowd.workspace_id) as session:
        for tester_id in people:
            began = time.perf_counter_ns()
            (place,) = places_of(session, tester_id)
            book = place.book.rules
            names = book.readers(["attribute.plan"])
            facts = facts_of_one(session, place.program_id, tester_id, book.reads(names), place.row)
            read = time.perf_counter_ns()
            assert facts is not None
            now = clock.now()
            for name in names:
                book.says(name, facts, now)
            ended = time.perf_counter_ns()
            reading.append((read - began) / 1000)
            rules_alone.append((ended - read) / 1000)
            asked = len(names)
    return reading, rules_alone, asked


def report_asking(reading: list[float], rules_alone: list[float], asked: int) -> None:
    for what, several in (("to read what rules read", reading), (f"to ask {asked} rules", rules_alone)):
        ordered = sorted(several)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(f"  of that, without a commit, {what}: p50 {p50:.0f} µs, p99 {p99:.0f} µs")


def by_hand(crowd: Crowd, connection: Any, tester_id: UUID, number: int) -> None:
    if number == 0:
        connection.execute("PRAGMA query_only=OFF")
        connection.execute("PRAGMA busy_timeout=10000")  # the log's keeper may be there for a moment
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE tester SET locale = ? WHERE id = ?", (f"x-{number}", tester_id.hex))
    connection.execute("COMMIT")


def by_sdk(crowd: Crowd, product_id: UUID, tester_id: UUID, number: int) -> None:
    said = {"$set": {"plan": PLANS[number % len(PLANS)]}}
    event = Captured(uuid4(), tester_id.hex, "$set", clock.now(), said)
    crowd.platform.ingest.write(crowd.workspace_id, lambda work: usage.take(work, product_id, [event]))


def by_member(crowd: Crowd, tester_id: UUID, number: int) -> None:
    with crowd.work() as work:
        tester = work.lock(Tester, tester_id)
        testers.set_attributes(work, tester, _with_next_plan(tester))


def by_orm(crowd: Crowd, tester_id: UUID, number: int) -> None:
    """Without index, compilation and statements made once; what moves is not even written."""
    with crowd.work() as work:
        tester = work.session.get_one(Tester, tester_id)
        tester.attributes = _with_next_plan(tester)
        work.session.flush()
        cohorts = work.session.scalars(
            select(Cohort).where(Cohort.program_id == crowd.program_id, Cohort.kind == Kind.RULE)
        ).all()
        facts = next(known(work.session, crowd.program_id, [tester_id])).facts
        current = set(
            work.session.scalars(select(CohortMember.cohort_id).where(CohortMember.tester_id == tester_id))
        )
        moved = [
            each.id
            for each in cohorts
            if each.rule is not None
            and rules.evaluate(each.rule, facts, work.now) is not (each.id in current)
        ]
        assert len(moved) <= len(cohorts)


def _with_next_plan(tester: Tester) -> dict[str, Any]:
    following = PLANS[(PLANS.index(tester.attributes["plan"]) + 1) % len(PLANS)]
    return {**tester.attributes, "plan": following}
