"""Claim: all 50 flags of one person are decided at least twenty times as fast as by the fastest peer.

Each evaluator runs in a process of its own; the peers are installed from PyPI into a temporary environment. Rounds of
all alternate, times are of CPU, the median counts, and before anything is timed everybody has to be right.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import venv
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.flags import flags as made
from bench.flags.noise import Noise

PEERS = {
    "growthbook": "growthbook",
    "posthog": "posthog",
    "flagsmith": "flagsmith-flag-engine",
    "unleash": "UnleashClient",
}
ROUNDS, SECONDS = 9, 0.4
CHECKED = 400
SHARE = 30
LEAST_RATIO = 20.0
RUNNERS = Path(__file__).parent / "runners"


class Runner:
    """An evaluator that waits for being told."""

    def __init__(self, name: str, python: str, given: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(RUNNERS / f"with_{name}.py"), str(given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.microseconds: list[float] = []

    def wait(self) -> None:
        line = self._readline()
        while line != "ready":
            line = self._readline()

    def ask(self, words: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        return json.loads(self._readline())

    def _readline(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended")
        return line.strip()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def main() -> None:
    some, people = made.flags(), made.people()
    expected = [sorted(flag.key for flag in some if made.fits(flag, person)) for person in people[:CHECKED]]
    passing = sum(map(len, expected))
    print(
        f"{len(some)} flags, {len(people)} people; {passing / CHECKED / len(some):.0%} of the flags fit somebody"
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="betaops-bench-")))
        given = folder / "given.json"
        given.write_text(json.dumps(forms(some, people)))
        python = install(folder / "peers")
        runners = [
            Runner(name, python if name in PEERS else sys.executable, given) for name in ("betaops", *PEERS)
        ]
        for runner in runners:
            stack.callback(runner.end)
            runner.wait()
            check(runner, expected, passing)
        noise = Noise()
        for _round in range(ROUNDS):
            for runner in runners:
                count, cpu, _seconds = runner.ask(f"run {SECONDS}")
                runner.microseconds.append(cpu / count * 1e6)
        report(runners, noise)


def report(runners: list[Runner], noise: Noise) -> None:
    ours, *peers = runners
    print(f"\n{'':24}{'µs of CPU a person':>20}{'min–max':>18}{'ours is':>12}")
    own = statistics.median(ours.microseconds)
    for runner in runners:
        middle = statistics.median(runner.microseconds)
        spread = f"{min(runner.microseconds):.1f}–{max(runner.microseconds):.1f}"
        print(f"{runner.name:24}{middle:20.1f}{spread:>18}{middle / own:10.1f} ×")
    fastest = min(peers, key=lambda runner: statistics.median(runner.microseconds))
    ratio = statistics.median(fastest.microseconds) / own
    print(
        f"  {ratio:.1f} times the fastest peer ({fastest.name}): {ratio / LEAST_RATIO:.2f} of the least of {LEAST_RATIO:.0f}"
    )
    print(f"  others took {noise.share():.0%} of the machine meanwhile")


def check(runner: Runner, expected: list[list[str]], passing: int) -> None:
    """Right for everybody before it is fast, and with a roll-out about as large as asked for."""
    found, on = runner.ask(f"check {CHECKED}")
    wrong = sum(one != other for one, other in zip(found, expected, strict=True))
    share = on / passing
    if wrong or not (SHARE - 3) / 100 < share < (SHARE + 3) / 100:
        raise RuntimeError(
            f"{runner.name}: {wrong} of {CHECKED} people get other flags, {share:.1%} rolled out"
        )
    print(f"{runner.name:24}right for {CHECKED} people; {share:.1%} rolled out")


def install(folder: Path) -> str:
    """The peers' newest releases in an environment of their own; its Python."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *PEERS.values()], check=True, stderr=subprocess.DEVNULL
    )
    found = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
    names = tuple(name.lower() for name in PEERS.values())
    print("peers: " + ", ".join(line for line in found.split() if line.lower().startswith(names)))
    return python


def forms(some: list[made.Flag], people: list[dict[str, Any]]) -> dict[str, Any]:
    """The same flags as each evaluator wants them, rolled out to everybody and to a share."""
    return {
        "people": people,
        **{
            name: {
                "posthog": made.definitions(some, percentage),
                "growthbook": growthbook(some, percentage),
                "flagsmith": flagsmith(some, percentage),
                "unleash": {"name": f"bench-{name}", "document": unleash(some, percentage), "people": people},
            }
            for name, percentage in (("everybody", 100), ("share", SHARE))
        },
    }


def growthbook(some: list[made.Flag], percentage: float) -> dict[str, Any]:
    features = {
        flag.key: {
            "defaultValue": False,
            "rules": [
                {
                    "condition": {
                        "country": {"$in": flag.countries},
                        "age": {"$gte": flag.age},
                        "version": {"$vgte": flag.version},
                        "email": {"$not": {"$regex": flag.domain.replace(".", "\\.") + "$"}},
                        "plan": {"$inGroup": "paying"},
                    },
                    "force": True,
                    "coverage": percentage / 100,
                    "hashAttribute": "id",
                }
            ],
        }
        for flag in some
    }
    return {"features": features, "groups": {"paying": made.PAYING}}


def flagsmith(some: list[made.Flag], percentage: float) -> dict[str, Any]:
    def asks(name: str, operator: str, value: Any) -> dict[str, Any]:
        return {"property": name, "operator": operator, "value": value}

    def feature(flag: made.Flag, *, enabled: bool) -> dict[str, Any]:
        return {"key": flag.key, "name": flag.key, "enabled": enabled, "value": None}

    return {
        "features": {flag.key: feature(flag, enabled=False) for flag in some},
        "segments": {
            flag.key: {
                "key": flag.key,
                "name": flag.key,
                "rules": [
                    {
                        "type": "ALL",
                        "conditions": [
                            asks("country", "IN", flag.countries),
                            asks("age", "GREATER_THAN_INCLUSIVE", str(flag.age)),
                            asks("version", "GREATER_THAN_INCLUSIVE", f"{flag.version}:semver"),
                            asks("email", "NOT_CONTAINS", flag.domain),
                            asks("plan", "IN", made.PAYING),
                            asks("", "PERCENTAGE_SPLIT", str(percentage)),
                        ],
                    }
                ],
                "overrides": [feature(flag, enabled=True)],
            }
            for flag in some
        },
    }


def unleash(some: list[made.Flag], percentage: float) -> dict[str, Any]:
    return {
        "version": 2,
        "features": [
            {
                "name": flag.key,
                "type": "release",
                "enabled": True,
                "stale": False,
                "strategies": [
                    {
                        "name": "flexibleRollout",
                        "parameters": {
                            "rollout": str(percentage),
                            "stickiness": "userId",
                            "groupId": flag.key,
                        },
                        "constraints": made.unleash_constraints(flag),
                        "segments": [made.COHORT],
                    }
                ],
                "variants": [],
            }
            for flag in some
        ],
        "segments": [{"id": made.COHORT, "name": "paying", "constraints": [made.PAYING_CONSTRAINT]}],
    }


if __name__ == "__main__":
    main()
