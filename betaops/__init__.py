"""betaops: beta and pilot programs, from the first signup to a signed decision."""

import sys

__version__ = "0.1.0"

# structlog draws tracebacks with rich and Pygments where it finds them, and flask-limiter brings both along: 8 MB in
# each process, for colours that no line of JSON has.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None: "is not there" to whoever imports it
