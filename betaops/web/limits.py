"""How often one address may knock. Counted in memory (embedded) or in Redis (scaled)."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from betaops.kernel.errors import TooMany
from betaops.kernel.rates import Rate
from betaops.kernel.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])

#: For what is asked for now and then: it counts exactly, and takes a thread and a look at everybody it knows for it.
limiter = Limiter(key_func=get_remote_address, strategy="moving-window")


def register(app: Flask, settings: Settings) -> None:
    """With Redis, all web processes count together; while it is away each counts for itself."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.redis_url or "memory://")
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", settings.redis_url is not None)
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    limiter.init_app(app)
    # No limit is for all routes: each is looked at by its view's own decorator, and by nobody else's request.
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if getattr(hook, "__self__", None) is not limiter]
    app.extensions["betaops.rates"] = lambda name, most: Rate(name, most, settings.redis_url)


def at_most(per_minute: int, *, by: Callable[[], str]) -> Callable[[View], View]:
    """For views that many people ask for all the time: so often a minute for each `by`, else `TooMany`.

    See `kernel.rates` for what that means; put it under the route, above `public`.
    """

    def limit(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **named: Any) -> Any:
            wait = _rate(f"{view.__module__}.{view.__name__}", per_minute).wait_seconds(by())
            if wait:
                raise TooMany(retry_after_seconds=math.ceil(wait))
            return view(*args, **named)

        return cast(View, limited)

    return limit


def _rate(name: str, per_minute: int) -> Rate:
    """One for each application, made when it is first asked."""
    key = f"betaops.rates.{name}"
    found = current_app.extensions.get(key)
    return cast(
        Rate,
        found
        or current_app.extensions.setdefault(key, current_app.extensions["betaops.rates"](name, per_minute)),
    )
