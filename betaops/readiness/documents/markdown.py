"""A document as Markdown: CommonMark with tables. Pure."""

import re
from collections.abc import Iterator
from itertools import chain

from betaops.readiness.documents.tree import (
    Appendix,
    Banner,
    Block,
    Bullets,
    Document,
    Facts,
    Finding,
    Heading,
    Paragraph,
    Quotes,
    Signatures,
    Signed,
    Table,
    Words,
)

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~&!])")
#: What would begin a list, a quote or a rule at the start of a line.
_STARTS = re.compile(r"^(\d{1,9})([.)])|^([-+=])")


def text(document: Document) -> str:
    """Ends with a line break."""
    lines = [f"# {escaped(document.title)}", "", escaped(document.at)]
    for block in document.blocks:
        lines += ["", *_lines(block)]
    return "\n".join(lines) + "\n"


def escaped(plain: str) -> str:
    """One line of plain text: nothing in it is markup."""
    safe = _SIGNS.sub(r"\\\1", plain)
    return _STARTS.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", safe)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {escaped(block.text)}"
        case Paragraph():
            yield _said(block.words)
        case Bullets():
            yield from (f"- {_said(item)}" for item in block.items)
        case Facts():
            yield from (f"- {escaped(label)}: {_said(value)}" for label, value in block.pairs)
        case Table():
            yield from _table(block)
        case Banner():
            yield f"{escaped(block.label)}: **{escaped(block.word)}**. {escaped(block.said)}".rstrip()
        case Finding():
            yield from _finding(block)
        case Appendix():
            yield f"## {escaped(block.title)}"
            yield from chain.from_iterable(["", *_lines(part)] for part in block.parts)
        case Signatures():
            yield from map(_signed, block.signed)
        case Quotes():
            yield from _quotes(block)


def _finding(block: Finding) -> Iterator[str]:
    yield from (f"### {escaped(block.need)}", "", f"**{escaped(block.word)}.** {escaped(block.sentence)}")
    if block.notes:
        yield from ("", *(f"- {escaped(note)}" for note in block.notes))


def _quotes(block: Quotes) -> Iterator[str]:
    if block.title and block.said:
        yield from (f"{'#' * block.level} {escaped(block.title)}", "")
    for at, each in enumerate(block.said):
        yield from [""] if at else []
        yield from (f"> {escaped(each.text)}", ">", f"> — {escaped(each.by)}")


def _signed(each: Signed) -> str:
    reason = f": {_said(each.reason)}" if each.reason else ""
    return f"- {escaped(each.name)} ({escaped(each.note)}), {escaped(each.word)}{reason}"


def _table(block: Table) -> Iterator[str]:
    yield _row(block.head)
    yield "|" + "".join("--:|" if at in block.numeric else "---|" for at in range(len(block.head)))
    yield from (_row(row) for row in block.rows)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def _said(spans: Words) -> str:
    """Spans one after the other; strong words and code keep their look."""
    parts = []
    for span in spans:
        if span.is_code:
            parts.append(_code(span.text))
        elif span.is_strong and span.text.strip():
            inner = span.text.strip()
            before, after = span.text.split(inner, 1)
            parts.append(f"{before}**{escaped(inner)}**{after}")
        else:
            parts.append(_SIGNS.sub(r"\\\1", span.text))
    joined = "".join(parts)
    return _STARTS.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", joined)


def _code(plain: str) -> str:
    """Between as many backticks as it takes."""
    longest = max((len(run) for run in re.findall(r"`+", plain)), default=0)
    fence = "`" * (longest + 1)
    space = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{space}{plain}{space}{fence}" if plain.strip() else ""
