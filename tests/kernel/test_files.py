"""Files under random names: whole or not there, in a folder or in object storage."""

import errno
import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from betaops.kernel import files
from betaops.kernel.errors import NotFound, Unavailable
from betaops.kernel.files import FileStore, Folder, ObjectStorage


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


def test_what_is_large_goes_in_and_out_little_by_little(store: FileStore) -> None:
    name = store.put_pieces((bytes([number]) * 50_000 for number in range(4)), "text/csv")
    pieces = list(store.pieces(name))
    assert len(pieces) > 1
    assert b"".join(pieces) == store.get(name) == b"".join(bytes([number]) * 50_000 for number in range(4))
    store.delete(name)
    with pytest.raises(NotFound):
        store.pieces(name)


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


class S3(BaseHTTPRequestHandler):
    """As much of S3 as one object needs; who asks is not verified."""

    protocol_version = "HTTP/1.1"
    objects: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.objects[self.path] = body, self.headers["Content-Type"]
        self._answer(200, b"", ETag='"1"')

    def do_GET(self) -> None:
        if self.path in self.objects:
            self._answer(200, self.objects[self.path][0], ETag='"1"')
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        self.objects.pop(self.path, None)
        self._answer(204, b"")

    def do_POST(self) -> None:
        """obstore deletes in bulk."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = re.findall("<Key>(.*?)</Key>", body)
        for key in keys:
            self.objects.pop(f"/files/{key}", None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Length": str(len(body)),
            "Last-Modified": "Mon, 02 Mar 2026 09:00:00 GMT",
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    S3.objects.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), S3)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    environ = {
        "AWS_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "key",
        "AWS_REGION": "eu-central-1",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_object_storage_keeps_bytes_and_what_they_are(bucket: HTTPServer) -> None:
    store = FileStore(ObjectStorage("s3://files"))
    name = store.put(b"picture", "image/png")
    assert list(S3.objects.values()) == [(b"picture", "image/png")]
    assert store.get(name) == b"picture"
    assert b"".join(store.pieces(name)) == b"picture"
    store.delete(name)
    store.delete(name)
    assert S3.objects == {}
    with pytest.raises(NotFound):
        store.get(name)


def test_object_storage_that_is_away_says_so(bucket: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        S3, "do_PUT", lambda self: self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
    )
    with pytest.raises(Unavailable):
        FileStore(ObjectStorage("s3://files")).put(b"picture", "image/png")
