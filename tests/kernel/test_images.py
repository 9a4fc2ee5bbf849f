"""Statement 35: what is uploaded as a picture is kept as pixels, or refused with a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from betaops.kernel import images
from betaops.kernel.errors import Invalid


def picture(form="PNG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **options)
    return out.getvalue()


def png_bomb(width, height):
    """A PNG of a few hundred bytes whose header promises width × height pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_come_out_as_they_went_in(form):
    kept = images.rewritten(picture(form))
    assert kept.content_type == f"image/{form.lower()}"
    assert Image.open(io.BytesIO(kept.data)).size == (kept.width, kept.height) == (40, 30)


def test_place_camera_and_comments_are_gone():
    exif = Image.Exif()
    exif[0x010E], exif[0x0110] = "at home", "Phone 9"
    exif.get_ifd(0x8825)[1] = "N"
    kept = images.rewritten(picture("JPEG", exif=exif, comment=b"secret"))
    assert not Image.open(io.BytesIO(kept.data)).getexif()
    assert b"secret" not in kept.data
    assert b"Phone" not in kept.data
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Ana Ruiz")
    assert b"Ana" not in images.rewritten(picture(pnginfo=told)).data


def test_a_picture_taken_sideways_is_kept_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = images.rewritten(picture("JPEG", size=(40, 30), exif=exif))
    assert (kept.width, kept.height) == (30, 40)


def test_transparency_is_kept_where_the_format_has_it():
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(images.rewritten(out.getvalue()).data)).mode == "RGBA"


def test_a_long_picture_is_made_smaller():
    kept = images.rewritten(picture(size=(images.MAX_SIDE * 2, 10)))
    assert kept.width == images.MAX_SIDE


def test_data_behind_the_picture_is_cut_off():
    assert b"<script>" not in images.rewritten(picture() + b"<script>alert(1)</script>").data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_an_image"),
        (b"%PDF-1.7 ...", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_an_image"),
        (b"<html><script>alert(1)</script>", "not_an_image"),
        (picture("GIF"), "not_an_image"),
        (picture("BMP"), "not_an_image"),
        (picture()[:60], "broken_image"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "broken_image"),
        (picture() + b"\0" * images.MAX_BYTES, "file_too_large"),
        (png_bomb(20_000, 20_000), "too_many_pixels"),
        (png_bomb(7_000, 7_000), "too_many_pixels"),
        (png_bomb(2**31 - 1, 2**31 - 1), "too_many_pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_fair_picture_is_refused(data, code):
    with pytest.raises(Invalid) as refused:
        images.rewritten(data)
    assert refused.value.code == code
    assert str(refused.value)
