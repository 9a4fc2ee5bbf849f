"""How often one address may knock. Counted in memory (embedded) or in Redis (scaled)."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from betaops.kernel.settings import Settings

limiter = Limiter(key_func=get_remote_address, strategy="moving-window")


def register(app: Flask, settings: Settings) -> None:
    """With Redis, all web processes count together; while it is away each counts for itself."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.redis_url or "memory://")
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", settings.redis_url is not None)
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    limiter.init_app(app)
