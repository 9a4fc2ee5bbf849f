"""How many examples tests make up: a third on each change, all of them where somebody asks (`make examples`)."""

import os

ALL = os.environ.get("BETAOPS_EXAMPLES") == "all"


def examples(wanted: int) -> int:
    """Of the `wanted` ones, those that every run looks at."""
    return wanted if ALL else -(-wanted // 3)
