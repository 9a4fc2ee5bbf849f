"""CSV files as people have them."""

import codecs
import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.enrollment import sheets
from betaops.enrollment.sheets import Person, Refusal, Unreadable

TEXT = "Email;Name;Gerät\nana@example.com;Ana Ruiz;iPhone\nben@example.com;Bén Müller;Pixel\n"


def people(data: bytes) -> list[Person]:
    return [row for row in sheets.read(data) if isinstance(row, Person)]


def refusals(data: bytes) -> list[Refusal]:
    return [row for row in sheets.read(data) if isinstance(row, Refusal)]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("cp1252"),
        TEXT.replace(";", "\t").encode("utf-8"),
        TEXT.replace(";", ",").encode("utf-8"),
        TEXT.replace("\n", "\r\n").encode("utf-8"),
        ("sep=;\n" + TEXT).encode("utf-8"),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "utf-16-be",
        "utf-16 without mark",
        "cp1252",
        "tabs",
        "commas",
        "crlf",
        "sep=",
    ],
)
def test_every_usual_encoding_and_separator_reads_the_same(data: bytes) -> None:
    found = people(data)
    assert [(person.mail, person.name, person.attributes) for person in found] == [
        ("ana@example.com", "Ana Ruiz", {"gerat": "iPhone"}),
        ("ben@example.com", "Bén Müller", {"gerat": "Pixel"}),
    ]


@pytest.mark.parametrize(
    "heading", ["email", "E-Mail", "Email Address", "E-mail address", "MAIL", "Adresse e-mail"]
)
def test_the_column_of_addresses_is_found_by_its_usual_names(heading: str) -> None:
    assert people(f"{heading},Age\nana@example.com,7\n".encode())[0].mail == "ana@example.com"


def test_first_and_last_name_become_one() -> None:
    assert people(b"Email,First Name,Last Name\na@example.com,Ana,Ruiz\n")[0].name == "Ana Ruiz"


def test_a_file_without_heading_is_read_when_its_first_row_is_a_person() -> None:
    assert [person.mail for person in people(b"ana@example.com,Ana\nben@example.com,Ben\n")] == [
        "ana@example.com",
        "ben@example.com",
    ]


def test_bad_rows_are_named_by_row_and_reason_and_good_ones_pass() -> None:
    data = b"email,name\nana@example.com,Ana\nnot-an-address,Bo\n,Nobody\nANA@Example.com.,Again\n\ncy@example.com,Cy\n"
    assert [person.mail for person in people(data)] == ["ana@example.com", "cy@example.com"]
    assert [(refusal.row, refusal.value) for refusal in refusals(data)] == [
        (3, "not-an-address"),
        (4, ""),
        (5, "ANA@Example.com."),
    ]
    assert "Row 2" in refusals(data)[2].reason


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    data = b'email,name\n"ana@example.com","two\nlines"\nbad,x\n'
    assert refusals(data)[0].row == 3


def test_formulas_stay_text() -> None:
    person = people(b'email,name,note\nana@example.com,"=HYPERLINK(""x"")",+1\n')[0]
    assert (person.name, person.attributes) == ('=HYPERLINK("x")', {"note": "+1"})


def test_nul_bytes_and_long_names_do_no_harm() -> None:
    data = b"email,name\nana@example.com,A\x00na\nben@example.com," + b"x" * 10_000 + b"\n"
    assert people(data)[0].name == "Ana"
    assert "longer" in refusals(data)[0].reason


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n \n", b"name,age\nAna,7\n", b"\x00\x00\x00", b'"' + b"a@" * 600_000, b"x" * 1_100_000],
    ids=["empty", "blank", "no addresses", "NUL", "an open quote", "one huge cell"],
)
def test_a_file_without_addresses_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable):
        list(sheets.read(data))


def test_an_unclosed_quote_loses_only_what_is_behind_it() -> None:
    data = b'email,name\nana@example.com,Ana\nben@example.com,"Ben\n' + b"cy@example.com,Cy\n" * 100_000
    assert [person.mail for person in people(data)] == ["ana@example.com"]
    assert refusals(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        list(sheets.read(data))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_what_is_written_is_read_back_and_no_cell_is_a_formula(cells: list[str]) -> None:
    heading = [f"c{number}" for number in range(len(cells))]
    data = b"".join(sheets.write(heading, [dict(zip(heading, cells, strict=True))]))
    assert data.startswith(codecs.BOM_UTF8)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for cell in rows[1]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_security_23_cells_that_look_like_formulas_are_written_as_text() -> None:
    data = b"".join(sheets.write(["name"], [{"name": start + "cmd"} for start in "=+-@\t\r"]))
    assert all(line.startswith(("'", "\"'")) for line in data.decode("utf-8-sig").split("\r\n")[1:-1])
