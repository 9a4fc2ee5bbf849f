"""Input masks: what may be typed by `maskType`, and what of it is stored. Pure.

The page shows the masked form and takes either; the stored one is what `survey-core` 3.1.1 stores.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.expressions.values import text_of
from betaops.surveys.kinds.base import Wrong

LONGEST_PATTERN = 200
_CLASSES = {"9": r"[0-9]", "a": r"[A-Za-z]", "#": r"[A-Za-z0-9]"}
#: Parts of a moment, and how `strftime` writes them.
_PARTS = (
    ("yyyy", "%Y"), ("yy", "%y"), ("mm", "%m"), ("m", "%m"), ("dd", "%d"), ("d", "%d"), ("HH", "%H"), ("H", "%H"),
    ("hh", "%I"), ("h", "%I"), ("MM", "%M"), ("M", "%M"), ("ss", "%S"), ("s", "%S"), ("TT", "%p"), ("tt", "%p"),
)  # fmt: skip


def mask(question: Question) -> str:
    """`pattern`, `numeric`, `currency`, `datetime`, or nothing. Only plain text has one."""
    kind = question.options.get("maskType")
    is_plain = str(question.options.get("inputType") or "text").lower() == "text"
    return str(kind) if is_plain and kind in ("pattern", "numeric", "currency", "datetime") else ""


def settings(question: Question) -> Mapping[str, Any]:
    own = question.options.get("maskSettings")
    return own if isinstance(own, dict) else {}


def pattern(question: Question) -> str:
    return str(settings(question).get("pattern") or "")[:LONGEST_PATTERN]


def moment(question: Question) -> str:
    """What a `datetime` mask asks for, as an `inputType`."""
    parts = pattern(question)
    has_day = not parts or any(letter in parts for letter in "yd")
    has_time = any(letter in parts for letter in "HhM")
    return "datetime-local" if has_day and has_time else "time" if has_time else "date"


def clean(question: Question, value: Any) -> Any:
    """The stored form of what was typed; raises `Wrong` where it does not fit."""
    kind = mask(question)
    saves_masked = settings(question).get("saveMaskedValue") is True
    raw: Any
    if kind == "pattern":
        raw = _raw(question, text_of(value).strip())
    elif kind == "datetime":
        raw = _moment(question, text_of(value).strip())
    else:
        raw = _number(question, value)
    return shown(question, raw) if saves_masked else raw


def shown(question: Question, value: Any) -> str:
    """A stored value as it stands in the field; what does not fit stays as it is."""
    kind, line = mask(question), text_of(value)
    if kind == "pattern":
        return _filled(question, line)
    if kind == "datetime":
        return _written(question, line)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return line
    own, digits = settings(question), f"{value:,.10f}".rstrip("0").rstrip(".")
    words = digits.replace(",", "\0").replace(".", _decimal(own)).replace("\0", _thousands(own))
    prefix, suffix = (str(own.get(name) or "") for name in ("prefix", "suffix"))
    return f"{prefix}{words}{suffix}" if kind == "currency" else words


def _tokens(source: str) -> list[tuple[str, str]]:
    """(class, "") for what is typed, ("", letter) for what stands there."""
    found, letters = [], iter(source)
    for letter in letters:
        if letter == "\\":
            found.append(("", next(letters, "\\")))
        else:
            found.append((_CLASSES[letter], "") if letter in _CLASSES else ("", letter))
    return found


def _raw(question: Question, line: str) -> str:
    tokens = _tokens(pattern(question))
    classes = [kind for kind, _letter in tokens if kind]
    if not classes:
        return line
    if re.fullmatch("".join(classes), line):
        return line
    masked = re.fullmatch(
        "".join(f"({kind})" if kind else re.escape(letter) for kind, letter in tokens), line
    )
    if masked is None:
        raise Wrong(_("Write it in the form %(pattern)s.", pattern=pattern(question).replace("\\", "")))
    return "".join(masked.groups())


def _filled(question: Question, line: str) -> str:
    tokens = _tokens(pattern(question))
    if not re.fullmatch("".join(kind for kind, _letter in tokens if kind), line):
        return line
    letters = iter(line)
    return "".join(next(letters) if kind else letter for kind, letter in tokens)


def _number(question: Question, value: Any) -> float | int:
    own = settings(question)
    if not isinstance(value, int | float) or isinstance(value, bool):
        line = text_of(value).strip()
        line = (
            line.removeprefix(str(own.get("prefix") or "")).removesuffix(str(own.get("suffix") or "")).strip()
        )
        line = line.replace(_thousands(own), "").replace(_decimal(own), ".")
        if not re.fullmatch(r"[-−]?[0-9]{1,15}(\.[0-9]{0,10})?", line):
            raise Wrong(_("Write a number."))
        value = float(line.replace("−", "-"))
    precision = own.get("precision", 2)
    if isinstance(precision, int) and round(value, precision) != value:
        raise Wrong(_("Digits behind the point: at most %(digits)s.", digits=precision))
    if value < 0 and own.get("allowNegativeValues") is False:
        raise Wrong(_("The number must be at least %(low)s.", low=0))
    for name, message in (("min", _("The number must be at least %(low)s.", low=own.get("min"))),
                          ("max", _("The number must be at most %(high)s.", high=own.get("max")))):  # fmt: skip
        limit = own.get(name)
        if isinstance(limit, int | float) and (value < limit if name == "min" else value > limit):
            raise Wrong(message)
    return int(value) if float(value).is_integer() else value


def _moment(question: Question, line: str) -> str:
    kind = moment(question)
    read: Any = {
        "date": date.fromisoformat,
        "datetime-local": datetime.fromisoformat,
        "time": time.fromisoformat,
    }[kind]
    try:
        read(line)
    except ValueError:
        found = _read_by_pattern(question, line)
        if found is None:
            raise Wrong(_("Write a time.") if kind == "time" else _("Write a date.")) from None
        line = found
    own = settings(question)
    low, high = own.get("min"), own.get("max")
    if isinstance(low, str) and low[:1].isdigit() and line < low:
        raise Wrong(_("It must not be before %(low)s.", low=low))
    if isinstance(high, str) and high[:1].isdigit() and line > high:
        raise Wrong(_("It must not be after %(high)s.", high=high))
    return line


def _read_by_pattern(question: Question, line: str) -> str | None:
    try:
        found = datetime.strptime(line, _format(pattern(question)))  # noqa: DTZ007  # a moment of the person's own day
    except ValueError:
        return None
    kind = moment(question)
    if kind == "date":
        return found.date().isoformat()
    return found.isoformat(timespec="minutes") if kind == "datetime-local" else f"{found:%H:%M}"


def _written(question: Question, line: str) -> str:
    """By the author's pattern; only for `saveMaskedValue`, browsers write dates themselves."""
    try:
        found = datetime.fromisoformat(f"2000-01-01T{line}" if moment(question) == "time" else line)
    except ValueError:
        return line
    return found.strftime(_format(pattern(question))) if pattern(question) else line


def _format(source: str) -> str:
    names = dict(_PARTS)
    way = "|".join(name for name, _code in _PARTS)
    return re.sub(rf"{way}|%", lambda found: names.get(found[0], "%%"), source)


def _decimal(own: Mapping[str, Any]) -> str:
    return str(own.get("decimalSeparator") or ".")


def _thousands(own: Mapping[str, Any]) -> str:
    return str(own.get("thousandsSeparator") or ",")
