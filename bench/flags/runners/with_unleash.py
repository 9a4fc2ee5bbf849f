"""Unleash's client, started from a file instead of a server."""

import warnings
from typing import Any

from runner import Evaluate, run
from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache


def make(given: dict[str, Any]) -> Evaluate:
    warnings.simplefilter("ignore")
    name = given["unleash"]["name"]
    cache = FileCache(name)
    cache.bootstrap_from_dict(given["unleash"]["document"])
    client = UnleashClient(
        "http://127.0.0.1:9/api", name, cache=cache, disable_metrics=True, disable_registration=True
    )
    client.initialize_client(fetch_toggles=False)
    keys = [feature["name"] for feature in given["unleash"]["document"]["features"]]
    contexts = {
        each["id"]: {
            "userId": each["id"],
            "properties": {name: str(value) for name, value in each.items() if name != "id"},
        }
        for each in given["unleash"]["people"]
    }

    def evaluate(person: dict[str, Any]) -> Any:
        context = contexts[person["id"]]
        return {key: client.is_enabled(key, context) for key in keys}

    return evaluate


run(make, lambda values: [key for key, value in values.items() if value])
