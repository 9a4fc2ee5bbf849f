"""All of them: `python -m bench.flags`, or one: `python -m bench.flags evaluation`."""

import sys
from importlib import import_module

PARTS = ("memory", "evaluation", "http")


def main() -> None:
    for part in sys.argv[1:] or PARTS:
        print(f"\n== {part}", flush=True)
        import_module(f"bench.flags.{part}").main()


# `memory` begins processes, which load this file again.
if __name__ == "__main__":
    main()
