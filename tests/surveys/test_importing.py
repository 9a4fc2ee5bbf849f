"""Files of any kind: which tool wrote them, what is refused, and that nothing fails without a report."""

import json
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from betaops.kernel.errors import Invalid
from betaops.surveys.checking import problems
from betaops.surveys.importers import read_any
from betaops.surveys.importers.files import MOST_ELEMENTS, xml_in
from betaops.surveys.importers.repairing import repaired
from betaops.surveys.importers.report import Report
from betaops.surveys.importers.xlsform.sheets import _refuse_huge
from betaops.surveys.importers.xlsform.sheets import read as read_workbook
from betaops.surveys.reading import read
from tests.factories.survey_files import (
    FORM,
    FORM_CHOICES,
    FORM_SETTINGS,
    FORMBRICKS,
    FORMBRICKS_BLOCKS,
    LIME,
    POSTHOG,
    QUALTRICS,
    all_samples,
    lss,
    xlsx,
)

SAMPLES = all_samples()


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_file_is_known_by_what_is_in_it_and_can_be_published(name: str) -> None:
    definition, report = read_any(SAMPLES[name])
    assert definition is not None
    assert report.format == name
    assert problems(read(definition)) == []
    assert report.problems == []
    assert report.title
    assert report.taken


def test_ours_is_taken_whole_unknown_properties_included() -> None:
    source = {"elements": [{"type": "text", "name": "q", "odd": {"x": [1, None]}}], "zzz": {"a": 1.5}}
    definition, report = read_any(json.dumps(source).encode())
    assert definition == source
    assert report.format == "SurveyJS"


@pytest.mark.parametrize("source", [{"surveys": [POSTHOG]}, {"results": [POSTHOG], "count": 1}, [POSTHOG]])
def test_posthogs_lists_are_known(source: Any) -> None:
    definition, report = read_any(json.dumps(source).encode())
    assert definition is not None
    assert (report.format, report.title) == ("PostHog", "After the tour")


def test_of_several_surveys_the_first_is_taken_and_the_others_are_named() -> None:
    other = {**POSTHOG, "name": "Second"}
    _definition, report = read_any(json.dumps({"surveys": [POSTHOG, other]}).encode())
    assert any("Second" in line for line in report.dropped)


def test_an_archive_of_limesurvey_holds_a_survey_too() -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("survey_1_responses.lsr", b"<x/>")
        archive.writestr("survey_1.lss", lss())
    definition, report = read_any(file.getvalue())
    assert definition is not None
    assert report.format == "LimeSurvey"
    assert any("archive" in line for line in report.dropped)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"hello", "not JSON"),
        (b'{"a":', "not JSON"),
        (b"[1, 2]", "not a survey"),
        (b"null", "not a survey"),
        (b'{"question": 1}', "not a survey"),
        (b"<html><body/></html>", "not a survey of LimeSurvey"),
        (b"<document><LimeSurveyDocType>Group</LimeSurveyDocType></document>", "not a survey of LimeSurvey"),
        (b"<document>", "not XML"),
        (b"PK\x03\x04 cut", "cannot be unpacked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"),
        (b"x" * 5_000_001, "five megabytes"),
        (b"[" * 100_000, "not JSON"),
        (b"<a>" * 200_000, "more here than"),
        (b"<a>" * 50_000 + b"</a>" * 50_000, "more here than"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not JSON"),
    ],
)
def test_what_is_no_survey_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    definition, report = read_any(data)
    assert definition is None
    assert words in report.problems[0]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_refused(head: str) -> None:
    definition, report = read_any(f'<?xml version="1.0"?>{head}<document>&a;</document>'.encode())
    assert definition is None
    assert "entities" in report.problems[0]


