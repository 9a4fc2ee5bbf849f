"""What the flag endpoints share: what a call and an answer are, and how bodies, queries and keys are read."""

import os
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from betaops.flags import posthog_wire as wire
from betaops.flags.keyring import Caller
from betaops.flags.scripts import Scripts
from betaops.flags.snapshot import Snapshot, Snapshots
from betaops.web import cors
from betaops.web.gates import Gate

Environ = dict[str, Any]


class Answer(NamedTuple):
    """Status, body and headers beside the usual ones."""

    status: int
    body: bytes
    headers: cors.Headers = ()
    content_type: str = "application/json"


class Shared(NamedTuple):
    """What all endpoints of a process use. `base_url` is where people reach this installation."""

    snapshots: Snapshots
    gate: Gate
    scripts: Scripts
    base_url: str


class Call(NamedTuple):
    """One request: `found` is what the route's pattern took out of the address."""

    environ: Environ
    shared: Shared
    found: re.Match[str] | None = None

    @property
    def snapshots(self) -> Snapshots:
        return self.shared.snapshots

    def body(self) -> bytes:
        environ = self.environ
        try:
            length = max(0, int(environ.get("CONTENT_LENGTH") or 0))
        except ValueError:
            length = 0
        if length > wire.LARGEST_BODY:
            raise wire.too_large()
        raw: bytes = environ["wsgi.input"].read(length or wire.LARGEST_BODY + 1)
        if len(raw) > wire.LARGEST_BODY:
            raise wire.too_large()
        return raw

    def query(self) -> dict[str, list[str]]:
        try:
            return parse_qs(self.environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=20)
        except ValueError as error:
            raise wire.bad_request("The address has too many parameters.") from error

    def bearer(self) -> str:
        """The key in the Authorization header; "" without one."""
        scheme, _space, key = self.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    def caller(self, *, has_secret: bool) -> Caller:
        """A page is one whatever key it has and whatever it says of itself."""
        if cors.is_browser(self.environ):
            return Caller.PAGE
        return Caller.SERVER if has_secret else Caller.PROGRAM

    def admit(self, snapshot: Snapshot) -> None:
        """Count the request against what the product's keys may ask; refuses one too many."""
        wait = self.shared.gate.key_wait(snapshot.key.project_key)
        if wait:
            raise wire.too_many(wait)

    def cors(self, snapshot: Snapshot) -> cors.Headers:
        """What lets the asking page read the answer; refuses a page that may not use the product's key."""
        if not cors.is_allowed(self.environ, snapshot.key.origins):
            raise wire.Refusal(
                403, "authentication_error", "origin_not_allowed", "This origin may not use the key."
            )
        return cors.headers(self.environ, snapshot.key.origins)


def detail(text: str) -> bytes:
    """An error in the words that the SDKs read."""
    return orjson.dumps({"type": "server_error", "code": "error", "detail": text, "attr": None})


def not_found(call: Call) -> Answer:
    return Answer(404, detail("Not found."), cors.headers(call.environ, ()))


def request_id() -> str:
    """A random UUID as text; `uuid.uuid4` takes thrice as long."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
