"""What a person typed into a form that could not be saved, so that the error page can send it again."""

from flask import request
from werkzeug.exceptions import HTTPException

#: After these nothing was saved and the same form may well go through.
WORTH_SENDING_AGAIN = frozenset({500, 503})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def typed(status: int) -> list[tuple[str, str]] | None:
    """Names and values for hidden fields; None where there is nothing to send again.

    Left out are passwords, which belong in no page, and with them the whole offer; likewise for files.
    """
    if status not in WORTH_SENDING_AGAIN or request.method != "POST" or request.mimetype not in _FORMS:
        return None
    try:
        fields = list(request.form.items(multi=True))
        has_files = any(file.filename for file in request.files.values())
    except HTTPException:
        return None
    if has_files or any("password" in name for name, _value in fields):
        return None
    return fields
