"""Bodies from strangers: unpacked and parsed within bounds, whatever was packed into them."""

import base64
import binascii
import json
import re
import sys
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import orjson

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_DEEPEST_TO_CLEAN = 100
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
#: What a sender of Content-Encoding zstd may make a receiver hold: 8 MiB (RFC 9659).
_ZSTD_OPTIONS = {int(zstd.DecompressionParameter.window_log_max): 23}
#: A form that has other fields before `data`.
_FORM = re.compile(rb"(?:[a-z_]{1,20}=[^&{}\[\]]{0,200}&){1,9}data=")


class TooLarge(Exception):
    """The body, or what it unpacks to, is beyond the limit."""


class Unreadable(Exception):
    """Not what it claims to be, or nested too deep."""


def inflate(packed: bytes, limit: int, wbits: int = zlib.MAX_WBITS | 32) -> bytes:
    """What gzip or zlib packed, at most `limit` bytes of it: a bomb costs no more than that to refuse."""
    unpacker = zlib.decompressobj(wbits=wbits)
    try:
        unpacked = unpacker.decompress(packed, limit + 1)
    except zlib.error as error:
        raise Unreadable("not gzip or deflate") from error
    return _bounded(unpacked, limit, is_whole=unpacker.eof)


def _deflated(packed: bytes, limit: int) -> bytes:
    """Deflate means zlib's frame around it; some leave it out."""
    try:
        return inflate(packed, limit)
    except Unreadable:
        return inflate(packed, limit, -zlib.MAX_WBITS)


def unzstd(packed: bytes, limit: int) -> bytes:
    """What Zstandard packed, within the same bounds."""
    unpacker = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
    try:
        unpacked = unpacker.decompress(packed, limit + 1)
    except zstd.ZstdError as error:
        raise Unreadable("not zstd") from error
    return _bounded(unpacked, limit, is_whole=unpacker.eof)


def _bounded(unpacked: bytes, limit: int, *, is_whole: bool) -> bytes:
    if len(unpacked) > limit:
        raise TooLarge
    if not is_whole:
        raise Unreadable("the packed body is cut off")
    return unpacked


_UNPACKERS = {"gzip": inflate, "x-gzip": inflate, "deflate": _deflated, "zstd": unzstd}


def unwrapped(raw: bytes, *, limit: int, encoding: str = "") -> bytes:
    """The JSON text inside a body, however an analytics SDK packed it, at most `limit` bytes of it.

    Gzip is told by its first bytes (browsers send it without a header), `encoding` is the Content-Encoding
    header, and old browser SDKs send a form whose field `data` is base64.
    """
    raw = _unpacked(raw, limit, encoding)
    if raw.startswith(b"data=") or _FORM.match(raw):
        raw = _unpacked(_form_data(raw), limit)
    if len(raw) > limit:
        raise TooLarge
    return raw


def _unpacked(raw: bytes, limit: int, encoding: str = "") -> bytes:
    if raw.startswith(GZIP_MAGIC):
        return inflate(raw, limit)
    if raw.startswith(ZSTD_MAGIC):
        return unzstd(raw, limit)
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return raw
    unpack = _UNPACKERS.get(encoding)
    if unpack is None:
        raise Unreadable("its encoding is none of gzip, deflate and zstd")
    return unpack(raw, limit)


def _form_data(raw: bytes) -> bytes:
    try:
        data = parse_qs(raw.decode("ascii"), max_num_fields=10)["data"][0]
        if data.startswith(("{", "[")):
            return data.encode()
        data = data.replace(" ", "+")
        return base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except (ValueError, KeyError, binascii.Error) as error:
        raise Unreadable("the form field data is not base64") from error


def parse(text: bytes | str, *, deepest: int = 32) -> Any:
    """Plain JSON values. Bare NaN and Infinity, which some clients write, are read as null."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        value = _tolerant(text, error)
    # Nothing nests deeper than it has brackets: most bodies need no closer look.
    openings = (b"{", b"[") if isinstance(text, bytes) else ("{", "[")
    if sum(map(text.count, openings)) > deepest:  # type: ignore[arg-type]  # both of the kind of `text`
        check_depth(value, deepest)
    return value


def _tolerant(text: bytes | str, error: Exception) -> Any:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if b"NaN" not in raw and b"Infinity" not in raw:
        raise Unreadable(str(error)) from error
    try:
        value = json.loads(raw, parse_constant=lambda _name: None, parse_int=whole)
        check_depth(value, _DEEPEST_TO_CLEAN)
    except (ValueError, RecursionError) as worse:
        raise Unreadable(str(worse)) from worse
    # The standard library lets half a pair of surrogates pass, which nobody can write again.
    return without_nul(value) if b"\\u" in raw else value


def whole(text: str) -> float:
    """A whole number of 64 bits as it is; one beyond, which no database keeps, as near as a float comes."""
    if len(text) < 19:
        return int(text)
    value = int(text) if len(text) < 25 else 1 << 64
    return (
        value
        if -(1 << 63) <= value < 1 << 64
        else min(max(float(text), -sys.float_info.max), sys.float_info.max)
    )


def check_depth(value: Any, deepest: int) -> None:
    """Raises `Unreadable` where lists and objects nest more than `deepest` levels."""
    level: list[Any] = [value]
    for _depth in range(deepest + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise Unreadable("nested too deep")


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        return (inner for inner in value.values() if isinstance(inner, dict | list))
    if isinstance(value, list):
        return (inner for inner in value if isinstance(inner, dict | list))
    return iter(())


def is_storable(value: Any, most_bytes: int | None = None) -> bool:
    """Whether the databases can keep `value` as JSON: whole numbers of 64 bits, and not too long."""
    try:
        size = len(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, orjson.JSONEncodeError):
        return False
    return most_bytes is None or size <= most_bytes


def without_nul(value: Any, instead: str = "") -> Any:
    """`value` with every NUL replaced and no lone surrogates in any text: no database keeps those.

    Call it after `check_depth`; it recurses.
    """
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", instead)
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-8", "replace").decode()
        return value
    if isinstance(value, dict):
        return {without_nul(key, instead): without_nul(inner, instead) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_nul(inner, instead) for inner in value]
    return value


def as_json(value: Any) -> str:
    """Text for a column declared JSON; keys need not be text."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def of_column(value: Any) -> Any:
    """A column declared JSON keeps a lone number as a number in SQLite, not as its text."""
    return value if isinstance(value, int | float) else orjson.loads(value)
