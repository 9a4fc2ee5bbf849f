"""One tree, three ways: nothing in it ever becomes markup, whatever people typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from betaops.readiness.documents import (
    Appendix,
    Banner,
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
    markdown,
    prose,
    words,
)
from betaops.readiness.documents.pdf import pdf
from betaops.readiness.documents.tree import is_rightward
from tests.support.pdfs import unpacked

NASTY = '#read("/etc/passwd") $x$ *a* _b_ `c` <script>alert(1)</script> [d](javascript:e) \\ @f | & "'


def a_document(text: str = NASTY, language: str = "en") -> Document:
    """With that text wherever text may stand."""
    drawing = Range(
        low_end=0,
        high_end=1,
        estimate=0.8,
        low=0.6,
        high=0.9,
        threshold=0.7,
        is_at_most=False,
        low_end_words="0%",
        high_end_words="100%",
        threshold_words="70%",
        alt=text,
    )
    return Document(
        title=text,
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        at=text,
        blocks=(
            Banner(role="good", label=text, word=text, said=text),
            Heading(text=text),
            Paragraph(words=words(text, Span(text=text, is_strong=True), Span(text=text, is_code=True))),
            Bullets(items=(words(text),)),
            Facts(pairs=((text, words(text)),)),
            Table(title=text, head=(text, "n"), rows=((text, "1"),), numeric=(1,)),
            Finding(need=text, role="danger", word=text, sentence=text, notes=(text,), drawing=drawing),
            Appendix(
                title=text, parts=(Paragraph(words=words(text)), Table(title=text, head=(text,), rows=()))
            ),
            Signatures(signed=(Signed(name=text, note=text, role="danger", word=text, reason=words(text)),)),
        ),
    )


def shown_by(text: str) -> tuple[str, set[str]]:
    """What a reader of that Markdown sees, and what else than text there is."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    kinds, seen = set(), []
    for token in parser.parse(text):
        for each in [token, *(token.children or [])]:
            kinds.add(each.type)
            if each.type in ("text", "code_inline"):
                seen.append(each.content)
    return "".join(seen), kinds


def test_markdown_says_what_was_typed_and_has_no_markup_in_it() -> None:
    seen, kinds = shown_by(markdown.text(a_document()))
    assert seen.count(NASTY) >= 14
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "em_open", "fence", "hr"}


@given(st.text(alphabet=st.sampled_from("a1 .)-+=#*_`<>[]()!|&~\\\"':/\n\t\0\u202e"), max_size=40))
def test_whatever_is_typed_stays_text_in_markdown(text: str) -> None:
    document = Document(
        title="T",
        language="en",
        at="",
        blocks=(Paragraph(words=words(text)), Bullets(items=(words(text),)), Heading(text=text)),
    )
    _seen, kinds = shown_by(markdown.text(document))
    allowed = {"heading_open", "heading_close", "inline", "text", "paragraph_open", "paragraph_close"}
    allowed |= {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
    assert kinds <= allowed | {"text_special"}


def test_what_was_kept_is_the_same_document() -> None:
    document = a_document()
    assert Document.from_json(document.to_json()) == document


def test_what_is_not_seen_is_not_kept() -> None:
    assert Heading(text="a\u202e\x07\n b\ud800").text == "a b"


def test_markdown_of_people_keeps_its_lists_and_its_emphasis_and_loses_its_html() -> None:
    first, second = prose.blocks("# Goals\n\n- **one** `two`\n- [three](https://x.example)\n<i>4</i>")
    assert first == Paragraph(words=(Span(text="Goals", is_strong=True),))
    assert isinstance(second, Bullets)
    assert ["".join(span.text for span in item) for item in second.items] == ["one two", "three <i>4</i>"]
    assert second.items[0][0].is_strong
    assert prose.one_line("a\n\n- b\n- c") == words("a", " ", "b", " ", "c")
    assert prose.blocks("") == []


@pytest.mark.parametrize(
    ("text", "is_tagged_for_reading_aloud"),
    [
        (NASTY, True),
        ("مرحبا بالعالم 12%", True),
        ("שלום עולם", True),
        ("Ελλάδα Россия ไทย हिन्दी", True),
        ("x" * 3000, True),
        ("", True),
        # A letter that no font here or on most machines has.
        ("\U00013000", None),
    ],
)
def test_a_pdf_is_made_of_any_text(text: str, is_tagged_for_reading_aloud: bool | None) -> None:
    made = pdf(a_document(text or "-", language="ar" if is_rightward(text) else "en"))
    assert made.startswith(b"%PDF")
    inside = unpacked(made)
    assert b"StructTreeRoot" in inside
    if is_tagged_for_reading_aloud:
        assert b"<pdfuaid:part>1</pdfuaid:part>" in inside


def test_a_pdf_that_the_standard_refuses_is_made_all_the_same() -> None:
    finding = Finding(need="A heading below none", role="good", word="Met", sentence="All is well.")
    assert pdf(Document(title="T", language="en", at="", blocks=(finding,))).startswith(b"%PDF")


def test_a_pdf_reads_no_file_though_its_text_asks_for_one() -> None:
    with_it, without = (len(pdf(a_document(text))) for text in (NASTY, NASTY.replace("read", "raed")))
    assert abs(with_it - without) < 500


def test_the_direction_is_that_of_the_first_letter() -> None:
    assert [is_rightward(text) for text in ("12 مرحبا", "a مرحبا", "…", "שלום a")] == [
        True,
        False,
        False,
        True,
    ]
