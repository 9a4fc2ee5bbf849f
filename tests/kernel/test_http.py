"""Outgoing requests: public addresses only, whatever is done to hide a private one."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from betaops.kernel import http
from betaops.kernel.clock import now
from betaops.kernel.http import Outgoing, Unreachable

LOOPBACK = ("127.0.0.0/8", "::1/128")


#: What comes before a byte now and then: the body, a field of the head, the length of a piece.
DROPS = {
    "/drops": b"HTTP/1.1 200 OK\r\n\r\n",
    "/drops-in-the-head": b"HTTP/1.1 200 OK\r\nX-Why: ",
    "/drops-between-pieces": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
}


class Handler(BaseHTTPRequestHandler):
    """Echoes what it was asked; some paths misbehave."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if self.path == "/redirect":
            self._send(302, b"", Location="http://169.254.169.254/latest/meta-data")
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.close_connection = True
        elif self.path in DROPS:
            self.wfile.write(DROPS[self.path])
            try:
                while not self.server.gate.wait(0.05):  # type: ignore[attr-defined]  # ours, set below
                    self.wfile.write(b"x")
            except OSError:
                pass
            self.close_connection = True
        elif self.path == "/silent":
            self.server.gate.wait(5)  # type: ignore[attr-defined]  # ours, set below
            self.close_connection = True
        else:
            self._send(200, f"{self.command} {self.path} {self.headers['Host']} ".encode() + sent)

    do_GET = do_POST = _answer  # noqa: N815  # the base class's names

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.gate = threading.Event()  # type: ignore[attr-defined]  # lets /silent end with the test
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.gate.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def port() -> Iterator[int]:
    with serving() as port:
        yield port


@contextmanager
def client(**options: object) -> Iterator[Outgoing]:
    outgoing = Outgoing(**options)  # type: ignore[arg-type]  # handed on
    try:
        yield outgoing
    finally:
        outgoing.close()


def test_a_request_reaches_an_address_that_the_operator_allowed(port: int) -> None:
    with client(allowed=LOOPBACK) as outgoing:
        answer = outgoing.send("POST", f"http://127.0.0.1:{port}/hook?a=1", content=b'{"x": 1}')
    assert answer.is_good
    assert answer.body == f'POST /hook?a=1 127.0.0.1:{port} {{"x": 1}}'.encode()


TRICKS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://2130706433:{port}/",  # decimal
    "http://0x7f000001:{port}/",  # hexadecimal
    "http://0177.0.0.1:{port}/",  # octal
    "http://127.1:{port}/",  # short
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",  # IPv4-mapped
    "http://[::ffff:7f00:1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",  # NAT64
    "http://[2002:7f00:1::]:{port}/",  # 6to4
    "http://①②⑦.⓪.⓪.①:{port}/",  # digits of another kind
    "http://127。0。0。1:{port}/",  # full stops of another kind
    "http://example.com@127.0.0.1:{port}/",  # user name
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://169.254.169.254/latest/meta-data",  # cloud metadata
    "http://[fd00:ec2::254]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",  # carrier-grade NAT
    "http://192.0.0.8/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",  # multicast
    "http://255.255.255.255/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "http://",
    "http:///",
    "",
    "http://exa mple.com/",
    "http://127.0.0.1\r\nHost: x:{port}/",
]


