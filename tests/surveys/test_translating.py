"""A draft's texts beside their translations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.surveys import languages
from betaops.surveys.reading import read
from betaops.surveys.translating import entries, progress, translated, without

DRAFT: dict[str, Any] = {
    "title": {"default": "Weekly", "fr": "Hebdomadaire"},
    "completedHtml": "<p>Thanks</p>",
    "pages": [
        {
            "name": "page1",
            "elements": [
                {
                    "type": "radiogroup",
                    "name": "plan",
                    "title": "Your plan?",
                    "choices": ["Free", {"value": "pro", "text": "Pro"}, {"value": "Team"}, 5, "6"],
                    "validators": [
                        {"type": "expression", "text": "Choose one", "expression": "{plan} notempty"}
                    ],
                },
                {"type": "text", "name": "why", "x-else": {"kept": True}},
            ],
        }
    ],
}


def test_every_text_that_people_read_is_there_with_its_element() -> None:
    assert [(entry.pointer, entry.element, entry.source) for entry in entries(DRAFT)] == [
        ("/title", "", "Weekly"),
        ("/completedHtml", "", "<p>Thanks</p>"),
        ("/pages/0/elements/0/title", "plan", "Your plan?"),
        ("/pages/0/elements/0/validators/0/text", "plan", "Choose one"),
        ("/pages/0/elements/0/choices/0", "plan", "Free"),
        ("/pages/0/elements/0/choices/1/text", "plan", "Pro"),
        ("/pages/0/elements/0/choices/2/text", "plan", "Team"),
    ]


def test_a_translation_is_written_where_its_text_stands_and_values_stay() -> None:
    new = translated(
        DRAFT,
        "de",
        {
            "/title": "Wöchentlich",
            "/pages/0/elements/0/title": "Ihr Tarif?",
            "/pages/0/elements/0/choices/0": "Kostenlos",
            "/pages/0/elements/0/choices/2/text": "Gruppe",
        },
    )
    plan = new["pages"][0]["elements"][0]
    assert new["title"] == {"default": "Weekly", "fr": "Hebdomadaire", "de": "Wöchentlich"}
    assert plan["title"] == {"default": "Your plan?", "de": "Ihr Tarif?"}
    assert plan["choices"][0] == {"value": "Free", "text": {"default": "Free", "de": "Kostenlos"}}
    assert plan["choices"][2] == {"value": "Team", "text": {"default": "Team", "de": "Gruppe"}}
    assert plan["choices"][1] == {"value": "pro", "text": "Pro"}
    assert new["pages"][0]["elements"][1] == DRAFT["pages"][0]["elements"][1]
    (question, _why) = read(new).asked
    assert question.label("de") == "Ihr Tarif?"
    assert [choice.value for choice in question.choices] == ["Free", "pro", "Team", 5, "6"]
    assert DRAFT["pages"][0]["elements"][0]["title"] == "Your plan?"


def test_how_far_each_language_is() -> None:
    new = translated(DRAFT, "de", {"/title": "Wöchentlich", "/pages/0/elements/0/title": "Ihr Tarif?"})
    assert progress(new) == [("de", 2, 7), ("fr", 1, 7)]


def test_an_emptied_translation_goes_and_a_whole_language_too() -> None:
    assert translated(DRAFT, "fr", {"/title": " "})["title"] == "Weekly"
    two = translated(DRAFT, "de", {"/title": "Wöchentlich", "/completedHtml": "<p>Danke</p>"})
    assert without(two, "de") == DRAFT
    assert without(two, "fr")["title"] == {"default": "Weekly", "de": "Wöchentlich"}


def test_what_has_gone_since_changes_nothing() -> None:
    words = {"/pages/7/title": "x", "/pages/0/elements/0/nothing": "x", "": "x", "/pages": "x"}
    assert translated(DRAFT, "de", words) == DRAFT


@pytest.mark.parametrize(("code", "name"), [("fr", "French"), ("pt-BR", "Portuguese (Brazil)"), ("xx", "xx")])
def test_languages_have_names(code: str, name: str) -> None:
    assert languages.name(code, "en") == name


def test_what_is_a_language_and_which_way_it_runs() -> None:
    assert [languages.is_language(code) for code in ("fr", "zh-Hans", "default", "", "-", "klingon", "xx")] == [
        True, True, False, False, False, False, False,
    ]  # fmt: skip
    assert [languages.direction(code) for code in ("ar", "he", "fr", "default")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]


def test_what_a_reader_gets_of_what_there_is() -> None:
    assert [languages.shown(wanted, {"fr", "pt-BR"}) for wanted in ("fr", "fr-CA", "pt-BR", "pt", "de", "default")] == [
        "fr", "fr", "pt-BR", "", "", "",
    ]  # fmt: skip
    assert languages.name("fr") == "français"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["title", "pages", "elements", "choices", "rows", "text", "value", "default", "fr"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["title", "pages", "elements", "choices"]), ANYTHING, max_size=4))
def test_no_draft_is_too_odd_and_what_is_written_is_read_again(draft: dict[str, Any]) -> None:
    words = {entry.pointer: "mots" for entry in entries(draft)}
    new = translated(draft, "fr", words)
    assert all(entry.translation("fr") == "mots" for entry in entries(new))
    assert len(entries(new)) == len(words)
