"""SurveyJS JSON from a file. The JSON is taken whole; the report says what of it is acted on."""

from collections.abc import Mapping
from typing import Any

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.checking import check
from betaops.surveys.definition import Definition
from betaops.surveys.engine.actions import TRIGGERS
from betaops.surveys.fields.text import INPUTS
from betaops.surveys.importers.files import bounded, decoded, json_in
from betaops.surveys.importers.report import Report
from betaops.surveys.localised import text
from betaops.surveys.reading import read

FORMAT = "SurveyJS"

#: Properties of a whole survey that SurveyJS acts on and we only keep.
_NOT_ACTED_ON = {
    "showTOC": _l("a table of contents"),
    "logo": _l("a logo"),
}
#: The same of one question, and of one inside another.
_NOT_ACTED_ON_IN_QUESTIONS = {
    "choicesByUrl": _l("answers from another address"),
    "showSelectAllItem": _l("a choice that selects all"),
}


def read_file(data: bytes) -> tuple[dict[str, Any], str]:
    """The JSON in a file, and the encoding it was read by. `Invalid` where it is none."""
    source, encoding = decoded(bounded(data))
    return recognised(json_in(source)), encoding


def recognised(found: Any) -> dict[str, Any]:
    """`found`, if it is a survey at all."""
    if not isinstance(found, dict) or not ({"pages", "elements", "questions"} & found.keys()):
        raise Invalid("not_a_survey", _("This is not a survey: a JSON object with pages is expected."))
    return found


def report_on(source: Mapping[str, Any], encoding: str = "utf-8-sig") -> Report:
    definition = read(source)
    report = Report(title=text(definition.title))
    report.taken = [
        f"{question.name} ({question.kind})" for question in definition.questions if _is_taken(question)
    ]
    if encoding != "utf-8-sig":
        report.approximated.append(_("The file was read as %(encoding)s.", encoding=encoding))
    for name, what in _NOT_ACTED_ON.items():
        if definition.options.get(name):
            report.drop("", _("%(what)s (%(name)s)", what=what, name=name))
    for kind in _triggers(definition):
        if kind not in TRIGGERS:
            report.drop("", _("a trigger of type “%(kind)s”", kind=kind))
    _questions(definition, report)
    for finding in check(definition):
        if finding.code == "unknown_arm":
            # Arms are no part of a file: whether the survey has them is looked at when it is published.
            report.approximated.append(finding.message)
        elif finding.is_blocking:
            report.problems.append(finding.message)
        elif finding.code != "unsupported_type":
            report.dropped.append(finding.message)
    return report


def _questions(definition: Definition, report: Report) -> None:
    for question in definition.every_question:
        if not _is_taken(question):
            report.dropped.append(f"{question.name} ({question.kind})")
            continue
        for name, what in _NOT_ACTED_ON_IN_QUESTIONS.items():
            if question.options.get(name):
                report.drop(question.name, _("%(what)s (%(name)s)", what=what, name=name))
        kind = str(question.options.get("inputType") or "text")
        if question.kind == "text" and kind not in ("text", *INPUTS):
            report.approximated.append(
                _("%(name)s: asked as plain text instead of %(kind)s", name=question.name, kind=kind)
            )
        if question.kind == "boolean" and question.options.get("renderAs") == "checkbox":
            report.approximated.append(_("%(name)s: asked as yes or no", name=question.name))


def _triggers(definition: Definition) -> list[str]:
    """Their types, as the engine names them."""
    found = definition.options.get("triggers")
    return [
        str(each.get("type")).lower().removesuffix("trigger")
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, Mapping)
    ]


def _is_taken(question: Any) -> bool:
    return bool(question.is_drawn)
