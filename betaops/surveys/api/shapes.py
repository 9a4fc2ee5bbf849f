"""What the addresses about surveys share: their blueprint, and the ids in them."""

from pydantic import BaseModel, Field

from betaops.web.api import PROBLEMS, path_id
from betaops.web.endpoints import Endpoints

blueprint = Endpoints(
    "surveys_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[{"name": "surveys", "description": "Questionnaires in SurveyJS JSON, and what was answered."}],
    abp_security=[{"key": []}],
    abp_responses=PROBLEMS,
)


class OfSurvey(BaseModel):
    survey_id: path_id("svy") = Field(description="`svy_…`")  # type: ignore[valid-type]  # a type made by a function


class InProgram(BaseModel):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function
