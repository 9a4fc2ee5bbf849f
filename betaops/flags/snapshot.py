"""Flags of every product, compiled and held in memory, for answering SDKs without asking the database.

A snapshot's flags never change: when a product's revision has moved, the next request compiles a new one and swaps
one reference. When facts about people changed, only these people are forgotten (`known`). What a request may cost
the database: one look at all products' revisions, and at who changed, at most every `POLL_SECONDS` (so a change is
seen within that time in every process), and one indexed look-up for a person whom this snapshot has not met yet.
While the database is away, what is known goes on being served.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from betaops.enrollment.queries.telling import Changed, changed_since
from betaops.flags import ofrep, queries
from betaops.flags.conditions import Person
from betaops.flags.evaluation import Choice, FlagSet, Outcome
from betaops.flags.known import Known, KnownPeople
from betaops.flags.models import Flag, Runtime
from betaops.flags.operators import MISSING
from betaops.flags.posthog_wire import Facts, Question, record
from betaops.kernel import clock, tokens
from betaops.kernel.db import Database, scope_to

log = structlog.get_logger("flags")

POLL_SECONDS = 0.4


class Key(NamedTuple):
    """A product as its keys tell it, and the revision to be served."""

    product_id: UUID
    workspace_id: UUID
    project_key: str
    secret_digest: bytes
    revision: int
    origins: tuple[str, ...]


class Snapshot:
    """One product at one revision, and the people met in it; `number` is of the newest change of people heard of."""

    def __init__(self, database: Database, key: Key, number: int) -> None:
        self._database, self.key = database, key
        with database.reading(key.workspace_id) as session:
            loaded = queries.load(session, key.product_id)
        self.flags = FlagSet(loaded.compiled_from())
        #: By distinct id, the imported cohorts that list it.
        self._listed: dict[str, int] = defaultdict(int)
        for segment in loaded.segments:
            bit = self.flags.cohort_bits([segment.number])
            for distinct_id in segment.members or ():
                self._listed[distinct_id] |= bit
        self.people = KnownPeople(number)
        self._facts = {flag.key: _facts(flag) for flag in loaded.flags}
        self._runtimes = {flag.key: flag.runtime for flag in loaded.flags}
        self._contexts = {flag.key: frozenset(flag.contexts) for flag in loaded.flags if flag.contexts}
        self._visible = self._by_runtime(self.flags.active)
        self._existing = self._by_runtime([flag.key for flag in loaded.flags])
        #: By the form in which it is wanted, each outcome.
        self._ready: dict[int | str, dict[Outcome, bytes]] = defaultdict(dict)
        self._loaded = loaded
        #: Definitions say who is in cohorts: by `with_cohorts`, as of which change of people, the bytes, the ETag.
        self._definitions: dict[bool, tuple[int, bytes, str]] = {}
        self._writing_definitions = threading.Lock()

    def person(self, question: Question) -> Person:
        """Who is asked about: what is stored about them, over what the request claims."""
        known = self._known(question.distinct_id)
        properties: dict[str, Any] = {**question.properties, "distinct_id": question.distinct_id}
        cohorts = self._listed.get(question.distinct_id, 0)
        if known is not None:
            cohorts |= known.cohorts
            named = zip(self.flags.reads, known.values, strict=True)
            properties |= {name: value for name, value in named if value is not MISSING}
        return Person(
            question.distinct_id,
            properties,
            cohorts,
            question.device_id,
            question.groups,
            question.group_properties,
            {} if known is None else known.settled,
        )

    def _by_runtime(self, keys: Sequence[str]) -> dict[str, Choice]:
        """Those of `keys` that each runtime may see."""
        hidden = {"": None, "client": Runtime.SERVER, "server": Runtime.CLIENT}
        return {
            runtime: self.flags.choice(key for key in keys if self._runtimes[key] is not other)
            for runtime, other in hidden.items()
        }

    def outcomes(self, question: Question, *, with_inactive: bool = False) -> Iterable[Outcome]:
        """Of every flag that this caller may see and asked for; of inactive ones only where they are wanted."""
        visible = self._existing if with_inactive else self._visible
        choice = visible.get(question.runtime, visible[""])
        if question.contexts or question.keys is not None:
            choice = self.flags.choice(self._wanted(choice.keys, question))
        return self.flags.evaluate(self.person(question), clock.now(), choice).values()

    def _wanted(self, keys: Iterable[str], question: Question) -> Iterable[str]:
        """Those of `keys` that belong to where the question is asked, and are asked for."""
        here, wanted = question.contexts, None if question.keys is None else set(question.keys)
        for key in keys:
            if (not here or here & self._contexts.get(key, here)) and (wanted is None or key in wanted):
                yield key

    def records(self, outcomes: Iterable[Outcome], version: int) -> list[bytes]:
        """Each outcome as its bytes in an answer, written once."""
        return self._written(outcomes, version, lambda outcome, facts: record(outcome, facts, version))

    def evaluations(self, outcomes: Iterable[Outcome]) -> list[bytes]:
        """Each outcome as OpenFeature's providers read it, written once."""
        return self._written(outcomes, "ofrep", ofrep.evaluation)

    def _written(
        self, outcomes: Iterable[Outcome], form: int | str, write: Callable[[Outcome, Facts], bytes]
    ) -> list[bytes]:
        ready = self._ready[form]
        found = []
        for outcome in outcomes:
            written = ready.get(outcome)
            if written is None:
                written = ready[outcome] = write(outcome, self._facts[outcome.key])
            found.append(written)
        return found

    def definitions(self, *, with_cohorts: bool) -> tuple[bytes, str]:
        """What SDKs that evaluate by themselves load, and its ETag."""
        kept = self._definitions.get(with_cohorts)
        number = self.people.number if with_cohorts else 0
        if kept is not None and kept[0] == number:
            return kept[1:]
        # While one thread writes them, the others go on with what was true a moment ago.
        if not self._writing_definitions.acquire(blocking=kept is None):
            return kept[1:]  # type: ignore[index]  # blocking only where there is none
        try:
            with self._database.reading(self.key.workspace_id) as session:
                body = orjson.dumps(
                    queries.written(session, self.key.product_id, self._loaded, with_cohorts=with_cohorts)
                )
            etag = f'W/"{tokens.digest(body.decode()).hex()[:32]}"'
            self._definitions[with_cohorts] = number, body, etag
            return body, etag
        finally:
            self._writing_definitions.release()

    def payload(self, key: str) -> str | None:
        """The JSON text that the flag `key` carries when it is on."""
        for flag in self._loaded.flags:
            if flag.key == key:
                payload = (flag.filters.get("payloads") or {}).get("true")
                return (
                    payload if isinstance(payload, str) or payload is None else orjson.dumps(payload).decode()
                )
        return None

    def _known(self, distinct_id: str) -> Known | None:
        try:
            return self.people.get(distinct_id)
        except KeyError:
            number = self.people.number
        with self._database.reading(self.key.workspace_id) as session:
            stored = queries.stored_person(session, self.key.product_id, distinct_id)
        known = None
        if stored is not None:
            cohorts = self.flags.cohort_bits(stored.cohorts)
            known = self.people.known(stored, self.flags.reads, MISSING, cohorts)
        self.people.put(distinct_id, known, number)
        return known


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
        #: By workspace, the number of the newest change of people.
        self._numbers: dict[UUID, int] = {}
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
                number = self._numbers[key.workspace_id]
                again = self._snapshots[key.product_id] = Snapshot(self._database, key, number)
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
            rows = queries.product_keys(session)
            keys = [
                Key(
                    row.id,
                    row.workspace_id,
                    row.project_key,
                    row.secret_digest,
                    row.revision,
                    tuple(row.origins),
                )
                for row in rows
            ]
            self._numbers = {row.workspace_id: row.people for row in rows}
            self._by_secret = {key.secret_digest: key for key in keys}
            self._by_project_key = {key.project_key: key for key in keys}
            self._forget(session)

    def _forget(self, session: Session) -> None:
        """Have every snapshot forget the people who changed since it last heard of any."""
        heard: dict[tuple[UUID, int], Changed] = {}
        for snapshot in list(self._snapshots.values()):
            workspace_id, since = snapshot.key.workspace_id, snapshot.people.number
            newest = self._numbers.get(workspace_id, since)
            if newest == since:
                continue
            if (workspace_id, since) not in heard:
                scope_to(session, workspace_id)
                heard[workspace_id, since] = changed_since(session, since, newest)
            snapshot.people.follow(heard[workspace_id, since])
