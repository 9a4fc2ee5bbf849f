"""A database of its own for a benchmark: SQLite in a folder that goes with it, migrated, with one program."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from betaops import wiring
from betaops.accounts.models import Workspace
from betaops.kernel import clock, migrations
from betaops.kernel.settings import Settings
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs.models import Program
from betaops.programs.service import create_product, create_program


@contextmanager
def embedded() -> Iterator[Platform]:
    folder = Path(tempfile.mkdtemp(prefix="betaops-bench-"))
    wiring.connect()
    settings = Settings(
        database_url=f"sqlite:///{folder / 'bench.db'}",
        secret_key="a secret of the bench, long enough",
        base_url="http://localhost",
        instance=folder,
    )
    platform = Platform.open(settings)
    try:
        migrations.upgrade(platform.database)
        yield platform
    finally:
        platform.database.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def beta(platform: Platform) -> Iterator[tuple[Work, Program]]:
    """A workspace with one program, and the work that made it, to go on with; committed at the end."""
    with platform.database.writing() as session:
        work = Work(session, platform, SYSTEM, clock.now())
        workspace = Workspace(name="Bench", slug="bench", created_at=work.now)
        work.add(workspace)
        work.enter(workspace.id)
        product, _key = create_product(work, name="Aurora")
        yield work, create_program(work, product_id=product.id, name="Beta", template="closed_beta")


def database_file(platform: Platform) -> Path:
    return platform.settings.instance / "bench.db"
