"""What processes tell each other at once, over Redis: that something changed, never what.

Whoever listens also looks by itself every moment, so a signal that is lost costs that moment and nothing else:
without Redis, and while it is away, everything works, only a little later.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

log = structlog.get_logger("signals")

_CHANNEL = "betaops:"
#: A request that has committed waits no longer than this to say so.
HASTE_SECONDS = 0.3
#: After a failure nothing is sent, and nobody reconnects, for this long.
REST_SECONDS = 3.0


class Signals:
    """Of one process. Sending never fails; who hears is called on a thread of its own."""

    def __init__(self, redis_url: str | None) -> None:
        self._url = redis_url
        self._lock = threading.Lock()
        self._sender: Any = None
        self._rests_until = 0.0
        self._heard: dict[str, Callable[[], None]] = {}

    def send(self, topic: str) -> None:
        if self._url is None or time.monotonic() < self._rests_until:
            return
        try:
            if self._sender is None:
                self._sender = _connected(self._url)
            self._sender.publish(_CHANNEL + topic, b"")
        except Exception as error:  # noqa: BLE001  # whatever Redis has, what was committed stands
            self._rests_until = time.monotonic() + REST_SECONDS
            log.info("signal_missed", topic=topic, why=type(error).__name__)

    def listen(self, topic: str, heard: Callable[[], None]) -> None:
        """Have `heard` called soon after anybody sent `topic`; several signals at once may be one call.

        Asked again for the same topic, nothing changes.
        """
        if self._url is None or topic in self._heard:
            return
        with self._lock:
            if topic not in self._heard:
                self._heard[topic] = heard
                threading.Thread(
                    target=self._listen, args=(topic, heard), name=f"signals-{topic}", daemon=True
                ).start()

    def _listen(self, topic: str, heard: Callable[[], None]) -> None:
        is_away = False
        while True:
            try:
                with _connected(self._url or "").pubsub(ignore_subscribe_messages=True) as channel:
                    channel.subscribe(_CHANNEL + topic)
                    is_away = False
                    heard()  # what was said while nobody listened
                    while True:
                        if channel.get_message(timeout=10) is not None:
                            while channel.get_message() is not None:
                                pass
                            heard()
            except Exception as error:  # noqa: BLE001  # Redis is away: whoever listens looks by itself meanwhile
                if not is_away:
                    log.info("signals_unheard", topic=topic, why=type(error).__name__)
                is_away = True
                time.sleep(REST_SECONDS)


def _connected(url: str) -> Any:
    import redis

    return redis.Redis.from_url(
        url, socket_connect_timeout=HASTE_SECONDS, socket_timeout=HASTE_SECONDS, health_check_interval=15
    )


def after_commit(session: Session, signals: Signals, topic: str) -> None:
    """Send `topic` once the session's transaction has ended; one that was rolled back may be told of too."""
    session.info.setdefault("signals", {})[topic] = signals


@event.listens_for(Session, "after_transaction_end")
def _send(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        for topic, signals in session.info.pop("signals", {}).items():
            signals.send(topic)
