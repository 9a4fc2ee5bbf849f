"""Backups: the same rows again, in either database, or a sentence that says why not."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from betaops.accounts.models import ApiKey, Membership, User, Workspace
from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import backup, mail
from betaops.kernel.db import Base, Database
from betaops.kernel.errors import Refused
from betaops.kernel.events import RecordedEvent
from betaops.kernel.vault import Vault
from betaops.kernel.work import Work
from tests.factories.accounts import a_user
from tests.support.databases import Source


@pytest.fixture
def other(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    """An empty database of the other kind."""
    source: Source = request.getfixturevalue("postgresql" if database.is_sqlite else "sqlite")
    other = source.lend()
    yield other
    source.take_back(other)


def _rows(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_what_was_backed_up_from_one_database_is_restored_into_the_other(
    work: Work, database: Database, other: Database, tmp_path: Path
) -> None:
    user = a_user(work, name="Zoë 🦉")
    key, _plain = keys.create_key(work, "CI", {Permission.FLAGS_READ})
    work.session.commit()
    files = tmp_path / "files" / "ab"
    files.mkdir(parents=True)
    (files / "cd").write_bytes(b"\0picture")
    backup.write(database, tmp_path / "files", tmp_path / "all.zip")
    backup.restore(other, tmp_path / "there", tmp_path / "all.zip", vault=work.vault)
    assert _rows(other) == _rows(database)
    assert (tmp_path / "there" / "ab" / "cd").read_bytes() == b"\0picture"
    with other.reading(work.workspace_id) as session:
        assert session.scalars(select(Workspace.name)).one() == "Acme"
        restored = session.get(User, user.id)
        assert restored is not None
        assert (restored.name, restored.created_at) == (user.name, user.created_at)
        assert session.scalars(select(Membership.role)).one() == "owner"
        assert session.scalars(select(ApiKey.digest)).one() == key.digest
        assert {event.kind for event in session.scalars(select(RecordedEvent))} >= {
            "member_joined",
            "api_key_created",
        }


def test_a_restore_over_data_is_refused_and_changes_nothing(
    work: Work, database: Database, tmp_path: Path
) -> None:
    work.session.commit()
    backup.write(database, tmp_path / "files", tmp_path / "all.zip")
    before = _rows(database)
    with pytest.raises(Refused, match="data in this installation already"):
        backup.restore(database, tmp_path / "files", tmp_path / "all.zip", vault=work.vault)
    assert _rows(database) == before


def test_a_damaged_backup_is_refused_whole(
    work: Work, database: Database, other: Database, tmp_path: Path
) -> None:
    a_user(work)
    work.session.commit()
    backup.write(database, tmp_path / "files", tmp_path / "good.zip")
    with zipfile.ZipFile(tmp_path / "good.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(
                name, data.replace(b"Ada Byron", b"Eve Byron") if name.endswith("user.jsonl") else data
            )
    with pytest.raises(backup.NotABackup, match="damaged"):
        backup.restore(other, tmp_path / "there", tmp_path / "bad.zip", vault=work.vault)
    assert not any(_rows(other).values())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"{}"])
def test_a_file_that_is_no_backup_is_named_in_the_sentence(
    database: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "holiday.zip"
    path.write_bytes(content)
    with pytest.raises(backup.NotABackup, match=r"holiday\.zip"):
        backup.restore(database, tmp_path / "files", path, vault=Vault(["s" * 32]))


def test_a_backup_sealed_with_another_secret_is_refused_whole(
    work: Work, database: Database, other: Database, tmp_path: Path
) -> None:
    mail.queue(work, mail.Letter("ana@example.com", "Hello", "A link"), key="one")
    work.session.commit()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "picture").write_bytes(b"picture")
    backup.write(database, tmp_path / "files", tmp_path / "all.zip")
    wrong = Vault(["another secret, as long as the first"])
    with pytest.raises(Refused, match="secret key here is another one"):
        backup.restore(other, tmp_path / "there", tmp_path / "all.zip", vault=wrong)
    assert not any(_rows(other).values())
    assert not (tmp_path / "there").exists()
    rotated = Vault(["another secret, as long as the first", work.settings.secret_key])
    assert backup.restore(other, tmp_path / "there", tmp_path / "all.zip", vault=rotated)["mail"] == 1
