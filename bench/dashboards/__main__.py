"""`python -m bench.dashboards`; with fewer responses: `python -m bench.dashboards 50000`."""

import sys

from bench.dashboards import rollups

rollups.main(int(sys.argv[1]) if sys.argv[1:] else rollups.RESPONSES)
