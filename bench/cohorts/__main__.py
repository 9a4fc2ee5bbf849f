"""Both claims on one million people: `python -m bench.cohorts`; with fewer: `python -m bench.cohorts 100000`.

A million takes about 3 GB of disk and ten minutes, most of it to make them and what the peers need.
"""

import sys

from bench.cohorts import changes, recompute
from bench.cohorts.people import PEOPLE, crowd

with crowd(int(sys.argv[1]) if sys.argv[1:] else PEOPLE) as everybody:
    recompute.main(everybody)
    changes.main(everybody)
