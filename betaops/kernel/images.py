"""Pictures from strangers: looked at, decoded, and written anew, so that only pixels are kept."""

import io
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _

MAX_BYTES = 10 * 1024 * 1024
#: A 6K screen has 20 million pixels; decoding 40 million takes at most 160 MB.
MAX_PIXELS = 40_000_000
#: Longest side of what is kept; text in a screenshot of a 5K screen stays legible.
MAX_SIDE = 2880

#: What is taken, and what alone is shown in a browser.
#: What is taken, and what alone is shown in a browser.
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


@dataclass(frozen=True)
class Picture:
    """A picture in our own encoding, without metadata."""

    data: bytes
    content_type: str
    width: int
    height: int


def rewritten(data: bytes) -> Picture:
    """`data` decoded and encoded again, upright, at most `MAX_SIDE` long, its first frame only.

    Raises `Invalid` with a sentence for: too many bytes, anything but PNG, JPEG or WebP by its
    first bytes (whatever its name says), more than `MAX_PIXELS` (seen in the header, before a
    pixel is decoded), and data that breaks off.
    """
    if len(data) > MAX_BYTES:
        raise Invalid(
            "file_too_large",
            _("The picture is larger than %(mb)d MB.", mb=MAX_BYTES // 1024**2),
            field="pictures",
        )
    content_type = _content_type(data)
    try:
        with Image.open(io.BytesIO(data), formats=[FORMATS[content_type]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
            return _encoded(upright, content_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise Invalid(
            "broken_image", _("The picture is damaged and cannot be opened."), field="pictures"
        ) from error


def _content_type(data: bytes) -> str:
    try:
        found = {match.mime_type for match in puremagic.magic_string(data[:4096])}
    except (puremagic.PureError, ValueError):
        found = set()
    for content_type in FORMATS:
        if content_type in found:
            return content_type
    raise Invalid("not_an_image", _("This is not a PNG, JPEG or WebP picture."), field="pictures")


def _encoded(image: Image.Image, content_type: str) -> Picture:
    """Only what `convert` carries over, which is pixels: EXIF, XMP, comments and profiles stay behind."""
    mode = "RGBA" if content_type != "image/jpeg" and image.has_transparency_data else "RGB"
    pixels = Image.frombytes(mode, image.size, image.convert(mode).tobytes())
    out = io.BytesIO()
    if content_type == "image/png":
        pixels.save(out, "PNG", compress_level=6)
    elif content_type == "image/jpeg":
        pixels.save(out, "JPEG", quality=85, optimize=True)
    else:
        pixels.save(out, "WEBP", quality=85, method=1)
    return Picture(out.getvalue(), content_type, pixels.width, pixels.height)


def _too_many_pixels() -> Invalid:
    return Invalid(
        "too_many_pixels",
        _("The picture has more than %(count)d million pixels.", count=MAX_PIXELS // 1_000_000),
        field="pictures",
    )
