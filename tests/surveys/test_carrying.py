"""Choices that one question takes from another are read in that one's words, wherever answers are read."""

import csv
import io
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import exports, queries
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.kinds import answer_words
from betaops.surveys.models import Survey
from betaops.surveys.reading import read
from tests.factories.surveys import a_response, a_survey

TOOLS = {
    "type": "checkbox", "name": "tools", "title": "Tools", "showNoneItem": True,
    "choices": [{"value": "h", "text": "Hammer"}, {"value": "s", "text": {"default": "Saw", "de": "Säge"}}],
}  # fmt: skip
BEST = {
    "type": "radiogroup", "name": "best", "title": "Best", "showOtherItem": True,
    "choicesFromQuestion": "tools", "choicesFromQuestionMode": "selected",
}  # fmt: skip
REST = {"type": "checkbox", "name": "rest", "title": "Rest", "choicesFromQuestion": "best"}
SURVEY: dict[str, Any] = {"elements": [TOOLS, BEST, REST]}


@pytest.fixture
def survey(work: Work) -> Survey:
    survey = a_survey(work, definition=SURVEY, name="Carried")
    a_response(work, survey, {"tools": ["h", "s"], "best": "s", "rest": ["h", "s"]})
    work.session.commit()
    return survey


def base(work: Work, survey: Survey) -> str:
    program = work.session.get_one(Program, survey.program_id)
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"


def test_a_definition_knows_the_words_along_the_whole_way() -> None:
    worded = read(SURVEY).worded.by_name
    assert [each.value for each in worded["best"].choices] == ["h", "s", "other"]
    assert answer_words(worded["rest"], {"rest": ["s", "h"]}, "de") == "Säge, Hammer"
    assert (
        read({"elements": [TOOLS]}).worded.by_name["tools"].choices == read(SURVEY).by_name["tools"].choices
    )


def test_what_carries_from_itself_in_a_circle_has_no_words_and_ends() -> None:
    one = {"type": "radiogroup", "name": "one", "choicesFromQuestion": "two"}
    two = {"type": "radiogroup", "name": "two", "choicesFromQuestion": "one"}
    assert read({"elements": [one, two]}).worded.by_name["one"].choices == ()


def test_inside_panels_questions_carry_from_beside_them_and_from_outside() -> None:
    panel = {
        "type": "paneldynamic", "name": "people",
        "templateElements": [
            {"type": "dropdown", "name": "own", "choicesFromQuestion": "tools"},
            {"type": "dropdown", "name": "again", "choicesFromQuestion": "panel.own"},
        ],
    }  # fmt: skip
    people = read({"elements": [TOOLS, panel]}).worded.by_name["people"]
    words = answer_words(people, {"people": [{"own": "h", "again": "s"}]})
    assert words == "1. own: Hammer, again: Saw"


def test_results_and_cross_tabs_show_them(work: Work, survey: Survey, member_client: Any) -> None:
    client = member_client("viewer")
    page = client.get(f"{base(work, survey)}/results").text
    assert page.count("Hammer") >= 3, "in the question itself and in both that take from it"
    known = {row.name: row.id for row in queries.survey_questions(work.session, survey.id)}
    crossed = client.get(
        f"{base(work, survey)}/results/crosstab?down={known['best']}:&across={known['rest']}:"
    ).text
    assert "Hammer" in crossed
    assert crossed.count("Saw") >= 2


def test_files_show_them(work: Work, survey: Survey, tmp_path: Path) -> None:
    def written(wanted: Wanted) -> bytes:
        return b"".join(exports.streamed(work.platform, survey, wanted))

    row = next(csv.DictReader(io.StringIO(written(Wanted()).decode("utf-8-sig"))))
    assert (row["Best"], row["Rest"]) == ("Saw", "Hammer, Saw")
    path = tmp_path / "a.sav"
    path.write_bytes(written(Wanted(FileFormat.SAV)))
    _frame, meta = pyreadstat.read_sav(path, output_format="dict")
    assert meta.variable_value_labels["best"] == {1: "Hammer", 2: "Saw", 3: "Other (describe)"}
    assert meta.column_names_to_labels["rest_h"] == "Rest: Hammer"
