"""Uploaded files under random names: in a local folder, or in object storage where FILES_URL says so.

Names are random and carry no meaning, so a name is not a permission: who may read a file is decided by the
row that holds its name.
"""

import contextlib
import itertools
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from betaops.kernel.errors import NotFound, Unavailable
from betaops.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from betaops.kernel.settings import Settings

#: Read at once where files come little by little.
PIECE_BYTES = 64 * 1024
#: How files are called in their folder until they are whole.
_INCOMING = "incoming-"
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")


class Place(Protocol):
    """Where bytes lie under names of the form `ab/cdef…`."""

    def write(self, name: str, pieces: Iterable[bytes], content_type: str) -> None: ...

    def read(self, name: str) -> bytes:
        """`FileNotFoundError` where there is none."""
        ...

    def pieces(self, name: str) -> Iterator[bytes]:
        """The same little by little."""
        ...

    def remove(self, name: str) -> None:
        """Nothing happens where there is none."""
        ...

    def sweep(self, before: datetime) -> None:
        """Drop what was begun before then and never became a file."""
        ...


def new_name() -> str:
    """A name that no file has, nor ever will by chance."""
    digits = secrets.token_hex(32)
    return f"{digits[:2]}/{digits[2:]}"


class FileStore:
    """What rooms use; see `Platform.files`."""

    def __init__(self, place: Place) -> None:
        self._place = place

    @classmethod
    def open(cls, settings: "Settings") -> "FileStore":
        if settings.files_url is not None:
            return cls(ObjectStorage(settings.files_url))
        return cls(Folder(settings.instance / "files"))

    def put(self, data: bytes, content_type: str, *, name: str | None = None) -> str:
        """Keep `data`; the name under which `get` finds it. `Unavailable` when the disk is full or away.

        `name` is a `new_name` that was written down before: whoever is killed after this and does it again writes the
        same file, and none is left that nobody knows of.
        """
        return self.put_pieces([data], content_type, name=name)

    def put_pieces(self, pieces: Iterable[bytes], content_type: str, *, name: str | None = None) -> str:
        """The same for what is too large to be held at once."""
        name = name or new_name()
        try:
            self._place.write(name, pieces, content_type)
        except OSError as error:
            message = _("The file could not be stored: our disk is full or away. Nothing was saved.")
            raise Unavailable("files_away", message) from error
        return name

    def get(self, name: str) -> bytes:
        """`NotFound` for a name that `put` did not give or that was deleted."""
        with _found(name):
            return self._place.read(name)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The same little by little; that there is none is said at the call, not at the first piece."""
        with _found(name):
            rest = self._place.pieces(name)
            first = next(rest, b"")
        return itertools.chain((first,), rest)

    def sweep(self, before: datetime) -> None:
        """Drop what writers left half written that were killed before that moment."""
        self._place.sweep(before)

    def delete(self, name: str) -> None:
        """Gone for good; deleting twice is no error."""
        if not _NAME.fullmatch(name):
            return
        try:
            self._place.remove(name)
        except OSError as error:
            message = _("The file is away for the moment. Try again shortly.")
            raise Unavailable("files_away", message) from error


@contextlib.contextmanager
def _found(name: str) -> Iterator[None]:
    """What goes wrong in reading, as the kernel says it."""
    if not _NAME.fullmatch(name):
        raise NotFound
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound from error
    except OSError as error:
        message = _("The file is away for the moment. Try again shortly.")
        raise Unavailable("files_away", message) from error


class Folder:
    """A local directory. A file is there whole or not at all, also after a power cut."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, name: str, pieces: Iterable[bytes], content_type: str) -> None:
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self._root, prefix=_INCOMING)
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise

    def read(self, name: str) -> bytes:
        return (self._root / name).read_bytes()

    def pieces(self, name: str) -> Iterator[bytes]:
        with (self._root / name).open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    def remove(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)

    def sweep(self, before: datetime) -> None:
        for left in self._root.glob(f"{_INCOMING}*"):
            with contextlib.suppress(FileNotFoundError):  # whole by now, or another sweeps as well
                if left.stat().st_mtime < before.timestamp():
                    left.unlink()


class ObjectStorage:
    """S3, Google or Azure by URL, through the optional package `obstore`.

    Credentials, region and endpoint come from the variables that its documentation names (`AWS_ACCESS_KEY_ID`, …).
    """

    def __init__(self, url: str) -> None:
        try:
            from obstore.exceptions import BaseError
            from obstore.store import from_url
        except ImportError as error:
            raise RuntimeError("FILES_URL needs one more package: pip install obstore") from error
        self._store: Any = from_url(url)
        self._away = BaseError

    def write(self, name: str, pieces: Iterable[bytes], content_type: str) -> None:
        with tempfile.TemporaryFile() as file:
            for piece in pieces:
                file.write(piece)
            file.seek(0)
            with self._answering():
                self._store.put(name, file, attributes={"Content-Type": content_type})

    def read(self, name: str) -> bytes:
        with self._answering():
            return bytes(self._store.get(name).bytes())

    def pieces(self, name: str) -> Iterator[bytes]:
        with self._answering():
            for piece in self._store.get(name).stream():
                yield bytes(piece)

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._answering():
            self._store.delete(name)

    def sweep(self, before: datetime) -> None:
        """Storage has whole objects only."""

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """Whatever goes wrong is an `OSError`, as with a folder."""
        try:
            yield
        except FileNotFoundError:
            raise
        except self._away as error:
            raise OSError(str(error)) from error
