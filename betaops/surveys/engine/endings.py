"""What somebody sees after the last page: the first words, and the first address, whose condition is true. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from betaops.surveys.engine.actions import line
from betaops.surveys.engine.piping import piped_address, piped_html
from betaops.surveys.engine.scene import Scene
from betaops.surveys.localised import text


def words(scene: Scene) -> str:
    """The author's closing words as HTML, still to be cleaned; empty where they left them to us."""
    own = text(_first(scene, "completedHtmlOnCondition").get("html"), scene.language)
    return piped_html(own or scene.definition.option_text("completedHtml", scene.language), scene)


def address(scene: Scene, origins: Collection[str]) -> str:
    """Where to go on; empty where the survey leads nowhere, or to an origin that is none of its own."""
    own = text(_first(scene, "navigateToUrlOnCondition").get("url"), scene.language)
    source = (own or scene.definition.option_text("navigateToUrl", scene.language)).strip()
    return found if (found := piped_address(source, scene)) and is_allowed(found, origins) else ""


def addresses(options: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], Any]]:
    """Every address of a definition with its place."""
    found: list[tuple[tuple[str | int, ...], Any]] = []
    if options.get("navigateToUrl"):
        found.append((("navigateToUrl",), options["navigateToUrl"]))
    return found + [
        (("navigateToUrlOnCondition", index), item.get("url"))
        for index, item in conditional(options, "navigateToUrlOnCondition")
    ]


def conditional(options: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Endings with a condition, with their number."""
    items = options.get(name)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def is_allowed(found: str, origins: Collection[str]) -> bool:
    """Whether an address is of one of `origins` ("https://example.com"), as a browser reads it."""
    # Browsers take a backslash for a slash and skip control characters: what they would read otherwise is refused.
    if "\\" in found or any(ord(letter) <= 32 or ord(letter) == 127 for letter in found):  # ASCII
        return False
    try:
        parts = urlsplit(found)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and "@" not in parts.netloc
        and origin in {each.lower() for each in origins}
    )


def _first(scene: Scene, name: str) -> Mapping[str, Any]:
    for _index, item in conditional(scene.definition.options, name):
        condition = line(item, "expression")
        if condition and scene.value(condition) is True:
            return item
    return {}
