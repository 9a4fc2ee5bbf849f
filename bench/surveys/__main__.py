"""All of them: `python -m bench.surveys`, or one: `python -m bench.surveys submissions`."""

import sys
from importlib import import_module

PARTS = ("submissions", "visits", "pages", "analysing")

for part in sys.argv[1:] or PARTS:
    print(f"\n== {part}")
    import_module(f"bench.surveys.{part}").main()
