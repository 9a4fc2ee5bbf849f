"""The one place that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC. Business code takes `work.now` instead, so that one unit of work has one time."""
    return datetime.now(UTC)
