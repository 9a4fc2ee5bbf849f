"""Flags of every product, compiled and held in memory, for answering SDKs without asking the database.

A snapshot's flags never change: when a product's revision has moved, the next request compiles a new one and swaps
one reference. When facts about people changed, only these people are forgotten (`known`). What a request may cost
the database: one look at all products' revisions every moment (`keyring`), one at who changed, where anybody did,
and one indexed look-up for a person whom this snapshot has not met yet. While the database is away, what is known
goes on being served.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.enrollment.queries.telling import changed_since
from betaops.flags import metrics, ofrep, queries
from betaops.flags import posthog_wire as wire
from betaops.flags.claims import Claims, Device
from betaops.flags.conditions import Person, Properties
from betaops.flags.definitions import SURVEY_PREFIX
from betaops.flags.evaluation import Choice, FlagSet, Outcome
from betaops.flags.keyring import Caller, Key, Keyring
from betaops.flags.known import Known, KnownPeople
from betaops.flags.models import Flag, Runtime
from betaops.flags.operators import MISSING
from betaops.flags.posthog_wire import Facts, Question, record
from betaops.flags.stages import ACTIVE, claimed
from betaops.kernel import clock, tokens
from betaops.kernel.db import Database
from betaops.kernel.ids import encode
from betaops.programs import identities

log = structlog.get_logger("flags")

#: Groups kept per product; when full, all are forgotten and met again.
MOST_GROUPS = 10_000


class Snapshot:
    """One product at one revision, and the people met in it; `number` is of the newest change of people heard of."""

    def __init__(self, database: Database, key: Key, number: int, claims: Claims) -> None:
        self._database, self.key, self._claims = database, key, claims
        with database.reading(key.workspace_id) as session:
            loaded = queries.load(session, key.product_id)
            loaded = queries.with_internal(session, key.product_id, loaded)
        self.flags = FlagSet(loaded.compiled_from())
        #: By distinct id, the imported cohorts that list it.
        self._listed: dict[str, int] = defaultdict(int)
        for segment in loaded.segments:
            bit = self.flags.cohort_bits([segment.number])
            for distinct_id in segment.members or ():
                self._listed[distinct_id] |= bit
        self.people = KnownPeople(number)
        self._facts = {flag.key: _facts(flag) for flag in loaded.flags}
        self._facts |= {
            each["key"]: Facts(each["id"], each["version"], "", False) for each in loaded.internal
        }
        self._runtimes = {flag.key: flag.runtime for flag in loaded.flags}
        self._contexts = {flag.key: frozenset(flag.contexts) for flag in loaded.flags if flag.contexts}
        self._visible = self._by_runtime(self.flags.active)
        self._existing = self._by_runtime([flag.key for flag in loaded.flags])
        #: What the browser SDK asks before anything else.
        self.config = wire.remote_config(
            has_flags=bool(self._visible[False, "client"].keys),
            has_surveys=any(each["key"].startswith(SURVEY_PREFIX) for each in loaded.internal),
        )
        #: By kind of group and key; looked up only where a flag is decided by group.
        self._groups: dict[tuple[str, str], Properties] = {}
        self._group_types = frozenset(loaded.group_types.values()) if loaded.has_group_flags else frozenset()
        #: By the form in which it is wanted, each outcome.
        self._ready: dict[int | str, dict[Outcome, bytes]] = defaultdict(dict)
        #: Keys of flags about which a request may say what its person chose.
        self._claimable = frozenset(
            flag.key
            for flag in loaded.flags
            if flag.id in loaded.features and loaded.features[flag.id].stage in ACTIVE
        )
        self._loaded = loaded
        #: Definitions say who is in cohorts: by `with_cohorts`, as of which change of people, the bytes, the ETag.
        self._definitions: dict[bool, tuple[int, bytes, str]] = {}
        self._writing_definitions = threading.Lock()

    @property
    def state(self) -> int:
        """Grows with every change of what may be answered: of flags and of people."""
        return self.key.revision + self.people.number

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
        known = self._met(question) if is_known else None
        properties: dict[str, Any] = {**question.properties, "distinct_id": question.distinct_id}
        cohorts = self._listed.get(question.distinct_id, 0) if is_known else 0
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
            self._group_properties(question),
            self._settled(question, known) if is_known else {},
            is_identified=is_identified,
        )

    def _met(self, question: Question) -> Known | None:
        """By their id, or where that is nobody's by the mail address that comes with it.

        SDKs ask for flags before their event arrives that connects the two (`usage`), and may do what it does.
        """
        known = self._known(question.distinct_id)
        mail = question.properties.get("email")
        if self.key.wants_signatures or type(mail) is not str or "@" not in mail:
            return known
        if known is not None and known.tester is not None:
            return known
        by_mail = self._known(mail[: wire.LONGEST_DISTINCT_ID])
        return known if by_mail is None else by_mail

    def _settled(self, question: Question, known: Known | None) -> Mapping[str, bool | str]:
        """What was settled beforehand: what is stored, else what the request says that its person chose.

        A choice that is just being made wins over a former one, but never over what was set by hand.
        """
        settled = known.settled if known is not None else {}
        chosen = known.chosen if known is not None else {}
        if not self._claimable or not (question.properties or chosen):
            return settled
        may_join = known is None or known.may_join
        counts = {}
        for key in self._claimable - (settled.keys() - chosen.keys()):
            joined = claimed(question.properties, key)
            is_new = self._is_new(question, key, joined, chosen.get(key))
            if joined is not None and (may_join or not joined) and (is_new or key not in settled):
                counts[key] = joined
        return {**settled, **counts} if counts else settled

    def _is_new(self, question: Question, key: str, joined: bool | None, chosen_at: datetime | None) -> bool:
        """Whether the device says something that it did not say before (`claims`)."""
        if not question.device_id or (joined is None and chosen_at is None):
            return False
        device = Device(self.key.product_id, question.distinct_id, question.device_id, key)
        return self._claims.hear(device, joined, chosen_at)

    def _group_properties(self, question: Question) -> Mapping[str, Properties]:
        """What is stored about each group that flags look at, over what the request claims."""
        known = {}
        for group_type, key in question.groups.items():
            if group_type in self._group_types:
                claimed = question.group_properties.get(group_type, {})
                known[group_type] = {**claimed, **self._stored_group(group_type, key)}
        return known

    def _by_runtime(self, keys: Sequence[str]) -> dict[tuple[bool, str], Choice]:
        """Those of `keys` that may be seen: by callers who may (or may not) see server flags, and by runtime."""
        hidden = {"": None, "client": Runtime.SERVER, "server": Runtime.CLIENT}
        runtimes = {key: self._runtimes.get(key, Runtime.CLIENT) for key in keys}
        return {
            (sees_servers, runtime): self.flags.choice(
                key
                for key, own in runtimes.items()
                if own is not other and (sees_servers or own is not Runtime.SERVER)
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

    def outcomes(
        self, question: Question, caller: Caller = Caller.PROGRAM, *, with_inactive: bool = False
    ) -> Collection[Outcome]:
        """Of every flag that this caller may see and asked for; of inactive ones only where they are wanted."""
        visible = self._existing if with_inactive else self._visible
        choice = visible[self._sight(question, caller)]
        if question.contexts or question.keys is not None:
            choice = self.flags.choice(self._wanted(choice.keys, question))
        return self.flags.evaluate(self.person(question, caller), clock.now(), choice).values()

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
        ready, found = self._ready[form], list(outcomes)
        try:
            return [ready[outcome] for outcome in found]
        except KeyError:
            ready |= {each: write(each, self._facts[each.key]) for each in found if each not in ready}
            return [ready[outcome] for outcome in found]

    def definitions(self, *, with_cohorts: bool) -> tuple[bytes, str]:
        """What SDKs that evaluate by themselves load, and its ETag."""
        kept, number = self._definitions.get(with_cohorts), self.people.number
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

    def features(self, stages: Collection[str]) -> bytes:
        """The early-access features in these stages that browsers may know of."""
        found = [
            wire.early_access_feature(flag.key, encode("fea", feature.id), feature)
            for flag in self._loaded.flags
            if (feature := self._loaded.features.get(flag.id)) is not None
            and feature.stage in stages
            and flag.runtime is not Runtime.SERVER
        ]
        return orjson.dumps({"earlyAccessFeatures": found})

    def payload(self, key: str) -> str | None:
        """The JSON text that the flag `key` carries when it is on, None without; `KeyError` where there is no such flag."""
        filters = {flag.key: flag.filters for flag in self._loaded.flags}[key]
        payload = (filters.get("payloads") or {}).get("true")
        return payload if isinstance(payload, str) or payload is None else orjson.dumps(payload).decode()

    def _stored_group(self, group_type: str, key: str) -> Properties:
        try:
            return self._groups[group_type, key]
        except KeyError:
            pass
        with self._database.reading(self.key.workspace_id) as session:
            stored = queries.group_properties(session, self.key.product_id, group_type, key)
        if len(self._groups) >= MOST_GROUPS:
            self._groups = {}
        self._groups[group_type, key] = stored
        return stored

    def _known(self, distinct_id: str) -> Known | None:
        try:
            known = self.people.get(distinct_id)
            metrics.person_known.inc()
            return known
        except KeyError:
            metrics.person_looked_up.inc()
            number = self.people.number
        with self._database.reading(self.key.workspace_id) as session:
            stored = queries.stored_person(
                session, self.key.product_id, distinct_id, with_features=bool(self._loaded.features)
            )
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

    def __init__(self, database: Database, keyring: Keyring | None = None) -> None:
        self._database, self.keyring = database, keyring or Keyring(database)
        self._snapshots: dict[UUID, Snapshot] = {}
        self._claims = Claims()
        self._compiling, self._following = threading.Lock(), threading.Lock()

    def by_project_key(self, project_key: str, at_least: int = 0) -> Snapshot | None:
        """The product whose public key this is. `at_least`: a state that somebody has heard of already."""
        return self._newest(self.keyring.by_project_key(project_key), at_least)

    def by_secret_key(self, secret: str, at_least: int = 0) -> Snapshot | None:
        """The product whose secret key this is."""
        return self._newest(self.keyring.by_secret_key(secret), at_least)

    def _newest(self, key: Key | None, at_least: int) -> Snapshot | None:
        if key is None:
            return None
        if self.keyring.state(key) < at_least:
            key = self.keyring.newer(key)
        current = self._snapshots.get(key.product_id)
        if current is None or current.key != key:
            current = self._compiled(key, current, at_least)
        if current.people.number < self.keyring.people(key.workspace_id):
            self._follow(current, must_wait=current.state < at_least)
        return current

    def _follow(self, snapshot: Snapshot, *, must_wait: bool) -> None:
        """Have it forget the people who changed; while one thread finds out who, the others go on."""
        if not self._following.acquire(blocking=must_wait):
            return
        try:
            since, newest = snapshot.people.number, self.keyring.people(snapshot.key.workspace_id)
            if since < newest:
                with self._database.reading(snapshot.key.workspace_id) as session:
                    changed = changed_since(session, since, newest)
                snapshot.people.follow(changed)
        except SQLAlchemyError:
            log.warning("flags_are_stale", product=str(snapshot.key.product_id))
        finally:
            self._following.release()

    def _compiled(self, key: Key, current: Snapshot | None, at_least: int) -> Snapshot:
        # While one thread compiles, the others go on with what was true a moment ago.
        must_wait = current is None or current.state < at_least
        if not self._compiling.acquire(blocking=must_wait):
            return current  # type: ignore[return-value]  # blocking where there is none
        try:
            again = self._snapshots.get(key.product_id)
            if again is None or (again.key != key and again.key.revision <= key.revision):
                number = self.keyring.people(key.workspace_id)
                again = self._snapshots[key.product_id] = Snapshot(self._database, key, number, self._claims)
            return again
        except SQLAlchemyError:
            if current is None:
                raise
            log.warning("flags_are_stale", product=str(key.product_id))
            return current
        finally:
            self._compiling.release()
