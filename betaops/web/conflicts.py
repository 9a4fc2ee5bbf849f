"""A stale page over a newer one: who saved before, what they saved, and what was typed kept.

    with refusals(form):
        service.change_story(writing(), …, version=number(form.version.data), …)
        return redirect(…)
    conflict = conflict_with(form, saved_form, version=row.version, who=row.changed_by, when=row.changed_at)

`saved_form` is the same form filled from the row, or one with those of its fields that can be told. The page
then says what differs, and saving again is knowingly over the newer version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.web.forms import Form

_BORING = {"HiddenField", "CSRFTokenField"}


@dataclass(frozen=True)
class Conflict:
    """What somebody else saved meanwhile: `fields` are (label, their value) where it differs from what is typed."""

    who: str
    when: datetime
    fields: Sequence[tuple[str, str]]


def number(text: str | None) -> int:
    """The version that a page carried; a page without one is as stale as can be."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def conflict_with(form: Form, saved: Form, *, version: int, who: str, when: datetime) -> Conflict | None:
    """None unless `form` was filled in over an older version. Brings its hidden `version` up to date."""
    if number(form["version"].data) == version:
        return None
    form["version"].data = str(version)
    differing = [
        (str(field.label.text), _shown(saved[field.name].data))
        for field in form
        if field.type not in _BORING
        and field.name in saved
        and _shown(field.data) != _shown(saved[field.name].data)
    ]
    return Conflict(who, when, differing)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "\n".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return " · ".join(text for text in map(_shown, value.values()) if text)
    return str(value).replace("\r\n", "\n").strip()
