"""`betaops check`: whether everything that the settings name is there and answers."""

import shutil
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from betaops.kernel import backup, migrations, smtp
from betaops.kernel.db import Base
from betaops.kernel.work import Platform

FREE_BYTES = 500 * 1024 * 1024
#: Less than this and the next write may fail half-way.
LEAST_BYTES = 8 << 20
ANSWER_SECONDS = 5


class Check(NamedTuple):
    """One thing looked at, and what was found, in a sentence."""

    name: str
    is_good: bool
    words: str


def unready(platform: Platform) -> str | None:
    """Why a process should get no requests for now; None where it may."""
    if shutil.disk_usage(platform.settings.instance).free < LEAST_BYTES:
        return "the disk is full"
    try:
        is_current = migrations.is_current(platform.database)
    except SQLAlchemyError:
        return "database is away"
    return None if is_current else "schema is not current: run `python -m betaops migrate`"


def run(platform: Platform) -> list[Check]:
    """Every check, none stops another."""
    return [look(platform) for look in (_address, _database, _schema, _secret, _broker, _mail, _disk)]


def _address(platform: Platform) -> Check:
    settings = platform.settings
    host = urlsplit(settings.base_url).hostname or ""
    if not settings.is_embedded and not settings.is_secure and host not in ("localhost", "127.0.0.1"):
        return Check("address", False, f"BASE_URL is {settings.base_url}: cookies are safe only over https.")
    return Check("address", True, f"links lead to {settings.base_url}")


def _database(platform: Platform) -> Check:
    try:
        with platform.database.reading() as session:
            version = session.scalar(
                text("SELECT sqlite_version()" if platform.database.is_sqlite else "SHOW server_version")
            )
    except SQLAlchemyError as error:
        return Check("database", False, f"does not answer: {str(error).splitlines()[0]}")
    kind = "SQLite (one web process)" if platform.database.is_sqlite else "PostgreSQL"
    return Check("database", True, f"{kind} {version}")


def _schema(platform: Platform) -> Check:
    try:
        is_current = migrations.is_current(platform.database)
    except SQLAlchemyError:
        return Check("schema", False, "cannot be read")
    return Check(
        "schema",
        is_current,
        "is current" if is_current else "is not current: run `.venv/bin/python -m betaops migrate`",
    )


def _secret(platform: Platform) -> Check:
    """Of the tables that this process has loaded."""
    try:
        with platform.database.reading() as session:
            is_ours = all(
                backup.opens(session.connection(), table, platform.vault)
                for table in Base.metadata.sorted_tables
            )
    except SQLAlchemyError:
        return Check("secret", False, "what is sealed cannot be read")
    if not is_ours:
        return Check(
            "secret",
            False,
            "SECRET_KEY is another one than the data was sealed with: set that one, or add it to FORMER_SECRET_KEYS.",
        )
    return Check("secret", True, "opens what is sealed")


def _broker(platform: Platform) -> Check:
    if platform.settings.redis_url is None:
        return Check("broker", True, "none set: a local worker runs the jobs")

    def ping() -> str:
        import redis

        redis.Redis.from_url(platform.settings.redis_url or "", socket_timeout=ANSWER_SECONDS).ping()
        return "Redis answers"

    return _tried("broker", ping)


def _mail(platform: Platform) -> Check:
    if platform.settings.smtp_url is None:
        return Check("mail", True, "no SMTP_URL: mails are kept for the console's Outbox page")

    def greet() -> str:
        relay = smtp.Relay.parse(platform.settings.smtp_url or "")
        with relay.connect(ANSWER_SECONDS) as server:
            server.noop()
        return f"{relay.host} answers"

    return _tried("mail", greet)


def _disk(platform: Platform) -> Check:
    free = shutil.disk_usage(platform.settings.instance).free
    return Check(
        "disk", free >= FREE_BYTES, f"{free // (1024 * 1024):,} MiB free under {platform.settings.instance}"
    )


def _tried(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(name, True, attempt())
    except Exception as error:  # noqa: BLE001  # whatever a client raises is the finding
        return Check(name, False, f"does not answer: {error}")
