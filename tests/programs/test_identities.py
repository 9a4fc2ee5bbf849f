"""Signatures of distinct ids, as any server makes them."""

import hashlib
import hmac

from betaops.programs.identities import is_signed, signature


def test_a_signature_is_what_every_language_makes_in_one_line() -> None:
    made = hmac.new(b"boi_secret", "anä@example.com".encode(), hashlib.sha256).hexdigest()
    assert signature("boi_secret", "anä@example.com") == made
    assert is_signed([b"other", b"boi_secret"], "anä@example.com", f" {made.upper()} ")
    for nonsense in ("", made[:-1], made + "0", "\ud800", "ä" * 64):
        assert not is_signed([b"boi_secret"], "anä@example.com", nonsense)
    assert not is_signed([b"boi_secret"], "ana@example.com", made)
    assert not is_signed([], "anä@example.com", made)
