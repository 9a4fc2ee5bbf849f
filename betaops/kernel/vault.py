"""Secrets at rest: AES-256-GCM under a key that is not in the database.

A sealed text names its key, so keys can be rotated: new seals use the first key, old ones open
with whichever of the keys they name.
"""

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class CannotOpen(Exception):
    """The text was not sealed here, was altered, or its key is gone."""


class Vault:
    """Seals and opens with the given secrets, the newest first."""

    def __init__(self, secrets_newest_first: list[str]) -> None:
        self._keys: dict[str, AESGCM] = {}
        for secret in secrets_newest_first:
            key = hashlib.sha256(b"betaops vault\0" + secret.encode()).digest()
            self._keys[hashlib.sha256(key).hexdigest()[:8]] = AESGCM(key)
        self._newest = next(iter(self._keys))

    def seal(self, plain: str | bytes) -> str:
        """Text of the form `v1.<key id>.<nonce and ciphertext>`; never the same twice."""
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = secrets.token_bytes(12)
        body = nonce + self._keys[self._newest].encrypt(nonce, data, self._newest.encode())
        return f"v1.{self._newest}.{base64.urlsafe_b64encode(body).decode()}"

    def open(self, sealed: str) -> bytes:
        """What was sealed; `CannotOpen` otherwise."""
        try:
            version, key_id, text = sealed.split(".")
            body = base64.b64decode(text, altchars=b"-_", validate=True)
            if version != "v1":
                raise CannotOpen("unknown version")
            return self._keys[key_id].decrypt(body[:12], body[12:], key_id.encode())
        except (ValueError, KeyError, InvalidTag) as error:
            raise CannotOpen("not sealed with a key that is known here") from error
