"""How often somebody may come: so many times a minute, and a minute's worth at once.

Decided in memory, by one look and one write in a dict and without a lock: what two threads that come at the
same moment lose is one count. With Redis, processes tell each other every second what they let in, so that
together they let in as many as one would; while it is away each counts for itself.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger("rates")

BURST_SECONDS = 60.0
#: Somebodies remembered; beyond, those who have been quiet are forgotten, and if that is not enough, all.
MOST_REMEMBERED = 200_000
SHARE_SECONDS = 1.0
#: Who came less often than this share of what the time allows is not told of.
_WORTH_TELLING = 0.01
_REST_SECONDS = 5.0

#: Moves the moment at which somebody's allowance is whole again, by Redis's clock; answers how far off it is.
_MOVE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local due = tonumber(redis.call('GET', KEYS[1]) or '0')
if due < now then due = now end
due = due + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.6f', due), 'PX', math.ceil((due - now) * 1000) + 1000)
return string.format('%.6f', due - now)
"""


class Rate:
    """So many times a minute for each somebody; 0 is without limit. `name` tells several apart in Redis."""

    def __init__(
        self,
        name: str,
        per_minute: int,
        redis_url: str | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._monotonic = name, monotonic
        self._cost = 60.0 / per_minute if per_minute else 0.0
        self._worth_telling = per_minute / 60 * SHARE_SECONDS * _WORTH_TELLING
        #: When each one's allowance will be whole again (the generic cell rate algorithm).
        self._due: dict[str, float] = {}
        self._redis_url = redis_url
        self._spent: dict[str, int] | None = None if redis_url is None else {}
        self._lock = threading.Lock()
        self._is_shared = False

    def wait_seconds(self, who: str) -> float:
        """0.0: they may go on. Else in how many seconds they may come again."""
        if not self._cost:
            return 0.0
        now = self._monotonic()
        due = self._due.get(who, now)
        if due < now:
            due = now
        elif due - now > BURST_SECONDS - self._cost:
            return due - now - BURST_SECONDS + self._cost
        self._due[who] = due + self._cost
        if self._spent is not None:
            self._spent[who] = self._spent.get(who, 0) + 1
            if not self._is_shared:
                self._share()
        if len(self._due) > MOST_REMEMBERED:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        kept = {who: due for who, due in list(self._due.items()) if due > now}
        self._due = kept if len(kept) < MOST_REMEMBERED // 2 else {}

    def _share(self) -> None:
        with self._lock:
            if not self._is_shared:
                self._is_shared = True
                threading.Thread(target=self._run, name=f"rates-{self._name}", daemon=True).start()

    def _run(self) -> None:
        import redis

        client = redis.Redis.from_url(self._redis_url or "", socket_connect_timeout=1, socket_timeout=2)
        while True:
            time.sleep(SHARE_SECONDS)
            try:
                self.tell(client)
            except Exception as error:  # noqa: BLE001  # Redis is away: each counts for itself
                log.debug("rates_unshared", why=type(error).__name__)
                time.sleep(_REST_SECONDS)

    def tell(self, client: Any) -> None:
        """Add to Redis what was let in here since the last time, and learn what the others let in."""
        spent, self._spent = self._spent or {}, {}
        told = [(who, times) for who, times in spent.items() if times >= self._worth_telling]
        if not told:
            return
        move = client.register_script(_MOVE)
        pipeline = client.pipeline(transaction=False)
        for who, times in told:
            move(keys=[f"betaops:rate:{self._name}:{who}"], args=[times * self._cost], client=pipeline)
        now = self._monotonic()
        for (who, _times), off in zip(told, pipeline.execute(), strict=True):
            self._due[who] = max(self._due.get(who, now), now + float(off))
