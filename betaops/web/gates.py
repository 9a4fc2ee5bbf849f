"""How often SDKs may ask. Without Flask: what answers before it may be a process of its own."""

import ipaddress
from functools import lru_cache
from typing import Any

from betaops.kernel.rates import Rate


class Gate:
    """What SDKs may ask: so often a minute from one client address, and with the keys of one product.

    Not flask-limiter's (`web.limits`): these endpoints answer in less time than it takes to decide.
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
