"""This page's own address with some query values changed: sort links, filter chips, pages."""

from urllib.parse import urlencode

from flask import request


def here(**changes: object) -> str:
    """The present path and query; a value of None leaves that name out, a list repeats it.

    Changing anything but the cursor drops the cursor: a list in another order has other pages.
    """
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in changes and not (name == "cursor" and changes)
    ]
    for name, value in changes.items():
        values = value if isinstance(value, list | tuple) else [value]
        kept += [(name, str(each)) for each in values if each is not None and each != ""]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def local(target: str | None) -> str | None:
    """`target` if it is a path of ours: no link sends people elsewhere after signing in or changing the theme."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or not target.isprintable()
    ):
        return None
    return target
