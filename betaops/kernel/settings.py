"""What an operator can set. `config.py` reads it from the environment, once."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one process; see docs/operators.md for their meaning in words."""

    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    instance: Path = field(default_factory=lambda: Path("instance"))
    #: Older secrets that still open what they sealed, newest first (key rotation).
    former_secret_keys: tuple[str, ...] = ()
    redis_url: str | None = None
    #: None keeps mails for the console's Outbox page instead of sending them.
    smtp_url: str | None = None
    mail_from: str = "betaops <betaops@localhost>"
    posthog_api_key: str | None = None
    posthog_host: str = "https://us.i.posthog.com"
    posthog_personal_api_key: str | None = None
    #: s3://…, gs://… or az://… ; None keeps files under `instance/files`.
    files_url: str | None = None
    #: How many proxies stand in front and may be believed about the client's address.
    trusted_proxies: int = 0
    #: Networks (CIDR) that outgoing requests may reach although they are private.
    outgoing_allowed: tuple[str, ...] = ()
    blocking_threads: int = 3
    #: `dist/` of the npm package posthog-js, to be served under /static; None serves none of it.
    posthog_js: Path | None = None
    #: Requests a minute that ask for flags, definitions or configuration: of one client address, of one product. 0: any.
    flags_per_address: int = 60_000
    flags_per_product: int = 600_000
    #: The same of requests that send events.
    events_per_address: int = 12_000
    events_per_product: int = 120_000
    log_level: str = "info"

    @property
    def is_embedded(self) -> bool:
        """One machine, SQLite, no other service."""
        return self.database_url.startswith("sqlite")

    @property
    def is_secure(self) -> bool:
        """Served over TLS as far as browsers see it: cookies may then be `__Host-` and Secure."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"
