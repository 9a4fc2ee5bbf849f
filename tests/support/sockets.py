"""No test reaches beyond this machine."""

import ipaddress
import socket
from typing import Any

import pytest


class ReachedOutside(AssertionError):
    """A test tried to speak to another machine."""


def close_to_the_outside(patch: pytest.MonkeyPatch) -> None:
    """From here on sockets connect to loopback addresses and Unix sockets only, and only local names resolve."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, flags: int = 0, **options: Any) -> Any:
        if not flags & socket.AI_NUMERICHOST:  # which asks nobody
            _check((host, 0))
        return getaddrinfo(host, *args, flags=flags, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _check(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if host in (None, "", "localhost", socket.gethostname()):
        return
    try:
        is_local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise ReachedOutside(f"a test tried to reach {host}")
