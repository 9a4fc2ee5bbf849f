"""Bodies from strangers, within bounds."""

import base64
import gzip
import sys
import zlib
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.kernel import payloads

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    bomb = gzip.compress(b"0" * (1 << 28))
    with pytest.raises(payloads.TooLarge):
        payloads.inflate(bomb, 1 << 16)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_gzip_and_zlib_are_unpacked(pack: Any) -> None:
    assert payloads.inflate(pack(b"abc"), 3) == b"abc"
    with pytest.raises(payloads.TooLarge):
        payloads.inflate(pack(b"abcd"), 3)
    with pytest.raises(payloads.Unreadable):
        payloads.inflate(pack(b"abc" * 100)[:-6], 1000)


@pytest.mark.parametrize("text", [b"", b"{", b'{"a": nan}', b'{"a": NaN', b"\xff\xfe", b"NaN" * 5])
def test_what_is_no_json_is_unreadable(text: bytes) -> None:
    with pytest.raises(payloads.Unreadable):
        payloads.parse(text)


def test_bare_nan_and_infinity_are_read_as_null() -> None:
    assert payloads.parse(b'{"a": NaN, "b": [Infinity, -Infinity, 1]}') == {"a": None, "b": [None, None, 1]}


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [40, 1_000, 100_000])
def test_deep_nesting_is_unreadable(opening: bytes, depth: int) -> None:
    closing = b"]" if opening == b"[" else b"}"
    for inside in (b"1", b"NaN"):
        with pytest.raises(payloads.Unreadable):
            payloads.parse(opening * depth + inside + closing * depth)


def test_as_deep_as_allowed_is_read() -> None:
    assert payloads.parse(b"[" * 33 + b"]" * 33, deepest=32) is not None
    with pytest.raises(payloads.Unreadable):
        payloads.parse(b"[" * 34 + b"]" * 34, deepest=32)
    assert payloads.parse(b"[" + b"[]," * 1000 + b"[]]", deepest=32) is not None


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
)


@given(values)
def test_nothing_but_nul_and_lone_surrogates_is_taken_away(value: Any) -> None:
    cleaned = payloads.without_nul(value)
    assert payloads.without_nul(cleaned) == cleaned
    if "\\x00" not in repr(value) and "\\ud" not in repr(value):
        assert cleaned == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        payloads.parse(payloads.unwrapped(raw, limit=1000))
    except (payloads.Unreadable, payloads.TooLarge):
        return


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush()


TEXT = b'{"token": "bo_x", "data": "=&"}'


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), ""),
        (gzip.compress(TEXT, mtime=0), "GZIP"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (zstd.compress(TEXT), "zstd"),
        (zstd.compress(TEXT), ""),
        (b"data=" + base64.b64encode(TEXT).replace(b"=", b"%3D"), ""),
        (b"ip=1&compression=base64&data=" + base64.b64encode(TEXT), ""),
        (b"data=" + base64.b64encode(gzip.compress(TEXT, mtime=0)).replace(b"+", b"%2B"), ""),
        (b"data=" + quote(TEXT).encode(), ""),
    ],
)
def test_every_way_to_pack_a_body_is_unpacked(raw: bytes, encoding: str) -> None:
    assert payloads.unwrapped(raw, limit=100, encoding=encoding) == TEXT


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"x", "br"),
        (b"x", "gzip"),
        (b"x", "deflate"),
        (b"x", "zstd"),
        (zstd.compress(TEXT)[:-3], "zstd"),
        (b"\x28\xb5\x2f\xfd", ""),
        (b"data=" + base64.b64encode(gzip.compress(TEXT, mtime=0)[:-6]), ""),
    ],
)
def test_what_is_not_packed_as_it_says_is_unreadable(raw: bytes, encoding: str) -> None:
    with pytest.raises(payloads.Unreadable):
        payloads.unwrapped(raw, limit=100, encoding=encoding)


@pytest.mark.parametrize("packed", [zstd.compress(b"0" * (1 << 26)), zlib.compress(b"0" * (1 << 26))])
def test_no_bomb_costs_more_than_the_limit(packed: bytes) -> None:
    encoding = "zstd" if packed.startswith(payloads.ZSTD_MAGIC) else "deflate"
    with pytest.raises(payloads.TooLarge):
        payloads.unwrapped(packed, limit=1 << 16, encoding=encoding)


def test_a_sender_of_zstd_cannot_ask_for_much_memory() -> None:
    options = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
    }
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(TEXT) + packer.flush()
    with pytest.raises(payloads.Unreadable):
        payloads.unwrapped(packed, limit=1 << 16, encoding="zstd")


def test_half_a_pair_of_surrogates_that_the_lenient_reader_lets_pass_is_replaced() -> None:
    assert payloads.parse(b'{"a": NaN, "b": "\\ud800", "c\\u0000": 1}') == {"a": None, "b": "?", "c": 1}
