"""SPSS files, read back by another program."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.surveys.formats import spss
from betaops.surveys.formats.spss import Format, Measure, Variable

NOW = datetime(2026, 11, 30, 9, 5, 7, tzinfo=UTC)


def read(path: Path, variables: list[Variable], rows: Any, **options: Any) -> Any:
    path.write_bytes(b"".join(spss.pieces(variables, rows, count=len(rows), label="Week 2", at=NOW)))
    return pyreadstat.read_sav(path, **options)


def test_labels_missing_values_and_letters_of_all_alphabets_arrive(tmp_path: Path) -> None:
    variables = [
        Variable(
            "nps", "Würden Sie es empfehlen?", labels={0.0: "Nie", 10.0: "Sofort"}, measure=Measure.SCALE
        ),
        Variable("plan", "Which plan?", labels={1.0: "Pro", -99.0: "Weiß nicht"}, missing=(-99.0, -98.0)),
        Variable("why", "なぜ？", width=40),
        Variable("started", "Started", format=Format.MOMENT, measure=Measure.SCALE),
        Variable("price", "Price", format=Format.DECIMAL),
    ]
    rows = [
        [10, 1, "Grüße 漢字", spss.moment(NOW), 1.25],
        [None, -99, None, None, -1e12],
        [3, None, "", spss.moment(NOW), 151],
    ]
    frame, meta = read(tmp_path / "a.sav", variables, rows, output_format="dict", user_missing=True)
    assert meta.number_rows == 3
    assert meta.file_encoding == "UTF-8"
    assert meta.column_names == ["nps", "plan", "why", "started", "price"]
    assert meta.column_names_to_labels["nps"] == "Würden Sie es empfehlen?"
    assert meta.column_names_to_labels["why"] == "なぜ？"
    assert meta.variable_value_labels == {
        "nps": {0.0: "Nie", 10.0: "Sofort"},
        "plan": {1.0: "Pro", -99.0: "Weiß nicht"},
    }
    assert meta.missing_ranges == {"plan": [{"lo": -99.0, "hi": -99.0}, {"lo": -98.0, "hi": -98.0}]}
    assert meta.variable_measure["nps"] == "scale"
    assert meta.variable_measure["plan"] == "nominal"
    assert list(frame["why"]) == ["Grüße 漢字", "", ""]
    assert list(frame["price"]) == [1.25, -1e12, 151.0]
    assert frame["nps"][0] == 10
    assert frame["nps"][1] is None or math.isnan(frame["nps"][1])
    assert frame["plan"][1] == -99
    assert str(frame["started"][0]).startswith("2026-11-30 09:05:07") or frame["started"][0] == NOW.replace(
        tzinfo=None
    )


@pytest.mark.parametrize("width", [1, 8, 9, 255, 256, 257, 504, 505, 1000, 20_000, spss.LONGEST_STRING])
def test_texts_of_every_length_come_back_whole(tmp_path: Path, width: int) -> None:
    text = "".join(chr(97 + place % 26) for place in range(width))
    variables = [Variable("before", "B"), Variable("text", "T", width=width), Variable("after", "A")]
    rows = [[1, text, 2], [3, "", 4], [5, text[: width // 2], 300]]
    frame, meta = read(tmp_path / "a.sav", variables, rows, output_format="dict")
    assert meta.column_names == ["before", "text", "after"]
    assert list(frame["text"]) == [text, "", text[: width // 2]]
    assert list(frame["before"]) == [1, 3, 5]
    assert list(frame["after"]) == [2, 4, 300]


def test_names_are_valid_and_none_is_there_twice() -> None:
    wanted = [
        "nps",
        "NPS",
        "1st try",
        "",
        "a b",
        "a_b",
        "all",
        "über",
        "x" * 80,
        "x" * 80,
        "end_",
        "a.b.",
        "漢",
    ]
    found = spss.names(wanted)
    assert found[:8] == ["nps", "NPS_2", "v_1st_try", "v", "a_b", "a_b_2", "all_2", "über"]
    assert len({name.upper() for name in found}) == len(wanted)
    assert all(len(name.encode()) <= spss.LONGEST_NAME and name[-1] not in "._" for name in found)


def test_what_is_cut_is_never_cut_through_a_letter(tmp_path: Path) -> None:
    variables = [Variable("a", "ü" * 300, labels={1.0: "漢" * 90}), Variable("b", "b", width=5)]
    frame, meta = read(tmp_path / "a.sav", variables, [[1, "üüüüü"]], output_format="dict")
    assert meta.column_names_to_labels["a"] == "ü" * 127
    assert meta.variable_value_labels["a"] == {1.0: "漢" * 40}
    assert list(frame["b"]) == ["üü"]


@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.floats(-1e300, 1e300) | st.integers(-200, 400),
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=90).map(str.rstrip),
        ),
        max_size=20,
    )
)
@settings(max_examples=20, deadline=None)
def test_whatever_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    width = max([1, *(len(text.encode()) for _number, text in rows)])
    path = tmp_path_factory.mktemp("sav") / "a.sav"
    frame, meta = read(path, [Variable("n"), Variable("t", width=width)], [list(row) for row in rows],
                       output_format="dict", disable_datetime_conversion=True)  # fmt: skip
    assert meta.number_rows == len(rows)
    told = [(None if number is None or math.isnan(number) else number, text)
            for number, text in zip(frame["n"], frame["t"], strict=True)]  # fmt: skip
    # Trailing blanks are no part of a text in this format.
    assert told == [(number, text.rstrip(" ")) for number, text in rows]
