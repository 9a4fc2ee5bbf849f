"""Many small writes from many requests, committed together.

SQLite has one writer at a time and one fsync a commit: in the embedded size a single thread takes
whatever waits, writes it in one transaction and commits once, and each caller returns after that commit.
PostgreSQL groups commits itself; there each write is its own transaction.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session as OrmSession

from betaops.kernel import clock
from betaops.kernel.db import Session, do_what_was_put_off, scope_to
from betaops.kernel.errors import Unavailable
from betaops.kernel.i18n import gettext as _
from betaops.kernel.prepared import Opened

if TYPE_CHECKING:
    from betaops.kernel.work import Platform, Work

log = structlog.get_logger("ingest")

Thing = TypeVar("Thing")
Result = TypeVar("Result")

#: Writes in one transaction at most.
MOST_TOGETHER = 64
#: A thread without work ends after this long; the next write starts another.
IDLE_SECONDS = 5.0
#: What is remembered at most.
MOST_KEPT = 1000
#: How long a caller waits for its commit.
PATIENCE_SECONDS = 20.0


#: What the writes of one kind do together: one result for each of the things that came in.
Take = Callable[["Work", Sequence[Any]], Sequence[Any]]


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Write:
    workspace_id: UUID | None
    take: Take
    thing: Any
    #: Held until it is committed, or has failed. An Event would be a condition with a lock and cost ten times as much.
    done: threading.Lock = field(default_factory=_locked)
    #: Called instead, where nobody waits.
    then: "Callable[[Any, BaseException | None], None] | None" = None
    result: Any = None
    error: BaseException | None = None

    def is_done(self) -> None:
        if self.then is None:
            self.done.release()
            return
        try:
            self.then(self.result, self.error)
        except Exception:
            log.exception("nobody_told", take=self.take.__qualname__)


def _change(work: "Work", changes: Sequence[Callable[["Work"], Any]]) -> Sequence[Any]:
    """The `take` of a write that is alone with what it does."""
    (change,) = changes
    return [change(work)]


def _batches(writes: Sequence[_Write]) -> list[list[_Write]]:
    """Those of one kind together, where the first of them stands."""
    found: dict[Any, list[_Write]] = {}
    for place, write in enumerate(writes):
        kind = place if write.take is _change else (write.take, write.workspace_id)
        found.setdefault(kind, []).append(write)
    return list(found.values())


_KEPT, _VERSION = "kept", "PRAGMA data_version"


def kept(session: OrmSession) -> dict[Any, Any]:
    """Where a grouped write may leave what it read for the next: empty again as soon as anybody else has written.

    What grouped writes change themselves they must put right there. Always empty outside of them, and on PostgreSQL.
    """
    own: _Own | None = session.info.get(_KEPT)
    return {} if own is None else own.kept(session)


class _Own:
    """The writer's connection, and what was read by it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._version, self._kept = -1, dict[Any, Any]()

    def connection(self) -> Connection:
        """The same each time until it is dropped."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self.forget()
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def drop(self) -> None:
        """Nobody knows in which state a transaction stands that failed to end."""
        dropped, self._connection = self._connection, None
        if dropped is not None:
            dropped.invalidate()
            dropped.close()

    def forget(self) -> None:
        """Some of what is kept may never have come about."""
        self._version = -1

    def kept(self, session: OrmSession) -> dict[Any, Any]:
        """As of the session's transaction. SQLite counts what other connections have written."""
        with Opened(_VERSION, session.connection()) as cursor:
            version = cursor.execute(_VERSION).fetchone()[0]
        if version != self._version or len(self._kept) > MOST_KEPT:
            self._version, self._kept = version, {}
        return self._kept


