"""Every sentence is there in every language, with the same places to fill in."""

import ast
import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from betaops.kernel import i18n

ROOT = Path(__file__).parent.parent.parent
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACE = re.compile(r"%\(\w+\)[a-z]|%%")

LANGUAGES = [code for code in i18n.available() if code != i18n.DEFAULT]


@cache
def _sentences() -> frozenset[str]:
    """Every message id in code and templates (the singular, where there are two)."""
    mapping, options = parse_mapping_cfg(  # type: ignore[no-untyped-call]  # Babel types this one only in part
        io.StringIO((i18n.TRANSLATIONS / "babel.cfg").read_text())
    )
    found = extract_from_dir(str(ROOT), mapping, options, keywords=KEYWORDS, strip_comment_tags=False)
    return frozenset(
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _notes, _context in found
    )


@cache
def _catalogue(language: str) -> Catalog:
    with (i18n.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def test_there_is_a_second_language() -> None:
    assert LANGUAGES


def test_no_sentence_stands_inside_an_f_string() -> None:
    """Babel does not look there (on Python 3.11), so nobody would translate it."""
    names = {*KEYWORDS, "_", "_l"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "betaops").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    catalogue = _catalogue(language)
    known = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id
        and not message.fuzzy
        and (all(message.string) if isinstance(message.string, tuple) else message.string)
    }
    missing = sorted(sentence for sentence in _sentences() if sentence and sentence not in known)
    assert not missing, f"{len(missing)} sentences wait for {language} (make messages): {missing[:10]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fill_in_the_same_places(language: str) -> None:
    wrong = []
    for message in _catalogue(language):
        if not message.id or not message.string:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(PLACE.findall(ids[-1]))
        wrong += [
            string
            for string in strings
            if set(PLACE.findall(string)) - wanted or (wanted - set(PLACE.findall(string)) - {"%(num)s"})
        ]
    assert not wrong, wrong[:10]
