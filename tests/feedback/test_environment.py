"""What a browser tells about itself is kept by known names, cut to size, and read into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.feedback import environment

AGENTS = {
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36": (
        "Chrome 126", "Android 14",
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1 Version/17.4 Mobile/15E148 Safari/604.1": (
        "Safari 17.4", "iOS 17.4",
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0": (
        "Edge 125", "Windows 10",
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0": ("Firefox 127", "Linux"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15": (
        "Safari 17.5", "macOS 10.15",
    ),
}  # fmt: skip

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*environment.FIELDS, "x"]), inner),
)


@pytest.mark.parametrize(("agent", "names"), AGENTS.items())
def test_browser_and_system_are_named_from_the_user_agent(agent, names):
    kept = environment.kept({}, agent)
    assert (kept["browser"], kept["system"]) == names


def test_unknown_names_lists_and_control_characters_are_left_out():
    told = {"screen": "1280\u00d7720\r\nX-Evil: 1", "viewport": ["no"], "cookies": "secret", "language": "de"}
    assert environment.kept(told) == {"screen": "1280\u00d7720 X-Evil: 1", "language": "de"}


@given(anything, st.text())
def test_whatever_is_told_becomes_a_small_flat_dict(told, agent):
    kept = environment.kept(told, agent)
    assert kept.keys() <= environment.FIELDS.keys()
    assert all(
        isinstance(value, str) and 0 < len(value) <= environment.FIELDS[name] for name, value in kept.items()
    )


def test_a_summary_is_one_line():
    assert environment.summary({"browser": "Chrome 126", "system": "Android 14"}) == "Chrome 126, Android 14"
    assert environment.summary({}) == ""
