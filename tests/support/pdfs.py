"""What stands in a PDF."""

import re
import zlib


def unpacked(made: bytes) -> bytes:
    """The file, and behind it its packed parts unpacked."""
    parts = [made]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"".join(parts)