@pytest.mark.parametrize(
    ("encoding", "is_named"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),
        ("utf-16", False),
        ("utf-16-le", False),
        ("utf-16-be", False),
        ("cp1252", True),
    ],
)
def test_files_that_are_not_utf_8_are_read(encoding: str, is_named: bool) -> None:
    source = json.dumps({"elements": [{"type": "text", "name": "q", "title": "Größe?"}]}, ensure_ascii=False)
    definition, report = read_any(source.encode(encoding))
    assert definition is not None
    assert definition["elements"][0]["title"] == "Größe?"
    assert any("cp1252" in line for line in report.approximated) == is_named


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_xml_says_its_encoding_itself(encoding: str) -> None:
    source = (
        lss()
        .decode()
        .replace('encoding="UTF-8"', f'encoding="{encoding.upper()}"')
        .replace("Week one", "Größe")
    )
    definition, _report = read_any(source.encode(encoding))
    assert definition is not None
    assert definition["title"]["default"] == "Größe"


def _archive(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def test_archives_that_unpack_to_too_much_are_refused() -> None:
    definition, report = read_any(_archive(**{"xl/workbook.xml": b"0" * 41_000_000}))
    assert definition is None
    assert "larger" in report.problems[0]


def test_an_archive_that_says_less_than_it_holds_is_refused() -> None:
    whole = bytearray(_archive(**{"xl/workbook.xml": b"0" * 3_000_000}))
    entry = whole.index(b"PK\x01\x02")
    struct.pack_into("<L", whole, entry + 24, 100)
    struct.pack_into("<L", whole, entry + 16, zlib.crc32(b"0" * 50))
    definition, report = read_any(bytes(whole))
    assert definition is None
    assert "damaged" in report.problems[0]


def test_a_survey_in_an_archive_is_no_larger_than_one_outside() -> None:
    definition, report = read_any(_archive(**{"a.lss": b"<document>" + b"<a/>" * 2_000_000 + b"</document>"}))
    assert definition is None
    assert "five megabytes" in report.problems[0]


def test_xml_of_many_elements_is_refused_while_it_is_read() -> None:
    with pytest.raises(Invalid, match="more here"):
        xml_in("<document>" + "<a/>" * (MOST_ELEMENTS + 1) + "no more is read")


@pytest.mark.parametrize(
    "place", ["XFD1048576", "XFD00000001048576", "&#88;FD40000", "AAAAAAAAAAAAAXFD40000"]
)
@pytest.mark.parametrize("folder", ["worksheets/", "elsewhere/"])
def test_a_sheet_whose_cells_lie_far_apart_is_refused_before_it_is_laid_out(folder: str, place: str) -> None:
    data = xlsx(FORM, FORM_CHOICES, FORM_SETTINGS)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml").replace(
        b"</sheetData>", b'<row><c r="%s"><v>1</v></c></row></sheetData>' % place.encode()
    )
    links = "xl/_rels/workbook.xml.rels"
    moved = parts[links].replace(b"worksheets/sheet1.xml", f"{folder}sheet1.xml".encode())
    with pytest.raises(Invalid, match=r"rows or columns|damaged"):
        read_workbook(parts | {f"xl/{folder}sheet1.xml": sheet, links: moved})
    _refuse_huge(b'<c r="B2"/>')


