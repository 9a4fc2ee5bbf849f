"""Files of responses: CSV, Excel, JSON and SPSS, made while they are read.

JSON is one document a line for each response (NDJSON).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Self

import orjson
from sqlalchemy.orm import Session

from betaops.kernel import clock, ids
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Platform
from betaops.surveys.definition import Question
from betaops.surveys.formats import sheets, spss, variables, workbooks
from betaops.surveys.formats.spss import Format as Shown
from betaops.surveys.formats.spss import Measure, Variable
from betaops.surveys.localised import DEFAULT
from betaops.surveys.models import ResponseState, Survey
from betaops.surveys.queries import exporting, shows_arms
from betaops.surveys.queries.exporting import Exported

#: Up to so many responses a file is answered at once; above, a job writes it.
AT_ONCE = 2_000
#: Responses after which a job says how far it is.
STEP = 2_000

Progress = Callable[[int, int], None]


class FileFormat(StrEnum):
    """`json` is NDJSON: a document a line."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    SAV = "sav"


CONTENT_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSON: "application/x-ndjson",
    FileFormat.SAV: "application/x-spss-sav",
}
ENDINGS = {FileFormat.JSON: "ndjson"}

#: What stands before the answers in sheets; not translated, so that programs find it.
ABOUT = ("response", "version", "state", "door", "language", "tester", "mail", "started", "finished")
#: Stands behind it, of surveys that have arms.
ARM = "arm"


