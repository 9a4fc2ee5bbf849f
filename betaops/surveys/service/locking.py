"""Holding a survey while it is changed."""

from uuid import UUID

from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys.models import Survey, SurveyState


def locked(work: Work, survey_id: UUID) -> Survey:
    """The survey, held until the end of the work; `Refused` where it is archived."""
    survey = work.lock(Survey, survey_id)
    if survey.state is SurveyState.ARCHIVED:
        raise Refused("archived", _("This survey is archived. Restore it to change it."))
    return survey
