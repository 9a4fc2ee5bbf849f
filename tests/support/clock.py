"""Time as tests want it: standing still until moved."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import time_machine

from betaops.kernel import clock

if TYPE_CHECKING:
    from betaops.kernel.work import Work


class Clock:
    """Moves the process's time, and that of the works it knows with it."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self._works: list[Work] = []

    @property
    def now(self) -> datetime:
        return clock.now()

    def shift(self, **amount: float) -> None:
        """`clock.shift(days=1, hours=2)`"""
        self._traveller.shift(timedelta(**amount))
        self._tell()

    def move_to(self, moment: datetime) -> None:
        self._traveller.move_to(moment, tick=False)
        self._tell()

    def follow(self, work: Any) -> None:
        self._works.append(work)
        work.now = self.now

    def _tell(self) -> None:
        for work in self._works:
            work.now = self.now
