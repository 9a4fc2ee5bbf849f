"""What is written once and read in three ways: a tree of headings, words, tables and drawings, and how each way shows it."""

from betaops.readiness.documents.tree import (
    Banner,
    Block,
    Bullets,
    Document,
    Facts,
    Finding,
    Heading,
    Paragraph,
    Range,
    Signatures,
    Signed,
    Span,
    Table,
    Words,
    words,
)

__all__ = [
    "Banner",
    "Block",
    "Bullets",
    "Document",
    "Facts",
    "Finding",
    "Heading",
    "Paragraph",
    "Range",
    "Signatures",
    "Signed",
    "Span",
    "Table",
    "Words",
    "words",
]