def test_a_workbook_is_read_as_no_other_format() -> None:
    """The library tries others where it cannot read the first: their cells would be counted by nobody."""
    whole = {"xl/workbook.xml": b"", "mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
    whole["content.xml"] = (
        b"<office:document-content><office:body><office:spreadsheet>"
        b'<table:table table:name="survey"><table:table-row><table:table-cell><text:p>type</text:p></table:table-cell>'
        b"</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    whole["META-INF/manifest.xml"] = b"<manifest:manifest></manifest:manifest>"
    with pytest.raises(Invalid, match="damaged"):
        read_workbook(whole)


def test_a_workbook_without_the_sheet_survey_is_refused() -> None:
    definition, report = read_any(xlsx([["a", "b"], ["c", "d"]]))
    assert definition is None
    assert "XLSForm" in report.problems[0]


def test_a_report_stays_readable_however_many_lines_there_are() -> None:
    questions = [
        {"type": "cal", "id": f"q{number}", "headline": {"default": "x" * 500}} for number in range(500)
    ]
    _definition, report = read_any(json.dumps({"name": "n", "questions": questions * 3}).encode())
    assert len(report.dropped) < 1200
    assert max(map(len, report.dropped)) <= 300


KEYS = st.sampled_from(["0", "1", "Type", "id", "default"])
# What may stand anywhere, however little sense it makes.
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["", "Question", "question", "Y", "1", "${a}", "{b}", "QID1", "q://QID1/SelectableChoice/1", "'", True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, inner in items for place in _places(inner, (*way, key)))]


def _changed(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    if isinstance(value, dict):
        return {**value, way[0]: _changed(value[way[0]], way[1:], new)}
    return [_changed(inner, way[1:], new) if index == way[0] else inner for index, inner in enumerate(value)]


@pytest.mark.parametrize(
    "sample",
    [QUALTRICS, POSTHOG, FORMBRICKS, FORMBRICKS_BLOCKS],
    ids=["qualtrics", "posthog", "formbricks", "blocks"],
)
@settings(QUICK, max_examples=80)
@given(data=st.data())
def test_json_with_anything_anywhere_gives_a_report(sample: dict[str, Any], data: st.DataObject) -> None:
    changed: Any = sample
    for _round in range(data.draw(st.integers(1, 4))):
        changed = _changed(changed, data.draw(st.sampled_from(_places(changed))), data.draw(ODD))
    _judged(json.dumps(changed).replace("NaN", "null").replace("Infinity", "1e300").encode())


def _judged(source: bytes) -> None:
    definition, report = read_any(source)
    if definition is None:
        assert report.problems
        return
    left = [
        each
        for each in problems(read(definition))
        if "expression" in each.code or each.code.startswith("unknown")
    ]
    if report.format != "SurveyJS":
        assert left == []


@QUICK
@given(data=st.data())
def test_limesurvey_with_anything_in_its_cells_gives_a_report(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(LIME)))
    rows = [dict(row) for row in LIME[table]]
    cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).filter(
        lambda text: "]]>" not in text
    )
    formula = st.text("()!=<>&|+-*/ \"'.,{}xX019plan_", max_size=30)
    for _round in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(cell | formula)
    if data.draw(st.booleans()):
        rows.pop(data.draw(st.integers(0, len(rows) - 1)))
    _judged(lss(**{table: rows}))


@settings(QUICK, max_examples=10)
@given(data=st.data())
def test_a_form_with_anything_in_its_cells_gives_a_report(data: st.DataObject) -> None:
    rows = [list(row) for row in FORM]
    formula = st.text("()!=<>+-*/ \"'.,${}x019years_", max_size=30)
    cell = (
        formula
        | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
        | st.integers(-9, 9)
    )
    for _round in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(cell)
    _judged(xlsx(rows, FORM_CHOICES, FORM_SETTINGS))


@pytest.mark.parametrize("name", ["LimeSurvey", "XLSForm", "Qualtrics"])
@QUICK
@given(data=st.data())
def test_files_that_were_cut_or_damaged_give_a_report(name: str, data: st.DataObject) -> None:
    source = bytearray(SAMPLES[name])
    if data.draw(st.booleans()):
        del source[data.draw(st.integers(0, len(source))) :]
    for _round in range(data.draw(st.integers(0, 5))):
        if source:
            source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    definition, report = read_any(bytes(source))
    assert definition is not None or report.problems


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_give_a_report(data: bytes) -> None:
    definition, report = read_any(data)
    assert definition is not None or report.problems


def test_a_calculated_value_whose_formula_cannot_stay_is_empty_and_may_still_be_spoken_of() -> None:
    asked = {"type": "text", "name": "a", "visibleIf": "{score} = 1"}
    draft = {
        "pages": [{"name": "p", "elements": [asked]}],
        "calculatedValues": [{"name": "score", "expression": "1 +"}],
    }
    left = repaired(draft, Report())
    assert left["calculatedValues"] == [{"name": "score", "expression": "''"}]
    assert problems(read(left)) == []
