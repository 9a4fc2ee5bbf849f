"""Flask's test client with the manners of a browser: it carries CSRF tokens and fills in the forms it is shown."""

import secrets
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Browser(FlaskClient):
    """Requests see what the test has done so far: the test's own Work is committed before each.

    Unsafe requests get a valid CSRF token unless `csrf=False`; `submit` goes the long way, through the page's form.
    """

    #: Called before each request.
    before: Callable[[], None] = staticmethod(lambda: None)
    #: Called after each request: rows that the test holds are read anew.
    after: Callable[[], None] = staticmethod(lambda: None)

    def open(self, *args: Any, csrf: bool = True, **options: Any) -> TestResponse:
        self.before()
        if csrf and options.get("method", "GET").upper() in _UNSAFE:
            options["headers"] = {"X-CSRFToken": self._csrf_token(), **dict(options.get("headers") or {})}
        response = super().open(*args, **options)
        self.after()
        return response

    def submit(
        self, page: str, data: dict[str, Any] | None = None, *, action: str | None = None, **options: Any
    ) -> TestResponse:
        """Open `page`, fill its form (the one whose action ends with `action`, else its last) and send it.

        Fields not in `data` are sent as the page shows them; a value of None leaves the field out.
        """
        shown = self.get(page)
        assert shown.status_code == 200, f"{page} answered {shown.status_code}"
        forms = forms_of(shown.text)
        fitting = [form for form in forms if action is None or form.action.split("?")[0].endswith(action)]
        assert fitting, f"{page} has no form for {action!r}, only {[form.action for form in forms]}"
        form = fitting[-1]
        fields: dict[str, Any] = {**form.fields, **(data or {})}
        sent = {name: value for name, value in fields.items() if value is not None}
        return self.open(form.action or page, method=form.method, data=sent, csrf=False, **options)

    def _csrf_token(self) -> str:
        """What `generate_csrf` would have written into a page of this session."""
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return str(
            URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(raw)
        )


class Form:
    """A form as a page shows it: where it goes, and its fields with their present values."""

    def __init__(self, action: str, method: str) -> None:
        self.action, self.method = action, method
        self.fields: dict[str, Any] = {}

    def add(self, name: str, value: str) -> None:
        if name in self.fields:
            present = self.fields[name]
            self.fields[name] = [*(present if isinstance(present, list) else [present]), value]
        else:
            self.fields[name] = value


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", ""), values.get("method", "get").upper())
            self.forms.append(self._open)
        elif self._open is None or "disabled" in values:
            return
        elif tag == "input" and "name" in values:
            kind = values.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in values:
                return
            if kind not in ("submit", "button", "image", "reset", "file"):
                self._open.add(values["name"], values.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "textarea" and "name" in values:
            self._textarea = values["name"]
            self._open.fields[self._textarea] = ""
        elif tag == "select":
            self._select = values.get("name")
        elif tag == "option" and self._select and "selected" in values:
            self._open.add(self._select, values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._textarea is not None:
            self._open.fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None


def forms_of(html: str) -> list[Form]:
    """Every form of a page, in order."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms
