"""Flags of every product, compiled and held in memory, for answering SDKs without asking the database.

A snapshot never changes: when a product's revision has moved, the next request compiles a new one and
swaps one reference. What a request may cost the database: one look at the revisions of all products at
most every `POLL_SECONDS` (so a change is seen within that time in every process), and one indexed
look-up for a person that this snapshot has not met yet. While the database is away, what is known goes
on being served.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.flags import ofrep, queries
from betaops.flags.conditions import Person
from betaops.flags.definitions import SURVEY_PREFIX
from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.models import Flag, Runtime
from betaops.flags.posthog_wire import Facts, Question, record
from betaops.kernel import clock, tokens
from betaops.kernel.db import Database

log = structlog.get_logger("flags")

POLL_SECONDS = 0.4
#: People kept per product; when full, all are forgotten and met again.
MOST_PEOPLE = 50_000


class Key(NamedTuple):
    """A product as its keys tell it, and the revision to be served."""

    product_id: UUID
    workspace_id: UUID
    project_key: str
    secret_digest: bytes
    revision: int
    origins: tuple[str, ...]


class Snapshot:
    """One product at one revision."""

    def __init__(self, database: Database, key: Key) -> None:
        self._database, self.key = database, key
        with database.reading(key.workspace_id) as session:
            loaded = queries.load(session, key.product_id)
            loaded = queries.with_internal(session, key.product_id, loaded)
        self.flags = FlagSet(loaded.compiled_from())
        self._lists = {
            segment.number: frozenset(segment.members)
            for segment in loaded.segments
            if segment.members is not None
        }
        self._facts = {flag.key: _facts(flag) for flag in loaded.flags}
        self._facts |= {
            each["key"]: Facts(each["id"], each["version"], "", False) for each in loaded.internal
        }
        self.has_surveys = any(each["key"].startswith(SURVEY_PREFIX) for each in loaded.internal)
        self._runtimes = {flag.key: flag.runtime for flag in loaded.flags}
        self._contexts = {flag.key: frozenset(flag.contexts) for flag in loaded.flags if flag.contexts}
        self._visible = self._by_runtime(self.flags.active)
        self._existing = self._by_runtime([flag.key for flag in loaded.flags])
        self._people: dict[str, queries.Stored | None] = {}
        #: By outcome and the form in which it is wanted.
        self._ready: dict[tuple[Outcome, int | str], bytes] = {}
        self._loaded = loaded
        self._definitions: dict[bool, tuple[bytes, str]] = {}

    def person(self, question: Question) -> Person:
        """Who is asked about: what is stored about them, over what the request claims."""
        stored = self._stored(question.distinct_id)
        properties: dict[str, Any] = {**question.properties, "distinct_id": question.distinct_id}
        cohorts: frozenset[int] = frozenset()
        if stored is not None:
            properties |= stored.properties
            cohorts = stored.cohorts
        if self._lists:
            cohorts |= {number for number, ids in self._lists.items() if question.distinct_id in ids}
        return Person(
            question.distinct_id,
            properties,
            cohorts,
            question.device_id,
            question.groups,
            question.group_properties,
        )

    def _by_runtime(self, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Those of `keys` that each runtime may see."""
        hidden = {"": None, "client": Runtime.SERVER, "server": Runtime.CLIENT}
        return {
            runtime: tuple(key for key in keys if self._runtimes.get(key, Runtime.CLIENT) is not other)
            for runtime, other in hidden.items()
        }

    def outcomes(self, question: Question, *, with_inactive: bool = False) -> Iterable[Outcome]:
        """Of every flag that this caller may see and asked for; of inactive ones only where they are wanted."""
        visible = self._existing if with_inactive else self._visible
        keys: Iterable[str] = visible.get(question.runtime, visible[""])
        if question.contexts:
            contexts, everywhere = question.contexts, question.contexts
            keys = [key for key in keys if contexts & self._contexts.get(key, everywhere)]
        if question.keys is not None:
            wanted = set(question.keys)
            keys = [key for key in keys if key in wanted]
        return self.flags.evaluate(self.person(question), clock.now(), keys).values()

    def records(self, outcomes: Iterable[Outcome], version: int) -> list[bytes]:
        """Each outcome as its bytes in an answer, written once."""
        return self._written(outcomes, version, lambda outcome, facts: record(outcome, facts, version))

    def evaluations(self, outcomes: Iterable[Outcome]) -> list[bytes]:
        """Each outcome as OpenFeature's providers read it, written once."""
        return self._written(outcomes, "ofrep", ofrep.evaluation)

    def _written(
        self, outcomes: Iterable[Outcome], form: int | str, write: Callable[[Outcome, Facts], bytes]
    ) -> list[bytes]:
        ready = self._ready
        found = []
        for outcome in outcomes:
            written = ready.get((outcome, form))
            if written is None:
                written = ready[outcome, form] = write(outcome, self._facts[outcome.key])
            found.append(written)
        return found

    def definitions(self, *, with_cohorts: bool) -> tuple[bytes, str]:
        """What SDKs that evaluate by themselves load, and its ETag."""
        if with_cohorts not in self._definitions:
            with self._database.reading(self.key.workspace_id) as session:
                body = orjson.dumps(
                    queries.written(session, self.key.product_id, self._loaded, with_cohorts=with_cohorts)
                )
            self._definitions[with_cohorts] = body, f'W/"{tokens.digest(body.decode()).hex()[:32]}"'
        return self._definitions[with_cohorts]

    def payload(self, key: str) -> str | None:
        """The JSON text that the flag `key` carries when it is on."""
        for flag in self._loaded.flags:
            if flag.key == key:
                payload = (flag.filters.get("payloads") or {}).get("true")
                return (
                    payload if isinstance(payload, str) or payload is None else orjson.dumps(payload).decode()
                )
        return None

    def _stored(self, distinct_id: str) -> queries.Stored | None:
        try:
            return self._people[distinct_id]
        except KeyError:
            pass
        with self._database.reading(self.key.workspace_id) as session:
            stored = queries.stored_person(session, self.key.product_id, distinct_id)
        if len(self._people) >= MOST_PEOPLE:
            self._people = {}
        self._people[distinct_id] = stored
        return stored


def _facts(flag: Flag) -> Facts:
    return Facts(
        flag.number,
        flag.version,
        flag.description,
        bool(flag.other.get("has_experiment")),
        bool(flag.variants),
    )


class Snapshots:
    """The snapshots of one process."""

    def __init__(
        self,
        database: Database,
        *,
        poll_seconds: float = POLL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._poll_seconds, self._monotonic = database, poll_seconds, monotonic
        self._by_project_key: dict[str, Key] = {}
        self._by_secret: dict[bytes, Key] = {}
        self._snapshots: dict[UUID, Snapshot] = {}
        self._polled_at = float("-inf")
        self._polling, self._compiling = threading.Lock(), threading.Lock()

    def by_project_key(self, project_key: str) -> Snapshot | None:
        """The product whose public key this is."""
        self._poll()
        key = self._by_project_key.get(project_key)
        return None if key is None else self._snapshot(key)

    def by_secret_key(self, secret: str) -> Snapshot | None:
        """The product whose secret key this is."""
        self._poll()
        key = self._by_secret.get(tokens.digest(secret))
        return None if key is None else self._snapshot(key)

    def _snapshot(self, key: Key) -> Snapshot:
        current = self._snapshots.get(key.product_id)
        if current is not None and current.key == key:
            return current
        # While one thread compiles, the others go on with what was true a moment ago.
        if not self._compiling.acquire(blocking=current is None):
            return current  # type: ignore[return-value]  # blocking only where there is none
        try:
            again = self._snapshots.get(key.product_id)
            if again is None or again.key != key:
                again = self._snapshots[key.product_id] = Snapshot(self._database, key)
            return again
        except SQLAlchemyError:
            if current is None:
                raise
            log.warning("flags_are_stale", product=str(key.product_id))
            return current
        finally:
            self._compiling.release()

    def _poll(self) -> None:
        if self._monotonic() - self._polled_at < self._poll_seconds:
            return
        if not self._polling.acquire(blocking=not self._by_project_key):
            return
        try:
            if self._monotonic() - self._polled_at < self._poll_seconds:
                return
            self._look()
            self._polled_at = self._monotonic()
        except SQLAlchemyError:
            self._polled_at = self._monotonic()
            if not self._by_project_key:
                raise
            log.warning("flags_are_stale")
        finally:
            self._polling.release()

    def _look(self) -> None:
        with self._database.reading() as session:
            keys = [
                Key(
                    row.id,
                    row.workspace_id,
                    row.project_key,
                    row.secret_digest,
                    row.revision,
                    tuple(row.origins),
                )
                for row in queries.product_keys(session)
            ]
        self._by_secret = {key.secret_digest: key for key in keys}
        self._by_project_key = {key.project_key: key for key in keys}
