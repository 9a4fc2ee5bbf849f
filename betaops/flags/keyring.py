"""The keys of every product, held in memory and looked at again every moment: who asks, and at which revision."""

import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.flags import queries
from betaops.kernel import clock, tokens
from betaops.kernel.db import Database
from betaops.kernel.signals import Signals
from betaops.kernel.vault import CannotOpen, Vault
from betaops.programs import identities
from betaops.programs.models import Identities

log = structlog.get_logger("flags")

POLL_SECONDS = 0.4


class Caller(Enum):
    """Who asks, as far as key and request tell: a page or a program with the public key, or a server with the secret."""

    PAGE = "page"
    PROGRAM = "program"
    SERVER = "server"


class Key(NamedTuple):
    """A product as its keys tell it, whom it trusts, and the revision to be served."""

    product_id: UUID
    workspace_id: UUID
    project_key: str
    secret_digest: bytes
    revision: int
    origins: tuple[str, ...]
    #: Those that sign identities, the newest first.
    identity_secrets: tuple[bytes, ...] = ()
    wants_signatures: bool = False
    servers_use_public_key: bool = False


class Keyring:
    """Of one process. Without a vault no signature holds; with signals a change is seen at once."""

    def __init__(
        self,
        database: Database,
        vault: Vault | None = None,
        signals: Signals | None = None,
        *,
        poll_seconds: float = POLL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._vault, self._signals = database, vault, signals
        self._poll_seconds, self._monotonic = poll_seconds, monotonic
        self._by_project_key: dict[str, Key] = {}
        self._by_secret: dict[bytes, Key] = {}
        #: By workspace, the number of the newest change of people.
        self._people: dict[UUID, int] = {}
        self._opened: dict[str, bytes] = {}
        self._polled_at = float("-inf")
        self._polling = threading.Lock()

    def by_project_key(self, project_key: str) -> Key | None:
        """The product whose public key this is."""
        self._poll(self._poll_seconds)
        return self._by_project_key.get(project_key)

    def by_secret_key(self, secret: str) -> Key | None:
        """The product whose secret key this is."""
        self._poll(self._poll_seconds)
        return self._by_secret.get(tokens.digest(secret))

    def people(self, workspace_id: UUID) -> int:
        """The number of the newest change of this workspace's people that was heard of."""
        return self._people.get(workspace_id, 0)

    def state(self, key: Key) -> int:
        """As `Snapshot.state`, of what is to be served."""
        return key.revision + self.people(key.workspace_id)

    def newer(self, key: Key) -> Key:
        """The same product's as of now, for somebody who has heard that it has changed."""
        with self._database.reading() as session:
            rows = queries.product_keys(session, key.product_id)
        self._hear(rows)
        return self._key(rows[0]) if rows else key

    def _hear(self, rows: Sequence[Any]) -> None:
        """Numbers only grow: whoever looked earlier may come later."""
        for row in rows:
            self._people[row.workspace_id] = max(row.people, self.people(row.workspace_id))

    def look_again(self) -> None:
        """Now: somebody says that something changed."""
        self._poll(0.0, is_urgent=True)

    def _poll(self, seconds: float, *, is_urgent: bool = False) -> None:
        """Look at the revisions, unless that was begun in the last so many seconds."""
        if self._monotonic() - self._polled_at < seconds:
            return
        # While one thread looks, the others go on with what was true a moment ago.
        if not self._polling.acquire(blocking=is_urgent or not self._by_project_key):
            return
        try:
            began = self._monotonic()
            if began - self._polled_at < seconds:
                return
            self._look()
            self._polled_at = began
        except SQLAlchemyError:
            self._polled_at = self._monotonic()
            if not self._by_project_key:
                raise
            log.warning("flags_are_stale")
        finally:
            self._polling.release()

    def _look(self) -> None:
        if self._signals is not None:
            self._signals.listen("flags", self.look_again)
        with self._database.reading() as session:
            rows = queries.product_keys(session)
        keys = [self._key(row) for row in rows]
        self._hear(rows)
        self._by_secret = {key.secret_digest: key for key in keys}
        self._by_project_key = {key.project_key: key for key in keys}

    def _key(self, row: Any) -> Key:
        return Key(
            row.id,
            row.workspace_id,
            row.project_key,
            row.secret_digest,
            row.revision,
            tuple(row.origins),
            identities.secrets_of(row, clock.now(), self._open),
            row.identities is Identities.SIGNED,
            bool(row.servers_use_public_key),
        )

    def _open(self, sealed: str) -> bytes:
        """A secret, opened once; b"" for one that cannot be: then nobody's signature holds."""
        if sealed not in self._opened:
            try:
                self._opened[sealed] = self._vault.open(sealed) if self._vault else b""
            except CannotOpen:
                log.error("identity_secret_cannot_be_opened")
                self._opened[sealed] = b""
        return self._opened[sealed]
