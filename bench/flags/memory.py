"""Claim: 100,000 testers in 50 cohorts each, of whom flags read five properties, are kept in memory in less than 64 MiB.

Measured as the growth of the process, with everybody met as requests meet them: ids and values fresh from the
database's driver. Beside it the same people as they were kept before: every property in a dict, cohorts in a set.
"""

import multiprocessing
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.flags import flags as made
from betaops.flags.conditions import Definitions
from betaops.flags.evaluation import FlagSet
from betaops.flags.known import KnownPeople
from betaops.flags.operators import MISSING
from betaops.flags.queries import Stored

PEOPLE, COHORTS = 100_000, 50
MOST_MIB = 64.0


def main() -> None:
    for name, keep in (("kept for flags", for_flags), ("kept whole", whole)):
        mib, seconds = grown(keep)
        print(
            f"{name:20}{PEOPLE} testers in {COHORTS} cohorts{mib:8.1f} MiB"
            f"{mib * 2**20 / PEOPLE:8.0f} bytes each{seconds * 1e6 / PEOPLE:8.1f} µs each"
        )
        if keep is for_flags:
            print(f"  {mib / MOST_MIB:.2f} of the limit of {MOST_MIB:.0f} MiB")


def stored(number: int) -> Stored:
    """As one look-up gives it, nothing shared with anybody else's."""
    return Stored(
        uuid.uuid4(),
        f"Tester {number}",
        {
            "country": made.COUNTRIES[number % 40][:1] + f"{number % 40:02}",
            "age": 1000 + number % 70,
            "version": f"{number % 5}.{number % 10}.{number % 20}",
            "email": f"tester{number}@mail{number % 12}.example.com",
            "plan": f"plan-{number % 6}",
            "name": f"Tester {number}",
            "locale": "en"[:1] + "n",
            "survey.onboarding.nps": number % 11,
            "usage.notes_this_week": number % 300,
        },
        frozenset(range(1 << 30, (1 << 30) + COHORTS)),
        {},
    )


def for_flags(keep_alive: list[Any]) -> Callable[[int], None]:
    document = made.definitions(made.flags(), 30)
    numbers = frozenset(range(1 << 30, (1 << 30) + COHORTS))
    flags = FlagSet(Definitions(document["flags"], document["cohorts"], numbers))
    people = KnownPeople(0, most=2 * PEOPLE)
    keep_alive.append(people)

    def meet(number: int) -> None:
        known = people.known(row := stored(number), flags.reads, MISSING, flags.cohort_bits(row.cohorts))
        people.put(f"user-{number:06}", known, 0)

    return meet


def whole(keep_alive: list[Any]) -> Callable[[int], None]:
    people: dict[str, Stored] = {}
    keep_alive.append(people)

    def meet(number: int) -> None:
        people[f"user-{number:06}"] = stored(number)

    return meet


def grown(keep: Callable[[list[Any]], Callable[[int], None]]) -> tuple[float, float]:
    """MiB by which a process of its own grew, and seconds of its CPU."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(keep, sending))
    process.start()
    found: tuple[float, float] = receiving.recv()
    process.join()
    return found


def _measure(keep: Callable[[list[Any]], Callable[[int], None]], sending: Any) -> None:
    keep_alive: list[Any] = []
    meet = keep(keep_alive)
    before, started = _resident(), time.process_time()
    for number in range(PEOPLE):
        meet(number)
    sending.send(((_resident() - before) / 2**20, time.process_time() - started))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
