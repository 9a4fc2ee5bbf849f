"""`python -m bench.dashboards`: both. One alone, with fewer: `… rollups 50000` (responses), `… boards 10000 200000`
(testers, answers)."""

import sys

from bench.dashboards import boards, rollups

PARTS = {"rollups": rollups.main, "boards": boards.main}

chosen, sizes = (sys.argv[1:2] or list(PARTS)), [int(size) for size in sys.argv[2:]]
for name in chosen:
    print(f"\n== {name}")
    PARTS[name](*sizes)
