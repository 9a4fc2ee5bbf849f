"""The present address with some of its query changed."""

import pytest
from flask import Flask

from betaops.web.here import here

app = Flask(__name__, static_folder=None)


@pytest.mark.parametrize(
    ("address", "changes", "expected"),
    [
        ("/list", {}, "/list"),
        ("/list?q=a&state=new", {"sort": "-name"}, "/list?q=a&state=new&sort=-name"),
        ("/list?q=a&state=new", {"state": None}, "/list?q=a"),
        ("/list?state=a&state=b", {"q": "x"}, "/list?state=a&state=b&q=x"),
        ("/list?cursor=zz&q=a", {"sort": "name"}, "/list?q=a&sort=name"),
        ("/list?cursor=zz&q=a", {"cursor": "yy"}, "/list?q=a&cursor=yy"),
        ("/list?cursor=zz", {}, "/list?cursor=zz"),
        ("/list", {"q": "a&b=c ü"}, "/list?q=a%26b%3Dc+%C3%BC"),
        ("/list", {"state": ["a", "b"]}, "/list?state=a&state=b"),
    ],
)
def test_only_what_is_named_changes_and_pages_start_again(
    address: str, changes: dict[str, object], expected: str
) -> None:
    with app.test_request_context(address):
        assert here(**changes) == expected
