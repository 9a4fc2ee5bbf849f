"""GrowthBook's SDK: features once, attributes for each person."""

from typing import Any

from growthbook import GrowthBook
from runner import Evaluate, run


def make(given: dict[str, Any]) -> Evaluate:
    book = GrowthBook(features=given["growthbook"]["features"], saved_groups=given["growthbook"]["groups"])
    keys = list(given["growthbook"]["features"])

    def evaluate(person: dict[str, Any]) -> Any:
        book.set_attributes(person)
        return {key: book.eval_feature(key).value for key in keys}

    return evaluate


run(make, lambda values: [key for key, value in values.items() if value])
