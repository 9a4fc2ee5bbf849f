"""The official SDK, evaluating by itself."""

from typing import Any

from posthog import Posthog
from runner import Evaluate, run


def make(given: dict[str, Any]) -> Evaluate:
    document = given["posthog"]
    client = Posthog("key", host="http://127.0.0.1:9", sync_mode=True, send=False)
    client.feature_flags = document["flags"]
    client.cohorts, client.group_type_mapping = document["cohorts"], document["group_type_mapping"]
    client._property_matching_version = document["property_matching_version"]

    def evaluate(person: dict[str, Any]) -> Any:
        return client.get_all_flags(person["id"], person_properties=person, only_evaluate_locally=True)

    return evaluate


run(make, lambda values: [key for key, value in values.items() if value])
