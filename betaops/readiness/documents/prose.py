"""Markdown that people typed (goals, reasons), as blocks of a document. Pure.

Paragraphs, lists, emphasis and code are kept; headings become strong lines, links their words, pictures nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt

from betaops.readiness.documents.tree import Bullets, Paragraph, Span, Words

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})


def blocks(text: str) -> list[Paragraph | Bullets]:
    """In their order; nothing for an empty text."""
    found: list[Paragraph | Bullets] = []
    items: list[Words] = []
    depth, heads = 0, False
    for token in _markdown.parse(text):
        depth += {"bullet_list_open": 1, "ordered_list_open": 1}.get(token.type, 0)
        depth -= {"bullet_list_close": 1, "ordered_list_close": 1}.get(token.type, 0)
        heads = token.type == "heading_open" or (heads and token.type != "heading_close")
        said: Words = ()
        if token.type == "inline":
            said = tuple(span for span in _spans(token.children or [], is_strong=heads) if span.text)
        elif token.type in ("fence", "code_block"):
            said = (Span(text=token.content, is_code=True),)
        if any(each.text.strip() for each in said):
            if depth:
                items.append(said)
            else:
                found.append(Paragraph(words=said))
        if items and not depth:
            found.append(Bullets(items=tuple(items)))
            items = []
    return found


def one_line(text: str) -> Words:
    """All its words one after the other, for an item of a list."""
    found: list[Span] = []
    for block in blocks(text):
        for each in block.items if isinstance(block, Bullets) else (block.words,):
            found += [*([Span(text=" ")] if found else []), *each]
    return tuple(found)


def _spans(tokens: Sequence[Any], *, is_strong: bool) -> Iterator[Span]:
    strong = int(is_strong)
    for token in tokens:
        strong += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        if token.type == "text":
            yield Span(text=token.content, is_strong=strong > 0)
        elif token.type == "code_inline":
            yield Span(text=token.content, is_code=True, is_strong=strong > 0)
        elif token.type in ("softbreak", "hardbreak"):
            yield Span(text=" ", is_strong=strong > 0)
