"""The sample workspace, planted once for all tests that look at it: it takes seconds."""

import fcntl
import pickle
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from betaops import wiring
from betaops.accounts.models import Workspace
from betaops.app import create_app
from betaops.kernel import migrations
from betaops.kernel.work import Platform
from betaops.web.application import Application


@dataclass(frozen=True)
class Sample:
    """Whoever changes it works on a `copy`."""

    app: Application
    facts: dict[str, Any]

    @property
    def platform(self) -> Platform:
        return self.app.platform

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session of its workspace."""
        database = self.platform.database
        with database.reading() as session:
            workspace_id: uuid.UUID | None = session.scalar(
                select(Workspace.id).where(Workspace.slug == self.facts["workspace"])
            )
        with database.reading(workspace_id) as session:
            yield session

    def copy(self, folder: Path) -> "Sample":
        self.close()
        shutil.copytree(self.platform.settings.instance, folder)
        return Sample(_application(folder), self.facts)

    def close(self) -> None:
        self.platform.database.close()


def plant(shared: Path, own: Path) -> Sample:
    """A copy in `own` of what the first worker that asks plants in `shared`; the others wait for it.

    Planted twice, as by a second start: nothing is there twice.
    """
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = shared.with_suffix(".facts")
        if not told.exists():
            told.write_bytes(pickle.dumps(_planted(shared)))
        facts = pickle.loads(told.read_bytes())  # our own
    shutil.copytree(shared, own)
    return Sample(_application(own), facts)


def _planted(folder: Path) -> dict[str, Any]:
    app = _application(folder)
    migrations.upgrade(app.platform.database)
    with app.test_request_context(base_url=app.platform.settings.base_url):
        wiring.plant_sample(app.platform)
        facts = wiring.plant_sample(app.platform)
    app.platform.database.close()
    return facts


def _application(folder: Path) -> Application:
    settings = config.load({"BETAOPS_INSTANCE": str(folder)})
    wiring.connect()
    return create_app(settings, Platform.open(settings))
