"""One unit of work: a transaction, who asked for it, and the moment at which it happens."""

import uuid
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from betaops.kernel import jobs, outbox, rows, signals
from betaops.kernel.db import Base, Database, Identified, Owned, Tenant, is_in_the_way, scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.events import Event, write_events
from betaops.kernel.ingest import Ingest
from betaops.kernel.settings import Settings
from betaops.kernel.tallies import Tallies
from betaops.kernel.vault import Vault

if TYPE_CHECKING:
    from betaops.kernel.files import FileStore
    from betaops.kernel.http import Outgoing

Row = TypeVar("Row", bound=Identified)
Thing = TypeVar("Thing", bound=Hashable)
ActorKind = Literal["member", "tester", "key", "system", "visitor"]


@dataclass(frozen=True)
class Platform:
    """What one process holds open: settings, database, vault, files."""

    settings: Settings
    database: Database

    @classmethod
    def open(cls, settings: Settings) -> "Platform":
        return cls(settings, Database(settings.database_url))

    @cached_property
    def vault(self) -> Vault:
        return Vault([self.settings.secret_key, *self.settings.former_secret_keys])

    @cached_property
    def files(self) -> "FileStore":
        from betaops.kernel.files import FileStore

        return FileStore.open(self.settings)

    @cached_property
    def outgoing(self) -> "Outgoing":
        """For requests to addresses that users gave."""
        from betaops.kernel.http import Outgoing

        return Outgoing.open(self.settings)

    @cached_property
    def signals(self) -> signals.Signals:
        """To and from the other processes of this installation."""
        return signals.Signals(self.settings.redis_url)

    @cached_property
    def tallies(self) -> Tallies:
        """Counts that many requests add to."""
        return Tallies(self)

    @cached_property
    def ingest(self) -> Ingest:
        """For paths that many strangers write to at once (events, answers)."""
        return Ingest(self)


@dataclass(frozen=True)
class Actor:
    """Who acts; `id` is of the user, tester or key, and None for the system and for strangers."""

    kind: ActorKind = "system"
    id: uuid.UUID | None = None
    name: str = ""


SYSTEM = Actor()
#: Whoever types commands, as they stand in histories.
OPERATOR = Actor("system", None, "Command line")


@dataclass
class Work:
    """Passed to every service. Its edge commits it; nobody else does."""

    session: Session
    platform: Platform
    actor: Actor
    now: datetime
    #: A quiet work records events without telling anybody (samples, imports of history).
    is_quiet: bool = field(default=False)
    #: The event that a handler is told of: with its own name, a key for what it does once (`mail.queue`).
    cause_id: uuid.UUID | None = field(default=None)

    @property
    def settings(self) -> Settings:
        return self.platform.settings

    @property
    def vault(self) -> Vault:
        return self.platform.vault

    @property
    def workspace_id(self) -> uuid.UUID:
        """The workspace whose rows this work may touch."""
        workspace_id = self.session.info.get("workspace_id")
        if workspace_id is None:
            raise LookupError("this work has no workspace yet")
        return workspace_id  # type: ignore[no-any-return]  # session.info holds Any

    def enter(self, workspace_id: uuid.UUID) -> None:
        """Continue inside one workspace (after a look-up by token or public name)."""
        scope_to(self.session, workspace_id)

    def add(self, row: Base) -> None:
        """Insert `row` now; a tenant row without workspace gets this one.

        Flushed at once: models have few relationships, without which a flush does not know that
        parents go before children; and what the database refuses, it refuses at this line.
        """
        if isinstance(row, Owned) and getattr(row, "workspace_id", None) is None:
            row.workspace_id = self.workspace_id
        self.session.add(row)
        self.session.flush()

    def delete(self, row: Base) -> None:
        self.session.delete(row)

    def lock(self, model: type[Row], row_id: uuid.UUID, *, lets_refer: bool = False) -> Row:
        """The row, fresh, held until the end of this work; `NotFound` if this workspace has none.

        SQLite needs no row lock: its writers come one after the other. `lets_refer`: others may write rows that
        belong to it meanwhile, which else wait.
        """
        row = self._locked(model, row_id, lets_refer)
        if row is None:
            raise NotFound
        return row

    def _locked(self, model: type[Row], row_id: uuid.UUID, lets_refer: bool) -> Row | None:
        if issubclass(model, Tenant):
            return rows.locked(self.session, model, row_id, lets_refer=lets_refer)
        return self.session.scalar(
            select(model)
            .where(model.id == row_id)
            .with_for_update(key_share=lets_refer)
            .execution_options(populate_existing=True)
        )

    def record(self, event: Event) -> None:
        """State that something happened; whoever subscribed hears of it after the commit."""
        self.record_all([event])

    def record_all(self, events: Sequence[Event]) -> None:
        """The same of several things, in few statements."""
        self.session.flush()
        event_ids = write_events(
            self.session,
            events,
            workspace_id=self.session.info.get("workspace_id"),
            at=self.now,
            actor_kind=self.actor.kind,
            actor_id=self.actor.id,
        )
        if self.is_quiet:
            return
        for event, event_id in zip(events, event_ids, strict=True):
            for subscription in outbox.subscriptions(event.kind):
                if subscription.wants is not None and not subscription.wants(self.session, event):
                    continue
                if not (subscription.is_at_once and self._is_told_at_once(subscription, event)):
                    self.enqueue(jobs.DELIVERY + subscription.name, {"event_id": str(event_id)})

    def _is_told_at_once(self, subscription: outbox.Subscription, event: Event) -> bool:
        """False, with nothing of it written, where others hold what it needs: PostgreSQL lets nobody wait for ever."""
        if self.platform.database.is_sqlite:
            subscription.handler(self, event)
            return True
        try:
            with self.session.begin_nested():
                subscription.handler(self, event)
        except DBAPIError as error:
            if not is_in_the_way(error):
                raise
            return False
        return True

    def signal(self, topic: str) -> None:
        """Tell every process at once, as soon as this work is committed (where there is Redis)."""
        signals.after_commit(self.session, self.platform.signals, topic)

    def at_commit(self, do: "Callable[[Work, set[Thing]], None]", things: Iterable[Thing]) -> None:
        """Have `do(work, …)` run as the last of this transaction, once, with all things that it was ever to be done for.

        For what takes a lock that everybody wants: it is then held for as short as can be, and always taken last.
        """
        put_off = self.session.info.setdefault("at_commit", {})
        put_off.setdefault(do, (self, set()))[1].update(things)

    def enqueue(
        self,
        name: str,
        args: dict[str, Any] | None = None,
        *,
        at: datetime | None = None,
        unique: str | None = None,
        once: str | None = None,
    ) -> uuid.UUID | None:
        """Have `name` run after this work is committed, at `at` or as soon as possible.

        `unique`: not added while one with this key still waits (debounce).
        `once`: not added if there ever was one with this key. Returns the job's id, None if not added.
        """
        return jobs.enqueue(
            self.session,
            name,
            args or {},
            now=self.now,
            run_at=at or self.now,
            unique_key=unique,
            once_key=once,
            workspace_id=self.session.info.get("workspace_id"),
        )