class Ingest:
    """The grouped writes of one process."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._waiting: queue.SimpleQueue[_Write] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_running = False

    def write(self, workspace_id: UUID | None, change: "Callable[[Work], Result]") -> Result:
        """What `change` returns, once it is committed; what it raises, with nothing of it written.

        `change` gets a Work of the system in that workspace (in none where it finds out itself) and must not
        wait for anything but the database: others wait behind it. It may be called twice, the first time with
        all undone. Call it from a request that has no write transaction of its own.
        """
        return self._write(_Write(workspace_id, _change, change))  # type: ignore[no-any-return]  # what `change` returns

    def write_one(
        self,
        workspace_id: UUID | None,
        take: "Callable[[Work, Sequence[Thing]], Sequence[Result]]",
        thing: Thing,
    ) -> Result:
        """The same for what is cheaper together: `take` gets all the things that wait for it just then.

        It gives one result for each, in their order. Where it raises it is called again with each by itself.
        """
        return self._write(_Write(workspace_id, take, thing))  # type: ignore[no-any-return]  # what `take` gives

    def write_one_later(
        self,
        workspace_id: UUID | None,
        take: "Callable[[Work, Sequence[Thing]], Sequence[Result]]",
        thing: Thing,
        then: "Callable[[Result | None, BaseException | None], None]",
    ) -> None:
        """The same without waiting; only where writes are grouped.

        `then` gets the result or the error, on the thread of which all writes wait: it must not take long.
        """
        self._waiting.put(_Write(workspace_id, take, thing, then=then))
        self._start()

    @property
    def is_grouping(self) -> bool:
        """Whether writes wait for each other here; PostgreSQL groups commits itself."""
        return self._platform.database.is_sqlite

    @property
    def is_busy(self) -> bool:
        """Whether writes wait for the one that is under way."""
        return not self._waiting.empty()

    def _write(self, write: _Write) -> Any:
        if not self.is_grouping:
            with self._platform.database.writing(write.workspace_id) as session:
                return write.take(self._work(session), [write.thing])[0]
        self._waiting.put(write)
        self._start()
        if not write.done.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable("busy", _("The database is busy. Try again in a moment."))
        if write.error is not None:
            raise write.error
        return write.result

    def _start(self) -> None:
        with self._lock:
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="ingest", daemon=True).start()

    def _run(self) -> None:
        # A connection of its own: what it remembers (`kept`) nobody else has changed by the same one.
        own = _Own(self._platform.database.engine)
        try:
            while self._write_waiting(own):
                pass
        finally:
            own.close()

    def _write_waiting(self, own: "_Own") -> bool:
        """Whatever waits, in one transaction; False where nothing came for so long that the thread ends."""
        try:
            writes = [self._waiting.get(timeout=IDLE_SECONDS)]
        except queue.Empty:
            with self._lock:
                self._is_running = not self._waiting.empty()
                return self._is_running
        while len(writes) < MOST_TOGETHER:
            try:
                writes.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        self._write_together(own, writes)
        return True

    def _write_together(self, own: "_Own", writes: list[_Write]) -> None:
        try:
            if not self._write_all(own, writes):
                self._write_apart(writes)
        except BaseException as error:  # noqa: BLE001  # nothing was committed: every caller must hear of it
            for write in writes:
                write.error = write.error or error
            own.drop()
        finally:
            for write in writes:
                write.is_done()

    def _write_all(self, own: "_Own", writes: list[_Write]) -> bool:
        """One after the other in one session, as most go well; False, with nothing written, where one does not."""
        with Session(own.connection(), expire_on_commit=False) as session, session.begin():
            session.info[_KEPT] = own
            for batch in _batches(writes):
                scope_to(session, batch[0].workspace_id)
                try:
                    self._take(session, batch)
                    do_what_was_put_off(session)
                except Exception:  # noqa: BLE001  # it is told when it fails by itself
                    session.rollback()
                    own.forget()
                    return False
                session.expunge_all()
        return True

    def _take(self, session: Session, batch: Sequence[_Write]) -> None:
        results = batch[0].take(self._work(session), [write.thing for write in batch])
        for write, result in zip(batch, results, strict=True):
            write.result = result

    def _write_apart(self, writes: list[_Write]) -> None:
        with self._platform.database.engine.connect() as connection, connection.begin():
            for write in writes:
                self._write_one(connection, write)

    def _write_one(self, connection: Any, write: _Write) -> None:
        """Within a savepoint of its own: one that fails takes no other with it."""
        session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        scope_to(session, write.workspace_id)
        try:
            self._take(session, [write])
            session.commit()
        except Exception as error:  # noqa: BLE001  # handed to the caller
            session.rollback()
            write.error = error
        finally:
            session.close()

    def _work(self, session: Session) -> "Work":
        from betaops.kernel.work import SYSTEM, Work

        return Work(session, self._platform, SYSTEM, clock.now())
