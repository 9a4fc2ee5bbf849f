"""All of them: `python -m bench.spine`, or one: `python -m bench.spine startup`."""

import sys
from importlib import import_module

PARTS = ("startup", "pages", "flags", "surveys", "overview", "importing")

for part in sys.argv[1:] or PARTS:
    print(f"\n== {part}")
    import_module(f"bench.spine.{part}").main()
