"""Proxies in front that may be believed about the client's address."""

from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from betaops.kernel.settings import Settings


def behind_proxies(application: Any, settings: Settings) -> Any:
    """`application`, told the address, scheme and host that the outermost trusted proxy saw."""
    hops = settings.trusted_proxies
    return ProxyFix(application, x_for=hops, x_proto=hops, x_host=hops) if hops else application
