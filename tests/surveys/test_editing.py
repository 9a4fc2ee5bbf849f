"""What the builder does to a draft."""

import copy
from typing import Any

import pytest

from betaops.kernel.errors import NotFound
from betaops.surveys import editing

DRAFT: dict[str, Any] = {
    "pages": [
        {"name": "one", "elements": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
        {
            "name": "two",
            "elements": [
                {"name": "g", "type": "panel", "elements": [{"name": "x"}, {"name": "y"}]},
                {"name": "d"},
            ],
        },
    ]
}


def names(items: list[dict[str, Any]]) -> str:
    """ "ab g(xy)": elements and, in brackets, those of panels."""
    return "".join(
        each["name"] + (f"({names(each['elements'])})" if each.get("elements") is not None else "")
        for each in items
    )


@pytest.mark.parametrize(
    ("spot", "before", "order", "now_at"),
    [
        ("0.0", "0.2", "one(bac)two(g(xy)d)", "0.1"),
        ("0.2", "0.0", "one(cab)two(g(xy)d)", "0.0"),
        ("0.0", "0.3", "one(bca)two(g(xy)d)", "0.2"),
        ("0.1", "0.1", "one(abc)two(g(xy)d)", "0.1"),
        ("0.1", "1.0", "one(ac)two(bg(xy)d)", "1.0"),
        ("1.1", "1.0.1", "one(abc)two(g(xdy))", "1.0.1"),
        ("1.0.0", "1.0", "one(abc)two(xg(y)d)", "1.0"),
        ("1.0.1", "0.3", "one(abcy)two(g(x)d)", "0.3"),
        ("1", "0", "two(g(xy)d)one(abc)", "0"),
    ],
)
def test_an_element_is_put_before_another(spot: str, before: str, order: str, now_at: str) -> None:
    untouched = copy.deepcopy(DRAFT)
    new, place = editing.put(DRAFT, spot, before)
    assert (names(new["pages"]), place) == (order, now_at)
    assert editing.element_at(new, place) == editing.element_at(DRAFT, spot)
    assert untouched == DRAFT


def test_what_is_taken_from_before_its_new_group_moves_that_group_up() -> None:
    new, place = editing.put(
        {"pages": [{"elements": [{"name": "a"}, {"name": "g", "elements": []}]}]}, "0.0", "0.1.0"
    )
    assert (names(new["pages"][0]["elements"]), place) == ("g(a)", "0.0.0")


@pytest.mark.parametrize(
    ("spot", "before"),
    [
        ("0.0", "1"),
        ("0", "1.0"),
        ("1.0", "1.0.1"),
        ("0.3", "0.0"),
        ("0.0", "0.4"),
        ("0.0", "2.0"),
        ("x", "0.0"),
        ("0.0", ""),
    ],
)
def test_there_is_no_such_place(spot: str, before: str) -> None:
    with pytest.raises(NotFound):
        editing.put(DRAFT, spot, before)
