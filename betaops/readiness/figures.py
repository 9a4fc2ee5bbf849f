"""Numbers of each unit in words of the reader's language."""

from enum import StrEnum

from babel.numbers import format_decimal, format_percent

from betaops.kernel import i18n


class Unit(StrEnum):
    """What a measure's numbers are: the unit of thresholds, estimates and ranges."""

    #: 0 to 1, said in percent.
    SHARE = "share"
    #: −100 to 100, a Net Promoter Score.
    POINTS = "points"
    #: A mean on the scale of a question.
    MEAN = "mean"
    #: A mean score from 0 to 100.
    SCORE = "score"
    #: A number of things.
    COUNT = "count"


#: Most digits behind the point that are ever shown.
_DIGITS = {Unit.SHARE: 0, Unit.POINTS: 0, Unit.MEAN: 1, Unit.SCORE: 1, Unit.COUNT: 0}


def figure(value: float, unit: Unit, *, against: float | None = None) -> str:
    """“72%”, “+34”, “4.2”, “3”.

    `against` is the line the value is read against: where rounding would put both on the same spot though
    they differ, digits are added (at most two) until they stand apart.
    """
    digits = _DIGITS[unit]
    if against is not None and value != against:
        while digits < _DIGITS[unit] + 2 and _written(value, unit, digits) == _written(against, unit, digits):
            digits += 1
    return _written(value, unit, digits)


def span(low: float, high: float, unit: Unit) -> str:
    """“57–92%”, “+12 to +40”."""
    first, second = figure(low, unit), figure(high, unit)
    if unit is Unit.POINTS:
        return i18n.gettext("%(low)s to %(high)s", low=first, high=second)
    if unit is Unit.SHARE and first.endswith("%") and second.endswith("%"):
        first = first.removesuffix("%").rstrip()
    return f"{first}–{second}"


def gap(difference: float, unit: Unit) -> str:
    """“+17 points” of a share, else “−0.4”."""
    if unit is Unit.SHARE:
        points = format_decimal(100 * difference, format="+#,##0;−#,##0", locale=i18n.locale())
        return i18n.gettext("%(points)s points", points=points)
    places = "." + "0" * _DIGITS[unit] if _DIGITS[unit] else ""
    return format_decimal(difference, format=f"+#,##0{places};−#,##0{places}", locale=i18n.locale())


def gaps(low: float, high: float, unit: Unit) -> str:
    """“+3 points to +30 points”."""
    return i18n.gettext("%(low)s to %(high)s", low=gap(low, unit), high=gap(high, unit))


def about(number: int) -> str:
    """A forecast's number, as exact as it is meant: 7, 35, 110."""
    if number >= 100:
        step = 10 ** (len(str(number)) - 2)
    else:
        step = 5 if number >= 20 else 1
    return format_decimal(round(number / step) * step, locale=i18n.locale())


def _written(value: float, unit: Unit, digits: int) -> str:
    places = "." + "0" * digits if digits else ""
    if unit is Unit.SHARE:
        return format_percent(value, format=f"#,##0{places}%" if digits else None, locale=i18n.locale())
    if unit is Unit.POINTS:
        return format_decimal(value, format=f"+#,##0{places};−#,##0{places}", locale=i18n.locale())
    return format_decimal(value, format=f"#,##0{places}", locale=i18n.locale())


def number_of(text: str, unit: Unit) -> float | None:
    """What somebody wrote, in the unit: “72 %” and “72” are the share 0.72. None for what is no number, or beyond a unit's
    bounds."""
    plain = text.strip().removesuffix("%").replace(",", ".").replace("−", "-").strip()
    try:
        value = float("" if "_" in plain else plain)
    except ValueError:
        return None
    if unit is Unit.SHARE:
        value = round(value / 100, 9)
    return value if is_possible(value, unit) else None


def is_possible(value: float, unit: Unit) -> bool:
    """Whether anything in that unit can come to that: a count is whole, so that “1,234” is not taken for 1.234."""
    low, high = {Unit.SHARE: (0, 1), Unit.POINTS: (-100, 100), Unit.COUNT: (0, 1e9)}.get(unit, (-1e9, 1e9))
    return low <= value <= high and (unit is not Unit.COUNT or value == int(value))
