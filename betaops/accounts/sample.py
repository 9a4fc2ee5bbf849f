"""The sample workspace: Acme, whose members run a beta. Rooms above plant theirs on top (see `wiring.SAMPLES`)."""

import base64
import hmac
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from betaops.accounts import queries
from betaops.accounts.models import Purpose, Workspace
from betaops.accounts.permissions import SCOPES, Role
from betaops.accounts.service import keys, links, workspaces
from betaops.kernel import clock, tokens
from betaops.kernel.work import SYSTEM, Platform, Work

SEED = 2026
SLUG = "acme"
KEY_NAME = "Sample"
MEMBERS = (
    ("Mara Klein", "mara@acme.example", Role.OWNER),
    ("Jonas Okafor", "jonas@acme.example", Role.MANAGER),
    ("Priya Raman", "priya@acme.example", Role.ANALYST),
    ("Theo Lindqvist", "theo@acme.example", Role.VIEWER),
)


@dataclass
class World:
    """Handed from room to room while the sample grows; the same seed gives the same content every time.

    `facts` is what a room leaves for those above it and for `sample --json`: plain values by name
    (`program_id`, `survey_url`, …).
    """

    platform: Platform
    now: datetime = field(default_factory=clock.now)
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  # a sample, not a secret
    facts: dict[str, Any] = field(default_factory=dict)
    workspace_id: uuid.UUID | None = None

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    @contextmanager
    def work(self, days_ago: float = 0.0) -> Iterator[Work]:
        """A quiet Work at that moment in the past, committed at the end; set `work.now` to move in time."""
        with self.platform.database.writing(self.workspace_id) as session:
            yield Work(session, self.platform, SYSTEM, self.ago(days_ago), is_quiet=True)


def plant(world: World) -> None:
    """Acme, its four members and a key. Each call gives a fresh one-time console link; the key stays the same."""
    with world.work(days_ago=40) as work:
        workspace = work.session.scalar(select(Workspace).where(Workspace.slug == SLUG))
        if workspace is None:
            workspace = workspaces.create_workspace(work, "Acme", slug=SLUG)
            for name, mail, role in MEMBERS:
                workspaces.join(work, workspaces.create_user(work, mail, name), role)
        world.workspace_id = workspace.id
    with world.work() as work:
        owner = queries.user_by_mail(work.session, MEMBERS[0][1])
        if owner is None:
            raise LookupError(f"the sample's owner {MEMBERS[0][1]} is gone")
        link = links.mint(work, Purpose.SIGN_IN, owner.id)
        api_key = _key(work)
    base = world.platform.settings.base_url
    world.facts |= {
        "workspace": SLUG,
        "console_url": f"{base}/link/{link}",
        "api_key": api_key,
        "owner_id": owner.id,
    }


def _key(work: Work) -> str:
    """Derived from this installation's secret, so that it can be printed again although only its digest is kept."""
    derived = hmac.digest(work.settings.secret_key.encode(), b"betaops sample key", "sha256")
    plain = keys.PREFIX + base64.urlsafe_b64encode(derived).decode().rstrip("=")
    token = tokens.Token(plain, tokens.digest(plain))
    if queries.api_key_by_token(work.session, plain, work.now) is None:
        keys.create_key(work, KEY_NAME, set(SCOPES), token=token)
    return plain
