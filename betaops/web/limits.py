"""How often one address may knock. Counted in memory (embedded) or in Redis (scaled)."""

import ipaddress
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from betaops.kernel.rates import Rate
from betaops.kernel.settings import Settings

limiter = Limiter(key_func=get_remote_address, strategy="moving-window")


def register(app: Flask, settings: Settings) -> None:
    """With Redis, all web processes count together; while it is away each counts for itself."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.redis_url or "memory://")
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", settings.redis_url is not None)
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    limiter.init_app(app)


class Gate:
    """What SDKs may ask: so often a minute from one client address, and with the keys of one product.

    Not flask-limiter's: these endpoints answer in less time than it takes to decide.
    """

    def __init__(self, name: str, per_address: int, per_key: int, redis_url: str | None = None) -> None:
        self._addresses = Rate(f"{name}:address", per_address, redis_url)
        self._keys = Rate(f"{name}:key", per_key, redis_url)

    def address_wait(self, environ: dict[str, Any]) -> float:
        """0.0, or in how many seconds this client may come again."""
        return self._addresses.wait_seconds(_network(environ.get("REMOTE_ADDR") or ""))

    def key_wait(self, key: str) -> float:
        return self._keys.wait_seconds(key)


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    """Who has one address of IPv6 has all 2⁶⁴ of its network: they count as one."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
