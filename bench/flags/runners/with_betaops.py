"""Ours."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner import Evaluate, run

sys.path.insert(0, str(Path(__file__).parents[3]))

from betaops.flags.conditions import Definitions, Person
from betaops.flags.evaluation import FlagSet


def make(given: dict[str, Any]) -> Evaluate:
    document = given["posthog"]
    flags = FlagSet(
        Definitions(
            document["flags"],
            document["cohorts"],
            matching_version=document["property_matching_version"],
        )
    )

    def evaluate(person: dict[str, Any]) -> Any:
        return flags.evaluate(Person(person["id"], person), datetime.now(UTC))

    return evaluate


run(make, lambda outcomes: [key for key, outcome in outcomes.items() if outcome.value])
