"""Tokens and the vault."""

import pytest

from betaops.kernel import tokens
from betaops.kernel.vault import CannotOpen, Vault

OLD, NEW = "an old secret that was in use", "the secret that is in use now"


def test_a_minted_token_is_found_by_its_digest_only() -> None:
    token = tokens.mint("bo_")
    assert token.plain.startswith("bo_")
    assert len(token.plain) == 46
    assert tokens.digest(token.plain) == token.digest
    assert tokens.digest(token.plain[:-1]) != token.digest


def test_a_signed_payload_is_read_only_for_its_own_purpose_and_unaltered() -> None:
    text = tokens.sign(NEW, "unsubscribe", ["tst_1", "news"])
    assert tokens.read(NEW, "unsubscribe", text) == ["tst_1", "news"]
    assert tokens.read(NEW, "sign-in", text) is None
    assert tokens.read(OLD, "unsubscribe", text) is None
    assert tokens.read(NEW, "unsubscribe", text[:-1]) is None
    assert tokens.read(NEW, "unsubscribe", "") is None


def test_s38_what_is_sealed_opens_again_and_never_looks_the_same() -> None:
    vault = Vault([NEW])
    first, second = vault.seal("JBSWY3DPEHPK3PXP"), vault.seal("JBSWY3DPEHPK3PXP")
    assert first != second
    assert "JBSWY3DPEHPK3PXP" not in first
    assert vault.open(first) == vault.open(second) == b"JBSWY3DPEHPK3PXP"


def test_s38_a_rotated_key_still_opens_what_the_old_one_sealed() -> None:
    sealed = Vault([OLD]).seal("kept")
    rotated = Vault([NEW, OLD])
    assert rotated.open(sealed) == b"kept"
    assert rotated.seal("kept").split(".")[1] != sealed.split(".")[1]
    with pytest.raises(CannotOpen):
        Vault([NEW]).open(sealed)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s[:-2],
        lambda s: s.replace("v1", "v2"),
        lambda s: "",
        lambda s: s + "A" * 8,
        lambda s: "v1.." + s,
    ],
)
def test_s38_an_altered_seal_does_not_open(change) -> None:  # type: ignore[no-untyped-def]
    vault = Vault([NEW])
    with pytest.raises(CannotOpen):
        vault.open(change(vault.seal("kept")))
