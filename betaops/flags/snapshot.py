"""Flags of every product, compiled and held in memory, for answering SDKs without asking the database.

A snapshot never changes: when a product's revision has moved, the next request compiles a new one and
swaps one reference. What a request may cost the database: one look at the revisions of all products every
moment (`keyring`), and one indexed look-up for a person that this snapshot has not met yet. While the
database is away, what is known goes on being served.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.flags import metrics, ofrep, queries
from betaops.flags.conditions import Person
from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.keyring import Caller, Key, Keyring
from betaops.flags.models import Flag, Runtime
from betaops.flags.posthog_wire import Facts, Question, record, remote_config
from betaops.kernel import clock, tokens
from betaops.kernel.db import Database
from betaops.programs import identities

log = structlog.get_logger("flags")

#: People kept per product; when full, all are forgotten and met again.
MOST_PEOPLE = 50_000


class Snapshot:
    """One product at one revision."""

    def __init__(self, database: Database, key: Key) -> None:
        self._database, self.key = database, key
        with database.reading(key.workspace_id) as session:
            loaded = queries.load(session, key.product_id)
        self.flags = FlagSet(loaded.compiled_from())
        self._lists = {
            segment.number: frozenset(segment.members)
            for segment in loaded.segments
            if segment.members is not None
        }
        self._facts = {flag.key: _facts(flag) for flag in loaded.flags}
        self._runtimes = {flag.key: flag.runtime for flag in loaded.flags}
        self._contexts = {flag.key: frozenset(flag.contexts) for flag in loaded.flags if flag.contexts}
        self._visible = self._by_runtime(self.flags.active)
        self._existing = self._by_runtime([flag.key for flag in loaded.flags])
        self._people: dict[str, queries.Stored | None] = {}
        #: By outcome and the form in which it is wanted.
        self._ready: dict[tuple[Outcome, int | str], bytes] = {}
        self._loaded = loaded
        self._definitions: dict[bool, tuple[bytes, str]] = {}

    def is_identified(self, question: Question, caller: Caller) -> bool:
        """Whether it is proved that the request is about the person it names: by its key or by a signature."""
        return caller is Caller.SERVER or (
            question.identity_hash != ""
            and identities.is_signed(self.key.identity_secrets, question.distinct_id, question.identity_hash)
        )

    def person(self, question: Question, caller: Caller = Caller.PROGRAM) -> Person:
        """Who is asked about: what is stored about them, over what the request claims.

        Where the product wants signatures, nothing stored counts for a request that proves nothing.
        """
        is_identified = self.is_identified(question, caller)
        is_known = is_identified or not self.key.wants_signatures
        stored = self._stored(question.distinct_id) if is_known else None
        properties: dict[str, Any] = {**question.properties, "distinct_id": question.distinct_id}
        cohorts: frozenset[int] = frozenset()
        if stored is not None:
            properties |= stored.properties
            cohorts = stored.cohorts
        if self._lists and is_known:
            cohorts |= {number for number, ids in self._lists.items() if question.distinct_id in ids}
        return Person(
            question.distinct_id,
            properties,
            cohorts,
            question.device_id,
            question.groups,
            question.group_properties,
            is_identified=is_identified,
        )

    def _by_runtime(self, keys: Sequence[str]) -> dict[tuple[bool, str], tuple[str, ...]]:
        """Those of `keys` that may be seen: by callers who may (or may not) see server flags, and by runtime."""
        hidden = {"": None, "client": Runtime.SERVER, "server": Runtime.CLIENT}
        return {
            (sees_servers, runtime): tuple(
                key
                for key in keys
                if self._runtimes[key] is not other
                and (sees_servers or self._runtimes[key] is not Runtime.SERVER)
            )
            for runtime, other in hidden.items()
            for sees_servers in (True, False)
        }

    def _sight(self, question: Question, caller: Caller) -> tuple[bool, str]:
        """Server flags are for servers: told by the secret key, or where the product says so by not being a page."""
        if caller is Caller.PAGE:
            return False, "client"  # whatever it says of itself
        sees_servers = caller is Caller.SERVER or self.key.servers_use_public_key
        return sees_servers, question.runtime if question.runtime in ("client", "server") else ""

    def remote_config(self) -> dict[str, Any]:
        """What a page's SDK asks before anything else."""
        return remote_config(has_flags=bool(self._visible[False, "client"]))

    def outcomes(
        self, question: Question, caller: Caller = Caller.PROGRAM, *, with_inactive: bool = False
    ) -> Iterable[Outcome]:
        """Of every flag that this caller may see and asked for; of inactive ones only where they are wanted."""
        visible = self._existing if with_inactive else self._visible
        keys: Iterable[str] = visible[self._sight(question, caller)]
        if question.contexts:
            contexts, everywhere = question.contexts, question.contexts
            keys = [key for key in keys if contexts & self._contexts.get(key, everywhere)]
        if question.keys is not None:
            wanted = set(question.keys)
            keys = [key for key in keys if key in wanted]
        return self.flags.evaluate(self.person(question, caller), clock.now(), keys).values()

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
        """The JSON text that the flag `key` carries when it is on, None without; `KeyError` where there is no such flag."""
        filters = {flag.key: flag.filters for flag in self._loaded.flags}[key]
        payload = (filters.get("payloads") or {}).get("true")
        return payload if isinstance(payload, str) or payload is None else orjson.dumps(payload).decode()

    def _stored(self, distinct_id: str) -> queries.Stored | None:
        try:
            known = self._people[distinct_id]
            metrics.person_known.inc()
            return known
        except KeyError:
            metrics.person_looked_up.inc()
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

    def __init__(self, database: Database, keyring: Keyring | None = None) -> None:
        self._database, self.keyring = database, keyring or Keyring(database)
        self._snapshots: dict[UUID, Snapshot] = {}
        self._compiling = threading.Lock()

    def by_project_key(self, project_key: str, at_least: int = 0) -> Snapshot | None:
        """The product whose public key this is. `at_least`: a revision that somebody has heard of already."""
        return self._newest(self.keyring.by_project_key(project_key), at_least)

    def by_secret_key(self, secret: str, at_least: int = 0) -> Snapshot | None:
        """The product whose secret key this is."""
        return self._newest(self.keyring.by_secret_key(secret), at_least)

    def _newest(self, key: Key | None, at_least: int) -> Snapshot | None:
        if key is None:
            return None
        if key.revision < at_least:
            key = self.keyring.newer(key)
        current = self._snapshots.get(key.product_id)
        if current is not None and current.key == key:
            return current
        return self._compiled(key, current, at_least)

    def _compiled(self, key: Key, current: Snapshot | None, at_least: int) -> Snapshot:
        # While one thread compiles, the others go on with what was true a moment ago.
        must_wait = current is None or current.key.revision < at_least
        if not self._compiling.acquire(blocking=must_wait):
            return current  # type: ignore[return-value]  # blocking where there is none
        try:
            again = self._snapshots.get(key.product_id)
            if again is None or (again.key != key and again.key.revision <= key.revision):
                again = self._snapshots[key.product_id] = Snapshot(self._database, key)
            return again
        except SQLAlchemyError:
            if current is None:
                raise
            log.warning("flags_are_stale", product=str(key.product_id))
            return current
        finally:
            self._compiling.release()
