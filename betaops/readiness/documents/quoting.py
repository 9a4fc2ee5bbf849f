"""Quotes in documents: words are put in when one is shown, and taken out before one is kept. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from betaops.readiness.documents.tree import Block, Document, Quotes, Said


class Passage(NamedTuple):
    """What may be said now; without a name as the document calls the nameless."""

    text: str
    name: str | None


def ids(document: Document) -> list[str]:
    """Public ids of all quotes that it refers to."""
    return [each for block in document.blocks if isinstance(block, Quotes) for each in block.ids]


def resolved(document: Document, passages: Mapping[str, Passage]) -> Document:
    """With the words of quotes that may be said; of the others, and of groups of which nothing is left, nothing stands
    there any more."""
    return document.model_copy(update={"blocks": tuple(_resolved(document, passages))})


def bare(document: Document) -> Document:
    """As it may be kept: references alone."""
    return document.model_copy(
        update={
            "blocks": tuple(
                block.model_copy(update={"said": ()}) if isinstance(block, Quotes) else block
                for block in document.blocks
            )
        }
    )


def _resolved(document: Document, passages: Mapping[str, Passage]) -> Iterator[Block]:
    for block in document.blocks:
        if not isinstance(block, Quotes):
            yield block
            continue
        said = [passages[each] for each in block.ids if each in passages]
        if said:
            told = tuple(Said(text=f"“{each.text}”", by=each.name or block.nameless) for each in said)
            yield block.model_copy(update={"said": told})
