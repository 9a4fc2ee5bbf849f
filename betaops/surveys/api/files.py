"""Files of other survey tools over the REST API."""

import base64
import binascii

from flask import Response
from pydantic import BaseModel, Field

from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.surveys import importers, policy, service
from betaops.surveys.api.shapes import InProgram, blueprint
from betaops.surveys.models import Survey
from betaops.web.access import scope
from betaops.web.api import Body, Text, shown
from betaops.web.application import reading, writing


class SurveyFile(Body):
    """A file of SurveyJS, LimeSurvey, XLSForm, Qualtrics, PostHog or Formbricks; its content says which."""

    file: str = Field(
        min_length=1,
        max_length=importers.LARGEST_FILE * 4 // 3 + 4,
        description="The file's bytes in base64.",
    )
    name: Text | None = Field(
        None, min_length=1, max_length=200, pattern=r"\S", description="Without it the file's own title."
    )


class ReadSurvey(BaseModel):
    """The draft that was made, and what became of the file."""

    id: str
    name: str
    format: str = Field(description="The tool that wrote the file.")
    taken: list[str]
    approximated: list[str]
    dropped: list[str] = Field(description="Not taken over, or kept in the JSON and asked of nobody.")
    problems: list[str] = Field(description="What keeps it from being published.")


@blueprint.post("/programs/<program_id>/surveys/files", responses={201: ReadSurvey})
@scope(policy.WRITE)
def take_in(path: InProgram, body: SurveyFile) -> Response:
    """Make a draft from another tool's file. Refused (409) with a sentence where it is no survey."""
    program = program_queries.program(reading(), path.program_id)
    definition, report = importers.read_any(_decoded(body.file))
    if definition is None:
        raise Invalid("unreadable_file", report.problems[0], field="file")
    name = body.name or " ".join(report.title.split())[:200] or _("Survey")
    survey = service.create_survey(writing(), program_id=program.id, name=name, definition=definition)
    return shown(_read(survey, report), 201)


def _read(survey: Survey, report: importers.Report) -> ReadSurvey:
    return ReadSurvey(
        id=ids.encode("svy", survey.id),
        name=survey.name,
        format=report.format,
        taken=report.taken,
        approximated=report.approximated,
        dropped=report.dropped,
        problems=report.problems,
    )


def _decoded(source: str) -> bytes:
    try:
        return base64.b64decode(source, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("not_base64", _("The file must be sent in base64."), field="file") from error
