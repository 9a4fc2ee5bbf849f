"""Reads the environment, once. No other module does."""

import importlib.util
import ipaddress
import os
import re
import secrets
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from betaops.kernel.settings import Settings

ROOT = Path(__file__).parent
SHORTEST_SECRET = 32
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
#: What the package `obstore` opens.
FILES_SCHEMES = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl", "https", "file")
_MAIL_ADDRESS = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+")


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
    elif len(secret_key) < SHORTEST_SECRET:
        problems.append(f"SECRET_KEY is shorter than {SHORTEST_SECRET} letters.")
    if not embedded and not database_url.startswith("postgresql+psycopg://"):
        problems.append(
            f"DATABASE_URL must start with sqlite:/// or postgresql://, not {database_url.split(':')[0]}:."
        )
    if not embedded and not env.get("BASE_URL"):
        problems.append(
            "BASE_URL is not set: links in mails need the address under which people reach this installation."
        )
    numbers = {}
    for name, default, least in (
        ("TRUSTED_PROXIES", 0, 0),
        ("BLOCKING_THREADS", Settings.blocking_threads, 1),
        ("FLAGS_PER_ADDRESS", Settings.flags_per_address, 0),
        ("FLAGS_PER_PRODUCT", Settings.flags_per_product, 0),
        ("EVENTS_PER_ADDRESS", Settings.events_per_address, 0),
        ("EVENTS_PER_PRODUCT", Settings.events_per_product, 0),
    ):
        try:
            numbers[name] = int(env.get(name) or default)
        except ValueError:
            problems.append(f"{name} must be a whole number, not {env[name]!r}.")
            continue
        if numbers[name] < least:
            problems.append(f"{name} must be {least} or more, not {numbers[name]}.")
    problems += _misspelt(env)
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
        mail_from=env.get("MAIL_FROM") or Settings.mail_from,
        posthog_api_key=env.get("POSTHOG_API_KEY") or None,
        posthog_host=env.get("POSTHOG_HOST") or "https://us.i.posthog.com",
        posthog_personal_api_key=env.get("POSTHOG_PERSONAL_API_KEY") or None,
        files_url=env.get("FILES_URL") or None,
        trusted_proxies=numbers["TRUSTED_PROXIES"],
        outgoing_allowed=_several(env.get("OUTGOING_ALLOWED")),
        blocking_threads=numbers["BLOCKING_THREADS"],
        posthog_js=Path(env["POSTHOG_JS"]) if env.get("POSTHOG_JS") else None,
        flags_per_address=numbers["FLAGS_PER_ADDRESS"],
        flags_per_product=numbers["FLAGS_PER_PRODUCT"],
        events_per_address=numbers["EVENTS_PER_ADDRESS"],
        events_per_product=numbers["EVENTS_PER_PRODUCT"],
        log_level=(env.get("LOG_LEVEL") or Settings.log_level).lower(),
    )


def _misspelt(env: dict[str, str]) -> Iterator[str]:
    """A sentence for each setting that is there but cannot be meant. Secrets are never repeated."""
    if (base_url := env.get("BASE_URL")) and not _is_web_address(base_url):
        yield f"BASE_URL must be an address like https://beta.example.com, not {base_url!r}."
    for position, secret in enumerate(_several(env.get("FORMER_SECRET_KEYS")), start=1):
        if len(secret) < SHORTEST_SECRET:
            yield f"FORMER_SECRET_KEYS: number {position} is shorter than {SHORTEST_SECRET} letters."
    for network in _several(env.get("OUTGOING_ALLOWED")):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            yield f"OUTGOING_ALLOWED must be networks like 10.0.0.0/8, parted by commas: {error}."
    if (level := env.get("LOG_LEVEL")) and level.lower() not in LOG_LEVELS:
        yield f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level!r}."
    if (sender := env.get("MAIL_FROM")) and not _is_sender(sender):
        yield f"MAIL_FROM must be a mail address like betaops <beta@example.com>, not {sender!r}."
    if (scripts := env.get("POSTHOG_JS")) and not (Path(scripts) / "array.js").is_file():
        yield f"POSTHOG_JS must be the folder dist/ of the npm package posthog-js: there is no array.js in {scripts!r}."
    if files_url := env.get("FILES_URL"):
        yield from _misspelt_files_url(files_url)


def _misspelt_files_url(url: str) -> Iterator[str]:
    scheme, separator, place = url.partition("://")
    if scheme.lower() not in FILES_SCHEMES or not separator or not place:
        yield f"FILES_URL must begin with s3://, gs:// or az:// and name a place, not {url.partition('?')[0]!r}."
    elif importlib.util.find_spec("obstore") is None:
        yield "FILES_URL needs one more package: .venv/bin/pip install obstore."


def _is_web_address(text: str) -> bool:
    """http(s), a host, nothing that would end up in the middle of a link."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False
    is_plain = not (parts.query or parts.fragment or re.search(r"\s", text))
    return parts.scheme in ("http", "https") and has_host and is_plain


def _is_sender(text: str) -> bool:
    is_one_line = text.isprintable()
    return is_one_line and _MAIL_ADDRESS.fullmatch(parseaddr(text)[1]) is not None


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
