"""Bytes of a file to text, JSON, XML or the parts of an archive, within limits. Pure.

Everything raises `Invalid` with a sentence, and nothing else.
"""

import re
import zipfile
import zlib
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _

LARGEST_FILE = 5_000_000
#: Bytes that an archive may have unpacked, and how many parts.
LARGEST_UNPACKED = 40_000_000
MOST_PARTS = 500
#: Elements inside elements, and elements in all, of an XML file.
DEEPEST_XML = 30
MOST_ELEMENTS = 400_000

_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,30})[\"']")


def bounded(data: bytes) -> bytes:
    if len(data) > LARGEST_FILE:
        raise Invalid("too_large", _("A survey's file has at most five megabytes."))
    return data


def decoded(data: bytes) -> tuple[str, str]:
    """The text of `data` and the encoding it was read by: UTF-8, UTF-16 or, where it is neither, Windows' own."""
    for encoding in ("utf-8-sig", *_guesses(data), "cp1252"):
        try:
            return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1"), "latin-1"


def _guesses(data: bytes) -> list[str]:
    found = []
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found.append("utf-16")
    elif declared := _DECLARED.match(data):
        found.append(declared[1].decode("ascii").lower())
    return [each for each in found if each in ("utf-16", "iso-8859-1", "iso-8859-15", "windows-1252")]


def is_sixteen_bits(data: bytes) -> bool:
    """UTF-16 without a mark at its beginning: every second byte of the beginning is zero."""
    start = data[:64]
    return len(start) >= 4 and 0 in (start[0], start[1]) and start.count(0) * 3 > len(start)


def json_in(source: str) -> Any:
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise Invalid(
            "not_json",
            _("This is not JSON: line %(line)s, column %(column)s.", line=error.lineno, column=error.colno),
        ) from error


def xml_in(source: str) -> Element:
    """The root of an XML text. Entities that the file defines itself are refused: they are how files grow inside."""
    parser: XMLParser = DefusedXMLParser(
        target=_Bounded(), forbid_dtd=False, forbid_entities=True, forbid_external=True
    )
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", source, count=1)
    try:
        parser.feed(body)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise Invalid(
            "xml_entities",
            _(
                "This XML defines entities of its own. Such files are refused, because they can grow without end."
            ),
        ) from error
    except (ParseError, ValueError, UnicodeError) as error:
        raise Invalid(
            "not_xml", _("This is not XML that can be read: %(why)s.", why=str(error)[:120])
        ) from error
    return root


class _Bounded(TreeBuilder):
    """Builds a tree no larger than a survey: counted while it grows, for a tree takes a hundred times its text."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attrs: dict[Any, Any], /) -> Element:
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > DEEPEST_XML or self._count > MOST_ELEMENTS:
            raise Invalid("too_much", _("There is more here than a survey may hold."))
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a ZIP archive by name; refuses archives that are broken or unpack to more than they should."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Invalid("too_large", _("Unpacked, this file is larger than a survey may be."))
            # `read` stops at the size that was said, and compares the checksum: nobody can say less than there is.
            return {part.filename: archive.read(part) for part in parts if not part.is_dir()}
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, OverflowError
    ) as error:  # fmt: skip
        raise Invalid("broken_archive", _("The file is damaged: it cannot be unpacked.")) from error
