"""One evaluator in a process of its own: told what to do line by line, it answers line by line.

Run with the Python that has the evaluator; it knows nothing of betaops. `make(flags)` gives `evaluate(person)`, which
returns the keys that are on, of all flags.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Evaluate = Callable[[dict[str, Any]], Any]


def run(make: Callable[[dict[str, Any]], Evaluate], is_on: Callable[[Any], list[str]]) -> None:
    """`check N` answers who gets what of the first N people with everything rolled out, and the number of flags that
    are on with the usual roll-out; `run S` evaluates for S seconds: people, seconds of CPU, seconds."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    people = given["people"]
    everybody, share = make(given["everybody"]), make(given["share"])
    print("ready", flush=True)
    at = 0
    for line in sys.stdin:
        word, _space, number = line.strip().partition(" ")
        if word == "check":
            some = people[: int(number)]
            answer: Any = [
                [sorted(is_on(everybody(person))) for person in some],
                sum(len(is_on(share(person))) for person in some),
            ]
        else:
            answer, at = timed(share, people, at, float(number))
        print(json.dumps(answer), flush=True)


def timed(
    evaluate: Evaluate, people: list[dict[str, Any]], at: int, seconds: float
) -> tuple[list[float], int]:
    count, cpu, started = 0, time.process_time(), time.perf_counter()
    until = started + seconds
    while time.perf_counter() < until:
        for _ in range(20):
            evaluate(people[at])
            at = (at + 1) % len(people)
        count += 20
    return [count, time.process_time() - cpu, time.perf_counter() - started], at
