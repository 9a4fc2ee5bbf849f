"""Files under random names: whole or not there, in a folder or in object storage."""

import errno
import os
from pathlib import Path

import pytest

from betaops.kernel import files
from betaops.kernel.errors import NotFound, Unavailable
from betaops.kernel.files import FileStore, Folder


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(Folder(tmp_path))


def test_what_was_put_is_got_until_it_is_deleted(store: FileStore) -> None:
    name = store.put(b"picture", "image/png")
    assert store.get(name) == b"picture"
    store.delete(name)
    store.delete(name)
    with pytest.raises(NotFound):
        store.get(name)


def test_the_same_bytes_get_another_name_each_time(store: FileStore) -> None:
    assert store.put(b"x", "text/plain") != store.put(b"x", "text/plain")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../secret_key",
        "/etc/passwd",
        "ab/../../secret_key",
        "ab/cd",
        "AB/" + "c" * 62,
        "ab/" + "c" * 62 + "\n",
    ],
)
def test_a_name_that_was_not_given_finds_nothing(store: FileStore, tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret_key").write_text("secret")
    with pytest.raises(NotFound):
        store.get(name)
    store.delete(name)
    assert (tmp_path.parent / "secret_key").exists()


def test_a_full_disk_leaves_nothing_half_written_and_says_so(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Unavailable):
        store.put(b"picture", "image/png")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_others_on_the_machine_may_not_look(store: FileStore, tmp_path: Path) -> None:
    name = store.put(b"picture", "image/png")
    assert (tmp_path / name).stat().st_mode & 0o077 == 0