def without_names(host: str, port: int) -> list[str]:
    """Numbers are read as the system reads them; names are loopback, as the worst of resolvers would say."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return ["127.0.0.1"]
    return [str(entry[4][0]) for entry in found]


@pytest.mark.parametrize("trick", TRICKS)
def test_s36_no_trick_reaches_a_private_address(port: int, trick: str) -> None:
    with client(resolver=without_names) as outgoing, pytest.raises(Unreachable) as refusal:
        outgoing.send("GET", trick.replace("{port}", str(port)))
    assert refusal.value.code in ("private_address", "bad_address", "no_answer")
    if "{port}" in trick and trick.startswith("http://"):
        assert refusal.value.code != "no_answer", "it was refused, not merely missed"


def test_s36_a_name_is_resolved_once_so_it_cannot_change_its_mind(port: int) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])

    class Connected(Exception):
        pass

    asked: list[str] = []

    def connect_tcp(address: str, *_args: object) -> None:
        asked.append(address)
        raise Connected

    with client(resolver=lambda host, port: next(answers)) as outgoing:
        backend = outgoing._pool._network_backend
        backend._inner.connect_tcp = connect_tcp  # type: ignore[attr-defined]
        with pytest.raises(Connected):
            outgoing.send("GET", "http://rebinding.example/")
    assert asked == ["93.184.216.34"]


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    with (
        client(resolver=lambda host, port: ["93.184.216.34", "10.0.0.1"]) as outgoing,
        pytest.raises(Unreachable) as refusal,
    ):
        outgoing.send("GET", "http://mixed.example/")
    assert refusal.value.code == "private_address"


def test_s36_a_redirect_is_an_answer_and_is_not_followed(port: int) -> None:
    with client(allowed=LOOPBACK) as outgoing:
        answer = outgoing.send("GET", f"http://127.0.0.1:{port}/redirect")
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest/meta-data")


def test_s36_an_answer_without_end_is_cut(port: int) -> None:
    with client(allowed=LOOPBACK) as outgoing:
        answer = outgoing.send("GET", f"http://127.0.0.1:{port}/endless", largest_bytes=1000)
    assert answer.body == b"x" * 1000


def test_a_server_that_says_nothing_is_given_up(port: int) -> None:
    with client(allowed=LOOPBACK) as outgoing, pytest.raises(Unreachable) as refusal:
        outgoing.send("GET", f"http://127.0.0.1:{port}/silent", timeout_seconds=0.2)
    assert refusal.value.code == "no_answer"


@pytest.mark.parametrize("path", DROPS)
def test_a_server_that_answers_in_drops_is_given_up(port: int, path: str) -> None:
    with client(allowed=LOOPBACK) as outgoing, pytest.raises(Unreachable, match="without end"):
        outgoing.send("GET", f"http://127.0.0.1:{port}{path}", timeout_seconds=0.2)


def test_nobody_listening_is_no_answer() -> None:
    with serving() as port:
        pass
    with client(allowed=LOOPBACK) as outgoing, pytest.raises(Unreachable) as refusal:
        outgoing.send("GET", f"http://127.0.0.1:{port}/")
    assert refusal.value.code == "no_answer"


def certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now().replace(year=now().year - 1, day=1))
        .not_valid_after(now().replace(year=now().year + 1, day=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(("presented", "is_reached"), [("hooks.example", True), ("other.example", False)])
def test_tls_names_and_verifies_the_host_although_the_connection_goes_to_an_address(
    tmp_path: Path, presented: str, is_reached: bool
) -> None:
    path = certificate(tmp_path, presented)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(path)
    named: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: named.append(name)
    trusting = ssl.create_default_context(cafile=str(path))
    with (
        serving(server_side) as port,
        client(allowed=LOOPBACK, resolver=lambda host, port: ["127.0.0.1"], ssl_context=trusting) as outgoing,
    ):
        if is_reached:
            answer = outgoing.send("GET", f"https://hooks.example:{port}/")
            assert answer.body == f"GET / hooks.example:{port} ".encode()
        else:
            with pytest.raises(Unreachable, match="certificate"):
                outgoing.send("GET", f"https://hooks.example:{port}/")
    assert named == ["hooks.example"]


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert http.is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv6_form_is_never_more_public_than_the_ipv4_address_inside(
    address: ipaddress.IPv4Address,
) -> None:
    if http.is_public(address):
        return
    for form in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"):
        assert not http.is_public(ipaddress.ip_address(form)), form
