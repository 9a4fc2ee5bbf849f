"""`python -m bench.readiness`; with fewer runs: `python -m bench.readiness 200`."""

import sys

from bench.readiness import peeking

peeking.main(int(sys.argv[1]) if sys.argv[1:] else peeking.RUNS)
