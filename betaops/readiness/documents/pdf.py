"""A document as a PDF for reading aloud and for printing: tagged, after PDF/UA-1 wherever its letters can be shown.

Typst sets it from JSON: nothing in a document is ever read as markup, and nothing is fetched.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

from betaops.readiness.documents.tree import (
    Appendix,
    Block,
    Document,
    Finding,
    Paragraph,
    Quotes,
    Range,
    is_rightward,
)

_TEMPLATE = Path(__file__).with_name("document.typ")
#: Scripts that the fonts in the wheel know, the first for everything they share; others come from the machine's fonts.
_FONTS = (
    "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Armenian", "Noto Sans Bengali", "Noto Sans Devanagari",
    "Noto Sans Ethiopic", "Noto Sans Georgian", "Noto Sans Gujarati", "Noto Sans Gurmukhi", "Noto Sans Kannada",
    "Noto Sans Khmer", "Noto Sans Lao", "Noto Sans Malayalam", "Noto Sans Myanmar", "Noto Sans Oriya", "Noto Sans Sinhala",
    "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Thai", "Noto Sans Symbols", "Noto Emoji",
)  # fmt: skip
#: (standard, whether the machine's fonts are asked too), tried one after the other.
_WAYS: tuple[tuple[Literal["ua-1"] | None, bool], ...] = (("ua-1", False), ("ua-1", True), (None, True))
#: After so many letters a word that never ends may be broken; in code later, so that hashes stay whole when copied.
_LONG, _LONG_CODE = (re.compile(rf"([^\s\u200b]{{{most}}})(?=[^\s\u200b])") for most in (24, 64))


def pdf(document: Document) -> bytes:
    """The file. Where the standard refuses it (a letter that is in no font here) it is tagged all the same, only not
    called PDF/UA."""
    import typst

    told = {"document": orjson.dumps(_told(document)).decode()}
    for standard, with_system in _WAYS:
        try:
            made = typst.compile(
                str(_TEMPLATE),
                root=str(_TEMPLATE.parent),
                font_paths=_fonts(with_system),
                ignore_system_fonts=not with_system,
                sys_inputs=told,
                pdf_standards=standard,
            )
        except typst.TypstError as error:
            if "PDF/UA-1 error" not in str(error):
                raise
        else:
            return bytes(made)
    raise AssertionError("without a standard nothing is refused")


@cache
def _fonts(with_system: bool) -> Any:
    """Found once in a process: looking through a machine's fonts takes a while."""
    import manimgx_fonts
    import typst

    return typst.Fonts(
        include_system_fonts=with_system, font_paths=[str(Path(manimgx_fonts.__file__).parent)]
    )


def _told(document: Document) -> dict[str, Any]:
    """Plain values as the template takes them: with directions, places on the axis, and words that can be broken."""
    told = document.to_json()
    for block, plain in _pairs(document.blocks, told["blocks"]):
        if isinstance(block, Paragraph):
            plain["rightward"] = _turns(document, "".join(span.text for span in block.words))
        if isinstance(block, Quotes):
            for each in plain["said"]:
                each["rightward"] = _turns(document, each["text"])
        if isinstance(block, Finding):
            plain["rightward"] = _turns(document, block.need)
            if block.drawing is not None:
                plain["drawing"] |= _places(block.drawing)
    return {**_breakable(told), "fonts": _FONTS}


def _pairs(blocks: Sequence[Block], plain: Sequence[Any]) -> Iterator[tuple[Block, Any]]:
    """Each block with its plain values, those of appendices too."""
    for block, values in zip(blocks, plain, strict=True):
        yield block, values
        if isinstance(block, Appendix):
            yield from _pairs(block.parts, values["parts"])


def _turns(document: Document, text: str) -> bool | None:
    """Whether it goes from right to left; None where it goes as the document does."""
    rightward = is_rightward(text)
    return None if rightward == (document.direction == "rtl") else rightward


def _places(drawing: Range) -> dict[str, float | None]:
    return {
        "estimate": drawing.place("estimate"),
        "low": drawing.place("low"),
        "high": drawing.place("high"),
        "threshold": drawing.place("threshold"),
    }


def _breakable(told: Any, long: re.Pattern[str] = _LONG) -> Any:
    """The same, with a place to break in words that are wider than a line."""
    if isinstance(told, str):
        return long.sub("\\1\u200b", told)
    if isinstance(told, Mapping):
        long = _LONG_CODE if told.get("is_code") else _LONG
        return {name: _breakable(value, long) for name, value in told.items()}
    return [_breakable(each, long) for each in told] if isinstance(told, list) else told
