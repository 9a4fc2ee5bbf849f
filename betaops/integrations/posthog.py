"""Passing events on to PostHog through its official SDK. The only module that imports it, and only when used.

Runs in a job, never in a request, and holds no transaction while it waits for PostHog. The place reached
is kept in the database; after a crash some events go twice, and PostHog keeps one of each `uuid`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from betaops.kernel import clock
from betaops.kernel.jobs import Run
from betaops.kernel.settings import Settings
from betaops.usage import queries as usage_queries
from betaops.usage import service as usage_service
from betaops.usage.models import UsageEvent

DESTINATION = "posthog"
#: Ids grow with time but are not committed in order: what is younger than this waits for the next run.
SETTLED_AFTER = timedelta(seconds=15)
AT_ONCE = 200
#: One run passes on at most this many; the next minute's goes on from there.
MOST_IN_A_RUN = 20_000


def forward_usage(run: Run) -> dict[str, int] | None:
    """Pass on every event that was not yet. Does nothing without `POSTHOG_API_KEY`."""
    settings = run.platform.settings
    if settings.posthog_api_key is None:
        return None
    sender = _Sender(settings)
    sent = 0
    try:
        while sent < MOST_IN_A_RUN:
            with run.platform.database.reading() as session:
                events = usage_queries.events_after(
                    session,
                    usage_queries.position(session, DESTINATION),
                    received_before=clock.now() - SETTLED_AFTER,
                    limit=AT_ONCE,
                )
            if not events:
                break
            sender.send(events)
            with run.work() as work:
                usage_service.move(work, DESTINATION, events[-1].id)
            sent += len(events)
            run.progress(sent, sent)
    finally:
        sender.close()
    return {"sent": sent}


class _Sender:
    """The SDK's client. It sends behind the scenes and reports failures to a callback; here they are raised."""

    def __init__(self, settings: Settings) -> None:
        from posthog import Posthog

        self._failures: list[Exception] = []
        self._client = Posthog(
            settings.posthog_api_key or "",
            host=settings.posthog_host,
            on_error=self._failed,
            max_retries=1,
            timeout=10,
            disable_geoip=True,
        )

    def send(self, events: Sequence[UsageEvent]) -> None:
        """Returns when PostHog has all of them, or raises why it has not."""
        for event in events:
            self._client.capture(
                event.name,
                distinct_id=event.distinct_id,
                properties=event.properties,
                timestamp=event.at,
                uuid=str(event.uuid),
            )
        # Without a limit of its own: each request has one, and a flush that gives up looks like success.
        self._client.flush(timeout_seconds=None)
        if self._failures:
            raise self._failures[0]

    def close(self) -> None:
        self._client.shutdown()

    def _failed(self, error: Exception, _batch: Any) -> None:
        self._failures.append(error)
