"""Definitions from files that other tools wrote: bytes in, SurveyJS JSON and a report out. Pure.

A file is known by what is in it, never by its name alone. Whatever it holds, `read_any` gives a report.
"""

from collections.abc import Callable
from typing import Any

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers import formbricks, lss, posthog, qsf, repairing, surveyjs, xlsform
from betaops.surveys.importers.conditions import Untranslatable
from betaops.surveys.importers.files import (
    LARGEST_FILE,
    bounded,
    decoded,
    is_sixteen_bits,
    json_in,
    unpacked,
)
from betaops.surveys.importers.report import Report
from betaops.surveys.importers.surveyjs import read_file, report_on

#: What files may end in, for people who choose one.
ENDINGS = (".json", ".lss", ".lsa", ".xlsx", ".qsf")

Definition = dict[str, Any]

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_FROM_JSON: tuple[tuple[str, Callable[[Any], bool], Callable[[Any, Report], Definition]], ...] = (
    (qsf.FORMAT, qsf.looks_like, qsf.read),
    (formbricks.FORMAT, formbricks.looks_like, formbricks.read),
    (posthog.FORMAT, posthog.looks_like, posthog.read),
)


def read_any(data: bytes) -> tuple[Definition | None, Report]:
    """The definition in a file of any of the tools, and what became of its parts; None where it is refused.

    Of a refused file the report's `problems` say why.
    """
    report = Report()
    try:
        return _read(bounded(data), report)
    except Invalid as refusal:
        reason = str(refusal.message)
    except Untranslatable as refusal:
        reason = str(refusal)
    except RecursionError:
        reason = _("This is nested too deeply for a survey.")
    return None, Report(title=report.title, format=report.format, problems=[reason])


def _read(data: bytes, report: Report) -> tuple[Definition, Report]:
    if not data.strip(b" \t\r\n\0"):
        raise Invalid("empty_file", _("The file is empty."))
    if data[:4] == _OLD_WORKBOOK:
        raise Invalid("old_workbook", _("This is an old workbook (.xls). Save it as .xlsx and take that."))
    if data[:2] == b"PK":
        return _from_archive(unpacked(data), report)
    if is_sixteen_bits(data) and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", "replace")
        return _from_text(text, "utf-16", report)
    return _from_text(*decoded(data), report)


def _from_archive(parts: dict[str, bytes], report: Report) -> tuple[Definition, Report]:
    if "xl/workbook.xml" in parts:
        report.format = xlsform.FORMAT
        return _finished(xlsform.read(parts, report), report)
    for name, part in parts.items():
        if name.lower().endswith(".lss"):
            report.drop("", _("the answers in the archive: only the survey is taken"))
            return _from_text(*decoded(bounded(part)), report)
    raise Invalid("not_a_survey", _("This archive holds neither an XLSForm nor a survey of LimeSurvey."))


def _from_text(text: str, encoding: str, report: Report) -> tuple[Definition, Report]:
    text = text.lstrip("\ufeff \t\r\n")
    if encoding not in ("utf-8-sig", "utf-16"):
        report.approximate("", _("The file was read as %(encoding)s.", encoding=encoding))
    if text.startswith("<"):
        report.format = lss.FORMAT
        return _finished(lss.read(text, report), report)
    source = json_in(text)
    for name, looks_like, read in _FROM_JSON:
        if looks_like(source):
            report.format = name
            return _finished(read(source, report), report)
    return _surveyjs(source, report)


def _surveyjs(source: Any, report: Report) -> tuple[Definition, Report]:
    """Taken whole, whatever is in it."""
    found = surveyjs.recognised(source)
    told = report_on(found)
    told.format = surveyjs.FORMAT
    told.approximated = [*report.approximated, *told.approximated]
    return found, told


def _finished(draft: Definition, report: Report) -> tuple[Definition, Report]:
    """`draft` without conditions that could not be published, and one report about both steps."""
    draft = repairing.repaired(draft, report)
    told = report_on(draft)
    told.format = report.format
    told.approximated = [
        *report.approximated,
        *(each for each in told.approximated if each not in report.approximated),
    ]
    told.dropped = [*report.dropped, *(each for each in told.dropped if each not in report.dropped)]
    return draft, told


__all__ = ["ENDINGS", "LARGEST_FILE", "Report", "read_any", "read_file", "report_on"]
