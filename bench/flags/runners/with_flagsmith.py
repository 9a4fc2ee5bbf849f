"""Flagsmith's engine: a segment for each flag, which switches it on."""

from typing import Any

from flag_engine.engine import get_evaluation_result
from runner import Evaluate, run


def make(given: dict[str, Any]) -> Evaluate:
    features, segments = given["flagsmith"]["features"], given["flagsmith"]["segments"]
    environment = {"key": "bench", "name": "bench"}

    def evaluate(person: dict[str, Any]) -> Any:
        return get_evaluation_result(
            {
                "environment": environment,
                "features": features,
                "segments": segments,
                "identity": {"identifier": person["id"], "key": person["id"], "traits": person},
            }
        )["flags"]

    return evaluate


run(make, lambda found: [key for key, flag in found.items() if flag["enabled"]])
