"""Where the parts of a definition stand in its JSON."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from betaops.surveys.places import line_of, written

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)


def test_a_place_is_found_on_its_line_and_a_missing_one_on_that_of_its_holder() -> None:
    draft: dict[str, Any] = {
        "title": "x",
        "pages": [{"elements": []}, {"elements": [{"name": "a"}, {"name": "b"}]}],
    }
    lines = written(draft).split("\n")
    assert lines[line_of(draft, ("pages", 1, "elements", 1, "name")) - 1].strip() == '"name": "b"'
    assert line_of(draft, ()) == 1
    assert line_of(draft, ("pages", 1, "elements", 1, "visibleIf")) == line_of(
        draft, ("pages", 1, "elements", 1)
    )


@given(JSON)
def test_every_scalar_is_found_where_it_is_written(value: Any) -> None:
    lines = written(value).split("\n")
    for place, scalar in _scalars(value, ()):
        line = lines[line_of(value, place) - 1].strip().removesuffix(",")
        key = f"{written(place[-1])}: " if place and isinstance(place[-1], str) else ""
        assert line == key + written(scalar)


def _scalars(value: Any, place: tuple[str | int, ...]) -> Any:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _scalars(child, (*place, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _scalars(child, (*place, index))
    else:
        yield place, value
