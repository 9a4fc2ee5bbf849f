"""A whole installation as one zip: every table as JSON lines, every file, and a manifest with their hashes.

The form does not depend on the database: what was backed up from SQLite can be restored into PostgreSQL, which is
how an embedded installation grows. Secrets stay sealed; the new place needs the same SECRET_KEY, and is refused
without it.
"""

import base64
import hashlib
import io
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from betaops.kernel import migrations
from betaops.kernel.db import Base, Database
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.vault import CannotOpen, Vault

FORMAT = 1
BATCH = 1_000
MANIFEST = "manifest.json"

#: (rows or files done, all of them)
Progress = Callable[[int, int], None]


class NotABackup(Refused):
    """The file is not one of ours, is damaged, or is of another version."""


def write(
    database: Database, files: Path, target: Path, progress: Progress = lambda done, total: None
) -> dict[str, int]:
    """Back everything up into `target`, as of one moment. Returns the number of rows by table."""
    tables = Base.metadata.sorted_tables
    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    with (
        database.engine.connect() as connection,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        _hold_one_moment(connection)
        for done, table in enumerate(tables):
            progress(done, len(tables))
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as file:
                counts[table.name], digests[table.name] = _dump(connection, table, file)
        for path in sorted(path for path in files.rglob("*") if path.is_file()):
            archive.write(path, f"files/{path.relative_to(files).as_posix()}")
        manifest = {
            "format": FORMAT,
            "schema": list(migrations.heads(connection)),
            "made_at": datetime.now(UTC).isoformat(),
            "tables": {str(name): {"rows": counts[name], "sha256": digests[name]} for name in counts},
        }
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    progress(len(tables), len(tables))
    return counts


def restore(
    database: Database,
    files: Path,
    source: Path,
    progress: Progress = lambda done, total: None,
    *,
    vault: Vault,
) -> dict[str, int]:
    """Put a backup into an empty, migrated database and folder: everything or nothing. Rows by table.

    `NotABackup` for a damaged file or another schema, `Refused` where there is anything already and where `vault`
    cannot open what is sealed in the backup.
    """
    try:
        archive = zipfile.ZipFile(source)
        manifest = orjson.loads(archive.read(MANIFEST))
    except (OSError, zipfile.BadZipFile, KeyError, orjson.JSONDecodeError) as error:
        raise NotABackup(
            "not_a_backup", _("%(file)s is not a backup of betaops.", file=source.name)
        ) from error
    with archive, database.engine.begin() as connection:
        _check(connection, manifest)
        tables = Base.metadata.sorted_tables
        for done, table in enumerate(tables):
            progress(done, len(tables))
            _load(connection, table, archive, manifest["tables"].get(table.name))
            if not opens(connection, table, vault):
                raise Refused(
                    "other_secret",
                    _(
                        "The secret key here is another one than the backup was sealed with: "
                        "set SECRET_KEY to that of the installation it comes from."
                    ),
                )
        for name in archive.namelist():
            if name.startswith("files/"):
                _put_file(files, name.removeprefix("files/"), archive.read(name))
    progress(len(tables), len(tables))
    return {name: entry["rows"] for name, entry in manifest["tables"].items()}


def opens(connection: Connection, table: Table, vault: Vault) -> bool:
    """Whether `vault` opens the first and the last value in every sealed column of `table`; also where there is none.

    Sealed columns are those whose name says so (`…_sealed`). First and last, because keys change in between.
    """
    for column in table.columns:
        if not column.name.endswith("_sealed"):
            continue
        sealed = select(column).where(column.is_not(None), column != "").limit(1)
        keys = table.primary_key.columns
        for order in (keys, [key.desc() for key in keys]):
            value = connection.scalar(sealed.order_by(*order))
            try:
                if value is not None:
                    vault.open(value)
            except CannotOpen:
                return False
    return True


def _hold_one_moment(connection: Connection) -> None:
    """All tables are read as of the same instant, while others go on writing."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def _dump(connection: Connection, table: Table, file: Any) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
        line = orjson.dumps({name: _plain(value) for name, value in row.items()}) + b"\n"
        digest.update(line)
        file.write(line)
        count += 1
    return count, digest.hexdigest()


def _check(connection: Connection, manifest: dict[str, Any]) -> None:
    if manifest.get("format") != FORMAT or manifest.get("schema") != list(migrations.heads(connection)):
        raise NotABackup(
            "other_version", _("This backup was made by another version: restore it with that version.")
        )
    for table in Base.metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise Refused(
                "not_empty", _("There is data in this installation already: restore into an empty one.")
            )


def _load(
    connection: Connection, table: Table, archive: zipfile.ZipFile, entry: dict[str, Any] | None
) -> None:
    if entry is None:
        return
    own_keys = _columns_that_point_home(table)
    digest, later = hashlib.sha256(), []
    with archive.open(f"tables/{table.name}.jsonl") as file:
        for batch in _batches(io.BufferedReader(file)):  # type: ignore[type-var]  # a ZipExtFile is readable
            rows = []
            for line in batch:
                digest.update(line)
                row = {name: _typed(table.c[name], value) for name, value in orjson.loads(line).items()}
                if any(row[name] is not None for name in own_keys):
                    later.append({name: row[name] for name in (*own_keys, "id")})
                    row |= dict.fromkeys(own_keys)
                rows.append(row)
            connection.execute(insert(table), rows)
    if digest.hexdigest() != entry["sha256"]:
        raise NotABackup(
            "damaged", _("The backup is damaged: table %(table)s is not what was written.", table=table.name)
        )
    for row in later:
        connection.execute(update(table).where(table.c.id == row.pop("id")).values(**row))


def _columns_that_point_home(table: Table) -> list[str]:
    """Foreign keys into the same table: rows come first, these are set once all are there."""
    return sorted(
        {
            column.name
            for constraint in table.foreign_key_constraints
            if constraint.referred_table is table
            for column in constraint.columns
            if column.nullable
        }
    )


def _batches(file: BinaryIO) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in file:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _put_file(files: Path, name: str, data: bytes) -> None:
    target = (files / name).resolve()
    if files.resolve() not in target.parents:
        raise NotABackup("bad_path", _("The backup holds a file that would lie outside its folder."))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _typed(column: Any, value: Any) -> Any:
    if value is None:
        return None
    kind = column.type
    wanted = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    if wanted is bytes:
        return base64.b64decode(value)
    if wanted is uuid.UUID:
        return uuid.UUID(value)
    if wanted in (datetime, date):
        return wanted.fromisoformat(value)
    return value
