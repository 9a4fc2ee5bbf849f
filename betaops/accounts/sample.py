"""The sample workspace: Acme, whose members run a beta. Rooms above plant theirs on top (see `wiring.SAMPLES`)."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from betaops.kernel import clock
from betaops.kernel.work import SYSTEM, Platform, Work

SEED = 2026
SLUG = "acme"


@dataclass
class World:
    """Handed from room to room while the sample grows; the same seed gives the same content every time.

    `facts` is what a room leaves for those above it and for `sample --json`: plain values by name
    (`program_id`, `survey_url`, …).
    """

    platform: Platform
    now: datetime = field(default_factory=clock.now)
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  # a sample, not a secret
    facts: dict[str, Any] = field(default_factory=dict)
    workspace_id: uuid.UUID | None = None

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    @contextmanager
    def work(self, days_ago: float = 0.0) -> Iterator[Work]:
        """A quiet Work at that moment in the past, committed at the end; set `work.now` to move in time."""
        with self.platform.database.writing(self.workspace_id) as session:
            yield Work(session, self.platform, SYSTEM, self.ago(days_ago), is_quiet=True)
