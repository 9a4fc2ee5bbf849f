"""Reads the environment, once. No other module does."""

import os
import secrets
from pathlib import Path

from betaops.kernel.settings import Settings

ROOT = Path(__file__).parent


class Misconfigured(Exception):
    """One sentence for each setting that is missing or wrong, all at once."""


def load(environ: dict[str, str] | None = None) -> Settings:
    """Settings from `environ`; the embedded size makes and keeps what is missing in `instance/`."""
    env = dict(os.environ) if environ is None else environ
    instance = Path(env.get("BETAOPS_INSTANCE") or ROOT / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    database_url = env.get("DATABASE_URL") or f"sqlite:///{instance / 'betaops.db'}"
    if database_url.startswith(("postgres://", "postgresql://")):
        database_url = "postgresql+psycopg://" + database_url.split("://", 1)[1]
    embedded = database_url.startswith("sqlite")
    problems = []
    secret_key = env.get("SECRET_KEY", "")
    if not secret_key and embedded:
        secret_key = _own_secret(instance)
    if not secret_key:
        problems.append(
            "SECRET_KEY is not set: every process of this installation needs the same long random text."
        )
    elif len(secret_key) < 32:
        problems.append("SECRET_KEY is shorter than 32 letters.")
    if not embedded and not database_url.startswith("postgresql+psycopg://"):
        problems.append(
            f"DATABASE_URL must start with sqlite:/// or postgresql://, not {database_url.split(':')[0]}:."
        )
    if not embedded and not env.get("BASE_URL"):
        problems.append(
            "BASE_URL is not set: links in mails need the address under which people reach this installation."
        )
    numbers = {}
    for name, default in (("TRUSTED_PROXIES", 0), ("BLOCKING_THREADS", 8)):
        try:
            numbers[name] = int(env.get(name) or default)
        except ValueError:
            problems.append(f"{name} must be a whole number, not {env[name]!r}.")
    if problems:
        raise Misconfigured("\n".join(problems))
    return Settings(
        database_url=database_url,
        secret_key=secret_key,
        former_secret_keys=_several(env.get("FORMER_SECRET_KEYS")),
        base_url=(env.get("BASE_URL") or _last_address(instance) or "http://127.0.0.1:8000").rstrip("/"),
        instance=instance,
        redis_url=env.get("REDIS_URL") or None,
        smtp_url=env.get("SMTP_URL") or None,
        mail_from=env.get("MAIL_FROM") or "betaops <betaops@localhost>",
        posthog_api_key=env.get("POSTHOG_API_KEY") or None,
        posthog_host=env.get("POSTHOG_HOST") or "https://us.i.posthog.com",
        posthog_personal_api_key=env.get("POSTHOG_PERSONAL_API_KEY") or None,
        files_url=env.get("FILES_URL") or None,
        trusted_proxies=numbers["TRUSTED_PROXIES"],
        outgoing_allowed=_several(env.get("OUTGOING_ALLOWED")),
        blocking_threads=numbers["BLOCKING_THREADS"],
        log_level=(env.get("LOG_LEVEL") or "info").lower(),
    )


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def keep_address(instance: Path, base_url: str) -> None:
    """Remember where `run` serves, so that commands typed beside it print links that work."""
    (instance / "address").write_text(base_url)


def _last_address(instance: Path) -> str | None:
    path = instance / "address"
    return path.read_text().strip() if path.exists() else None


def _own_secret(instance: Path) -> str:
    """The secret of an embedded installation, made on first use and readable by its owner only."""
    path = instance / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