@dataclass(frozen=True)
class Wanted:
    """What is to stand in the file: which responses, and in which language questions and choices are named."""

    format: FileFormat = FileFormat.CSV
    states: tuple[ResponseState, ...] = (ResponseState.COMPLETE,)
    language: str = DEFAULT

    def to_json(self) -> dict[str, Any]:
        """For a job's arguments."""
        return {
            "format": self.format.value,
            "states": [state.value for state in self.states],
            "language": self.language,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        states = tuple(ResponseState(state) for state in told["states"])
        return cls(FileFormat(told["format"]), states, str(told["language"]))


def file_name(survey: Survey, wanted: Wanted) -> str:
    ending = ENDINGS.get(wanted.format, wanted.format.value)
    return f"answers-{ids.encode('svy', survey.id)[-6:]}.{ending}"


def streamed(platform: Platform, survey: Survey, wanted: Wanted) -> Iterator[bytes]:
    """The file, in a transaction of its own that is open as long as it is read."""
    with platform.database.reading_still(survey.workspace_id) as session:
        yield from pieces(session, survey, wanted)


def count(session: Session, survey: Survey, wanted: Wanted) -> int:
    return exporting.count_in(session, survey.id, wanted.states)


def pieces(
    session: Session, survey: Survey, wanted: Wanted, progress: Progress | None = None
) -> Iterator[bytes]:
    """The file, little by little. `session` stays open until the last piece, and reads one state of the database."""
    tell = _Steps(count(session, survey, wanted), progress) if progress else None
    about = _About(session, survey)
    if wanted.format is FileFormat.JSON:
        found = exporting.exported(session, survey.id, wanted.states, tell)
        return _documents(found, survey, about, exporting.Split(session, survey.id))
    questions = exporting.export_questions(session, survey.id)
    if wanted.format is FileFormat.SAV:
        return _system_file(session, survey, wanted, questions, about, tell)
    columns = sheets.columns(questions, wanted.language)
    heads = [*about.names, *(head for head, _question, _part in columns)]
    known = sheets.Rows(columns, wanted.language)
    split = exporting.Split(session, survey.id)
    found = exporting.exported(session, survey.id, wanted.states, tell)
    rows = ([*about.values(each), *known.cells(split.answers(each))] for each in found)
    if wanted.format is FileFormat.CSV:
        return (line.encode("utf-8", "replace") for line in sheets.lines(heads, rows))
    if len(heads) > workbooks.MOST_COLUMNS:
        raise Refused("too_wide", _("A workbook cannot have so many columns. Choose CSV or JSON."))
    told = exporting.export_languages(session, survey.id)
    return workbooks.pieces(
        heads,
        rows,
        names=(_("Answers"), _("Questions")),
        explained=_explained(questions, told, len(about.names)),
    )


class _Steps:
    """Tells a job's progress now and then: each time is a write."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress, self._told = total, progress, 0

    def __call__(self, done: int) -> None:
        if done - self._told >= STEP or done < self._told:
            self._told = done
            self._progress(done, max(done, self._total))


class _About:
    """What is said about a response; its arm where the survey has arms, and left empty where few people would be told."""

    def __init__(self, session: Session, survey: Survey) -> None:
        self.names = (*ABOUT, ARM) if survey.has_arms else ABOUT
        self._shows_arm = shows_arms(session, survey)

    def values(self, row: Exported) -> list[Any]:
        found = [
            ids.encode("rsp", row.id),
            row.number,
            row.state.value,
            row.door,
            row.language,
            row.name,
            row.mail,
            row.started_at,
            row.finished_at,
        ]
        return [*found, self.arm(row)] if ARM in self.names else found

    def arm(self, row: Exported) -> str | None:
        return (row.arm or None) if self._shows_arm else None


def _documents(
    rows: Iterable[Exported], survey: Survey, about: _About, split: exporting.Split
) -> Iterator[bytes]:
    survey_id = ids.encode("svy", survey.id)
    for row in rows:
        told = {
            "id": ids.encode("rsp", row.id),
            "survey": survey_id,
            "version": row.number,
            "state": row.state.value,
            "door": row.door,
            "language": row.language,
            "tester": {"id": ids.encode("tst", row.tester_id), "name": row.name, "mail": row.mail}
            if row.tester_id
            else None,
            "started_at": row.started_at,
            "finished_at": row.finished_at,
            **({"arm": about.arm(row)} if survey.has_arms else {}),
            "answers": row.answers,
            "series": split.names(row.number, row.answers),
        }
        yield orjson.dumps(told, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


def _explained(questions: list[Question], languages: list[str], before: int) -> list[list[Any]]:
    """Which column is which question, in every language it is asked in; `before` columns stand in front."""
    asked = sheets.columns(questions, DEFAULT)
    in_each = [[head for head, _question, _part in sheets.columns(questions, each)] for each in languages]
    heads = [
        _("Column"),
        _("Question"),
        _("Type"),
        *(_("Label (%(language)s)", language=each) for each in languages),
    ]
    return [
        heads,
        *(
            [before + place + 1, question.name, question.kind, *(labels[place] for labels in in_each)]
            for place, (_head, question, _part) in enumerate(asked)
        ),
    ]


def _system_file(
    session: Session,
    survey: Survey,
    wanted: Wanted,
    questions: list[Question],
    about: _About,
    tell: _Steps | None,
) -> Iterator[bytes]:
    """Read twice: what stands in the head of the file is known only after all answers were seen."""
    columns = variables.columns(questions, wanted.language)
    split = exporting.Split(session, survey.id)
    total = 0
    texts = _Widths(about.names)
    for row in exporting.exported(session, survey.id, wanted.states):
        total += 1
        texts.see(about.values(row))
        answers = split.answers(row)
        for column in columns:
            column.see(answers)
    wished = [*texts.variables(), *chain.from_iterable(column.variables() for column in columns)]
    named = [
        Variable(name, each.label, each.width, each.labels, each.missing, each.measure, each.format)
        for name, each in zip(spss.names(each.name for each in wished), wished, strict=True)
    ]
    rows = (
        [
            *_plain(about.values(row)),
            *chain.from_iterable(column.values(answers) for column in columns),
        ]
        for row in exporting.exported(session, survey.id, wanted.states, tell)
        for answers in (split.answers(row),)
    )
    return spss.pieces(named, rows, count=total, label=survey.name, at=clock.now())


class _Widths:
    """The longest texts about responses, in bytes."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self._widths = names, [1] * len(names)

    def see(self, about: list[Any]) -> None:
        for place, value in enumerate(about):
            if isinstance(value, str):
                self._widths[place] = max(self._widths[place], len(value.encode("utf-8", "replace")))

    def variables(self) -> list[Variable]:
        found = []
        for name, width in zip(self._names, self._widths, strict=True):
            if name in ("started", "finished"):
                found.append(Variable(name, name, measure=Measure.SCALE, format=Shown.MOMENT))
            else:
                found.append(Variable(name, name, width=0 if name == "version" else width))
        return found


def _plain(about: list[Any]) -> list[Any]:
    return [spss.moment(value) if hasattr(value, "astimezone") else value for value in about]
