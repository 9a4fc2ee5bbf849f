"""Expressions and answers over the whole language, made up: what both engines are asked about."""

from typing import Any

from hypothesis import strategies as st

_WORDS = st.sampled_from(["a", "B", "abc", "Yes", "true", "FALSE", "x y", "item1", ""])
_DATES = st.sampled_from(["2020-02-29", "2021-12-31", "2024-01-31T10:30:00", "2026-03-02", "1999-07-04"])
_NUMBERS = st.integers(-12, 120) | st.sampled_from([0.1, 0.2, 1.5, -2.5, 2.675, 1000000, 33.333])
_WRITTEN = st.sampled_from(
    ["5", "007", "1,5", "-3", "0", "12.50", " 7 ", "1e3", "0x1F", "123456789012345678"]
)
_SCALARS = st.none() | st.booleans() | _NUMBERS | _WORDS | _WRITTEN | _DATES
_ROWS = st.lists(
    st.fixed_dictionaries({}, optional={"x": _NUMBERS | _WRITTEN, "y": _SCALARS, "z": _WORDS}), max_size=3
)
_LISTS = st.lists(_NUMBERS | _WORDS | _WRITTEN, max_size=3)
_OBJECTS = st.fixed_dictionaries({}, optional={"x": _SCALARS, "row 1": _WORDS, "list": _LISTS})

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "a": _SCALARS,
        "b": _SCALARS,
        "c": _LISTS,
        "d": _LISTS,
        "rows": _ROWS,
        "box": _OBJECTS,
        "grid": st.dictionaries(st.sampled_from(["r1", "r2"]), _OBJECTS, max_size=2),
        "day": _DATES,
        "Q.1": _SCALARS,
    },
)

_NAMES = st.sampled_from(
    [
        "a", "b", "c", "d", "A", "day", "rows", "box", "grid", "missing", "c[0]", "c[1]", "d[9]", "c.length", "missing.length",
        "rows[0].x", "rows[1].y", "rows[0]", "box.x", "box.row 1", "box.list[0]", "grid.r1.x", "Q.1", "#a", "#b", "rows.length",
    ]
).map(lambda name: "{" + name + "}")  # fmt: skip
_CONSTANTS = st.one_of(
    st.integers(-20, 130).map(str),
    st.sampled_from(["0.1", "1.25", "-0.5", "0x10", "true", "False", "null", "undefined", "word", "007"]),
    (_WORDS | _WRITTEN | _DATES).map(lambda word: f"'{word}'"),
    st.just('"it\\"s"'),
)
#: Lists of nothing stand only where both engines know what nothing is: a function without a result is *undefined*
#: to the library, which equals `[]`, while *null* does not. JavaScript's functions cannot be told apart by JSON.
_LISTED = st.lists(
    st.sampled_from(["1", "'a'", "'5'", "-3", "{a}", "{c[0]}", "true", "'Yes'", "{day}"]),
    min_size=1,
    max_size=3,
).map(lambda items: f"[{', '.join(items)}]")
_EMPTIED = st.builds(
    "{} {} []".format,
    _NAMES,
    st.sampled_from(["anyof", "allof", "noneof", "contains", "notcontains", "=", "<>"]),
)
_BETWEEN = st.sampled_from(
    [
        "=", "==", "!=", "<>", "<", ">", "<=", ">=", "=>", "=<", " equal ", " notequal ", " less ", " greater ", " lessorequal ",
        " greaterorequal ", "+", "-", "*", "/", "%", "^", " power ", " and ", " or ", "&&", "||", " AND ", " contains ",
        " notcontains ", " contain ", " anyof ", " allof ", " noneof ", "*=",
    ]
)  # fmt: skip
_UNITS = st.sampled_from(["'days'", "'months'", "'years'", "'hours'", "'minutes'", "'seconds'"])
_MOMENTS = st.sampled_from(["{day}", "'2020-02-29'", "'2021-12-31'", "today()", "currentDate()"])
#: Dates are compared with dates: text that is none the library leaves to `Date.parse`, which guesses ("7" is July 2001)
#: and guesses otherwise in every browser; dates joined to text take the reader's time zone and language.
_DATED = st.one_of(
    st.builds("dateAdd({}, {}, {})".format, _MOMENTS, st.integers(-40, 40).map(str), _UNITS),
    st.builds("getDate({})".format, _MOMENTS),
    st.builds("today({})".format, st.sampled_from(["", "1", "-30"])),
)
_IN_ORDER = st.builds(
    "({} {} {})".format, _DATED, st.sampled_from(["=", "<>", "<", ">", "<=", ">="]), _DATED | _MOMENTS
)
_ATOMS = st.one_of(_NAMES, _NAMES, _CONSTANTS, _CONSTANTS, _LISTED, _EMPTIED, _IN_ORDER)
_COLUMNS = st.sampled_from(["'x'", "'y'", "'z'", "'none'"])
_FILTERS = st.sampled_from(["{y} > 2", "'{y} notempty'", "{z} = 'abc'", "'{x} > 1 and {y} <> 3'"])


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=4).map(", ".join)
    rows = st.sampled_from(["{rows}", "{grid}", "{c}", "{missing}"])
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(["sum", "avg", "min", "max", "count", "iif"]), several),
        st.builds("{}({}, {})".format, st.sampled_from(["round", "trunc"]), inner, st.sampled_from("0123")),
        st.builds("{}({})".format, st.sampled_from(["round", "trunc"]), inner),
        st.builds("iif({}, {}, {})".format, inner, inner, inner),
        st.builds(
            "{}({})".format,
            st.sampled_from(["age", "year", "month", "day", "weekday", "getYear"]),
            _MOMENTS,
        ),
        st.builds("dateDiff({}, {}, {})".format, _MOMENTS, _MOMENTS, _UNITS),
        st.builds("diffDays({}, {})".format, _MOMENTS, _MOMENTS),
        st.builds("age({}, {})".format, _MOMENTS, _UNITS),
        st.builds("currentYear()".format),
        st.builds("substring({}, {}, {})".format, inner, st.sampled_from("012"), st.sampled_from("0134")),
        st.builds("substring({}, {})".format, inner, st.sampled_from("012")),
        st.builds(
            "{}InArray({}, {})".format,
            st.sampled_from(["count", "sum", "avg", "min", "max"]),
            rows,
            _COLUMNS,
        ),
        st.builds(
            "{}InArray({}, {}, {})".format,
            st.sampled_from(["count", "sum", "avg", "min", "max"]),
            rows,
            _COLUMNS,
            _FILTERS,
        ),
        st.builds("{}InArray({}, 'x', 'z', {})".format, st.sampled_from(["min", "max"]), rows, _FILTERS),
    )


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, _BETWEEN, inner),
        st.builds("{}{}{}".format, inner, _BETWEEN, inner),
        st.builds("({})".format, inner),
        st.builds("!{}".format, inner),
        st.builds("{} {}".format, inner, st.sampled_from(["empty", "notempty", "Empty", "NotEmpty"])),
        _calls(inner),
    )


EXPRESSIONS: st.SearchStrategy[str] = st.one_of(st.recursive(_ATOMS, _larger, max_leaves=6), _DATED)


def plain(value: Any) -> Any:
    """A value of ours as the other engine's is written down (`survey_core.cjs`)."""
    if isinstance(value, float):
        return None if value in (float("inf"), float("-inf")) or value != value else value  # noqa: PLR0124
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return {"date": value.isoformat(timespec="seconds")} if hasattr(value, "isoformat") else value
