"""Templates: no inline script or style, nothing marked safe, every sentence translatable."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from tests.support.tree import ROOT, name_of, templates

PAGES = [path for path in templates() if path.suffix == ".html"]
#: Mails cannot have a strict policy or a style sheet of their own; css-inline puts styles there on purpose.
MAILS = ROOT / "templates" / "email"
_LEXER = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=True)
#: Attributes that people read or hear.
_READ = {"alt", "aria-label", "placeholder", "title", "aria-description", "aria-roledescription", "label"}
_NOT_READ = {"code", "kbd", "pre", "samp", "script", "style", "svg", "template"}
#: What stays the same in every language.
_NAMES = {
    "betaops",
    "CSV",
    "JSON",
    "API",
    "PDF",
    "NPS",
    "ID",
    "URL",
    "QR",
    "UTC",
    "PostHog",
    "Markdown",
    "OK",
    "AND",
    "OR",
}
#: Examples of what to type (`note_synced`, `mara@example.com`), and the "yes" that a macro returns.
_CODE = re.compile(r"yes|[a-z0-9.:/-]+[_@/.][a-z0-9_.:/@-]+")
#: A macro may write attributes for others to use.
_ATTRIBUTE = re.compile(r"\s[a-z-]+=\"[^\"]*\"|\s(?:hidden|disabled|checked|selected|required|open)\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HOLE = "\ufffc"


def written(path: Path) -> str:
    """What the template itself writes: statements and comments gone, each expression a hole."""
    parts: list[str] = []
    for _line, kind, value in _LEXER.lex(path.read_text()):
        if kind == "data":
            parts.append(value)
        elif kind == "variable_begin":
            parts.append("x" if parts and parts[-1].endswith(("<", "</")) else _HOLE)
    return "".join(parts)


class Lint(HTMLParser):
    """Collects what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.untranslated: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "script" and "src" not in names and ("type", "application/json") not in attrs:
            self._note(f"<{tag}> without src")
        if tag == "style":
            self._note("<style>")
        for name, value in attrs:
            if name.startswith("on") and name[2:].isalpha() and len(name) > 4:
                self._note(f"{name}=")
            if name == "style":
                self._note("style=")
            if (value or "").strip().lower().startswith("javascript:"):
                self._note(f"{name}=javascript:")
            if name in _READ:
                self._read(value or "")
        if tag in _NOT_READ:
            self._silent += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_READ and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._read(data)

    def _read(self, text: str) -> None:
        text = _ATTRIBUTE.sub(" ", text)
        if _CODE.fullmatch(text.replace(_HOLE, " ").strip()):
            return
        words = [word for word in _WORD.findall(text) if word not in _NAMES]
        if words:
            self.untranslated.append(" ".join(text.split())[:80])

    def _note(self, what: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {what}")


def lint(path: Path) -> Lint:
    found = Lint()
    found.feed(written(path))
    return found


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_has_no_inline_script_or_style(path: Path) -> None:
    found = lint(path).found
    if path.is_relative_to(MAILS) or path.name == "email.html":
        found = [each for each in found if "style" not in each]
    assert found == []


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_nothing_is_marked_safe_in_a_template(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(", text)


# The style page shows components with sample content, to members who build pages.
@pytest.mark.parametrize("path", [path for path in PAGES if path.parent.name != "style"], ids=name_of)
def test_every_sentence_of_a_page_can_be_translated(path: Path) -> None:
    assert lint(path).untranslated == []


@pytest.mark.parametrize("path", [path for path in templates() if path.suffix == ".txt"], ids=name_of)
def test_every_sentence_of_a_mail_can_be_translated(path: Path) -> None:
    words = [word for word in _WORD.findall(written(path)) if word not in _NAMES]
    assert words == []


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_template_can_be_compiled(path: Path) -> None:
    _LEXER.parse(path.read_text())


def test_djlint_is_content() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "djlint", "templates", "--lint", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
