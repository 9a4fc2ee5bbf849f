"""The sample workspace, planted once for all tests and workers: it takes seconds."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
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


def planted(folder: Path, factory: pytest.TempPathFactory) -> Sample:
    """In `folder`; planted twice, as by a second start: nothing is there twice."""
    shutil.copytree(_planted_once(factory), folder)
    app = _application(folder)
    return Sample(app, _plant(app))


def _planted_once(factory: pytest.TempPathFactory) -> Path:
    """By whichever worker asks first; the others wait for it."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    shared = factory.getbasetemp().parent if is_worker else factory.getbasetemp()
    folder, unfinished = shared / "planted", shared / "planting"
    with (shared / "planted.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            app = _application(unfinished)
            migrations.upgrade(app.platform.database)
            _plant(app)
            app.platform.database.close()
            unfinished.rename(folder)
    return folder


def _plant(app: Application) -> dict[str, Any]:
    with app.test_request_context(base_url=app.platform.settings.base_url):
        return wiring.plant_sample(app.platform)


def _application(folder: Path) -> Application:
    settings = config.load({"BETAOPS_INSTANCE": str(folder)})
    wiring.connect()
    return create_app(settings, Platform.open(settings))
