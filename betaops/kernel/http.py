"""Outgoing HTTP to addresses that users typed in (webhooks, trackers): public addresses only.

A name is resolved once, every address it has must be public, and the connection goes to that very
address, so a name that answers differently the second time (DNS rebinding) gains nothing. TLS still
names and verifies the host. No redirects, no proxies from the environment, answers cut at a size.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import perf_counter
from typing import TYPE_CHECKING, Any

import httpcore

from betaops.kernel.errors import DomainError
from betaops.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from betaops.kernel.settings import Settings

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], list[str]]

TIMEOUT_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 1024 * 1024
#: An answer that comes in drops, be it in its head or its body, is given up after so many times the timeout of a step.
LONGEST_ANSWER_STEPS = 3

#: What `is_global` calls public (Python 3.11) although it leads elsewhere: NAT64, 6to4, Teredo, protocol assignments.
NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2002::/16",
        "5f00::/16",
        "fec0::/10",
    )
)


class Unreachable(DomainError):
    """The other side was not reached or may not be reached; nothing is known of it having acted.

    `code` is `private_address`, `bad_address` or `no_answer`.
    """

    status = 502
    code = "no_answer"


@dataclass(frozen=True)
class Answer:
    """What the other side said; `body` is cut at the size asked for."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could have asked that address as well."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == network.version and address in network for network in NOT_PUBLIC)


def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


#: Until when (by `perf_counter`) the request under way is to be over.
_deadline: ContextVar[float] = ContextVar("deadline of an outgoing request")


def _left(seconds: float | None) -> float:
    """What is left of `seconds` for one step."""
    left = _deadline.get() - perf_counter()
    if left <= 0:
        raise httpcore.ReadTimeout("it answers without end, a little at a time")
    return left if seconds is None else min(seconds, left)


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends by the request's deadline: a byte now and then restarts only the step's clock."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._inner.read(max_bytes, _left(timeout))
        except httpcore.ReadTimeout:
            _left(timeout)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to addresses it has checked itself; `httpcore` never sees a resolver."""

    def __init__(self, allowed: Iterable[str] = (), resolver: Resolver = resolve) -> None:
        self._allowed = tuple(ip_network(network) for network in allowed)
        self._resolver = resolver
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._checked(host, port)
        for position, address in enumerate(addresses):
            try:
                return _Timed(
                    self._inner.connect_tcp(address, port, _left(timeout), local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, path: str, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("sockets of this machine are not for outgoing requests")

    def _checked(self, host: str, port: int) -> list[str]:
        """All of `host`'s addresses; refused if a single one is private."""
        try:
            addresses = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        for text in addresses:
            address = ip_address(text.partition("%")[0])
            if not is_public(address) and not any(
                address.version == network.version and address in network for network in self._allowed
            ):
                raise _private(host)
        return addresses


def _private(host: str) -> Unreachable:
    return Unreachable(
        "private_address",
        _("%(host)s is not a public address. An operator can allow it in OUTGOING_ALLOWED.", host=host),
        host=host,
    )


_OWN_HEADERS = {"User-Agent": "betaops", "Accept": "*/*"}


class Outgoing:
    """A client for user-given addresses. One per process is enough; close it at the end."""

    def __init__(
        self,
        allowed: Iterable[str] = (),
        *,
        resolver: Resolver = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context or ssl.create_default_context(),
            network_backend=PinnedBackend(allowed, resolver),
            max_connections=20,
            keepalive_expiry=5.0,
        )

    @classmethod
    def open(cls, settings: "Settings") -> "Outgoing":
        return cls(settings.outgoing_allowed)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        content: bytes = b"",
        timeout_seconds: float = TIMEOUT_SECONDS,
        largest_bytes: int = LARGEST_ANSWER_BYTES,
    ) -> Answer:
        """One request, one answer, whatever its status; redirects are answers like any other.

        Raises `Unreachable`. `timeout_seconds` is for each step (connect, write, each read); all of them together end
        after `LONGEST_ANSWER_STEPS` times that.
        """
        target = self._target(url)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), timeout_seconds)
        _deadline.set(perf_counter() + LONGEST_ANSWER_STEPS * timeout_seconds)
        try:
            with self._pool.stream(
                method,
                target,
                headers=list((_OWN_HEADERS | {"Host": _host_header(target)} | (headers or {})).items()),
                content=content,
                extensions={"timeout": timeouts},
            ) as response:
                body = _read_up_to(response.iter_stream(), largest_bytes)
                named = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                return Answer(response.status, named, body)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            words = str(error) or type(error).__name__
            raise Unreachable("no_answer", _("No answer: %(error)s", error=words), error=words) from error

    def close(self) -> None:
        self._pool.close()

    @staticmethod
    def _target(url: str) -> httpcore.URL:
        import httpx

        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise Unreachable("bad_address", _("This is not a web address.")) from error
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
            raise Unreachable("bad_address", _("A web address begins with https:// and holds no password."))
        return httpcore.URL(
            scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
        )


def _host_header(target: httpcore.URL) -> str:
    host = target.host.decode("ascii")
    host = f"[{host}]" if ":" in host else host
    return host if target.port is None else f"{host}:{target.port}"


def _read_up_to(chunks: Iterable[bytes], largest_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) >= largest_bytes:
            break
    return bytes(body[:largest_bytes])
