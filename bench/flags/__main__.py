"""All of them: `python -m bench.flags`, or one: `python -m bench.flags evaluation`."""

import sys
from importlib import import_module

PARTS = ("memory", "evaluation", "http")

for part in sys.argv[1:] or PARTS:
    print(f"\n== {part}")
    import_module(f"bench.flags.{part}").main()
