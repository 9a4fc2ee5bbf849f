"""Text is legible and edges are visible in both themes, computed from the tokens (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from betaops.web.assets import FOLDER

TEXT, EDGE = 4.5, 3.0
_PAIR = re.compile(r"--([\w-]+):\s*(?:light-dark\((#\w{6}),\s*(#\w{6})\)|(#\w{6}));")


def _tokens() -> dict[str, tuple[str, str]]:
    found = {}
    for name, light, dark, both in _PAIR.findall((FOLDER / "css/tokens.css").read_text(encoding="utf-8")):
        found[name] = (light or both, dark or both)
    return found


TOKENS = _tokens()
BACKGROUNDS = ("canvas", "surface", "raised", "hover")
ROLES = ("good", "danger", "waiting", "contradicted", "neutral")


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _pairs() -> list[tuple[str, str, float]]:
    pairs = [
        (text, ground, TEXT) for text in ("ink", "muted", "accent-ink", *ROLES) for ground in BACKGROUNDS
    ]
    pairs += [(text, "sunken", TEXT) for text in ("ink", "muted")]
    pairs += [(role, f"{role}-tint", TEXT) for role in ROLES]
    pairs += [("ink", f"{role}-tint", TEXT) for role in ROLES]
    pairs += [
        ("accent-ink", "accent-tint", TEXT),
        ("ink", "accent-tint", TEXT),
        ("muted", "accent-tint", TEXT),
    ]
    pairs += [("on-accent", "accent", TEXT), ("on-accent", "danger-solid", TEXT)]
    pairs += [("edge", ground, EDGE) for ground in ("canvas", "surface", "raised")]
    pairs += [("focus", ground, EDGE) for ground in BACKGROUNDS]
    return pairs


@pytest.mark.parametrize(("theme", "place"), [("light", 0), ("dark", 1)])
@pytest.mark.parametrize(("front", "ground", "least"), _pairs())
def test_colours_stand_out_from_what_they_stand_on(
    front: str, ground: str, least: float, theme: str, place: int
) -> None:
    contrast = _contrast(TOKENS[front][place], TOKENS[ground][place])
    assert contrast >= least, f"{front} on {ground}, {theme}: {contrast:.2f}"
