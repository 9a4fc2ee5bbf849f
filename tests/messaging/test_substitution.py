"""Statement 26: announcements are filled from a list of fields and nothing in them is evaluated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.messaging import substitution

VALUES = {"name": "Ana Ruiz", "program": "Aurora"}


def test_known_fields_are_filled():
    assert substitution.fill("Hi {{name}}, {{ program }} starts.", VALUES) == "Hi Ana Ruiz, Aurora starts."


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }}",
        "{{ name.__class__ }}",
        "{{ config.items() }}",
        "{{ self }}",
        "{% for x in y %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "${name} #{name} {name}",
    ],
)
def test_statement_26_what_looks_like_a_program_stays_text(text):
    assert substitution.fill(text, VALUES) == text


def test_fields_that_do_not_exist_are_named():
    assert substitution.unknown("{{name}} {{nmae}} {{ 7*7 }} {{nmae}}") == ["nmae", "7*7"]


def test_a_value_is_not_read_again():
    assert substitution.fill("{{name}}", {"name": "{{program}}", "program": "Aurora"}) == "{{program}}"


@pytest.mark.parametrize(
    "name", ["[free](https://evil.example)", "<b>x</b>", "![x](http://evil)", "*x*", "https://evil.example"]
)
def test_statement_21_a_name_is_only_words_in_markdown(name):
    from markdown_it import MarkdownIt

    text = substitution.fill("Hi {{name}}", {"name": name}, markdown=True)
    html = MarkdownIt("commonmark", {"html": False, "linkify": True}).render(text)
    assert "<a" not in html
    assert "<img" not in html
    assert "<em" not in html
    assert "<b>" not in html


def test_statement_24_line_breaks_in_values_are_spaces():
    assert "\n" not in substitution.fill("Hi {{name}}", {"name": "Ana\r\nBcc: x@example.com"})


@given(st.text(), st.dictionaries(st.sampled_from(substitution.FIELDS), st.text()))
def test_any_text_can_be_filled(text, values):
    assert isinstance(substitution.fill(text, values, markdown=True), str)


@given(st.text(alphabet="{} \nab", max_size=2000))
def test_braces_in_any_number_are_read_in_one_pass(text):
    assert substitution.fill(text, {}) == text


def test_first_names():
    assert [substitution.first_name(name) for name in ("Ana Ruiz", "Ana", "")] == ["Ana", "Ana", ""]
