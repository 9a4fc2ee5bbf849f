"""A report's pictures, asked for anew each time."""

from uuid import UUID

from werkzeug.wrappers import Response

from betaops.feedback import policy, queries
from betaops.feedback.serving import served
from betaops.feedback.views.frame import blueprint, program_of, report_of
from betaops.kernel.errors import NotFound
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/programs/<slug>/feedback/<id(rpt):report_id>/pictures/<id(att):attachment_id>")
@needs(policy.SEE)
def picture(slug: str, report_id: UUID, attachment_id: UUID) -> Response:
    """The picture itself."""
    row = report_of(program_of(slug), report_id)
    found = queries.attachment(reading(), attachment_id)
    if found.report_id != row.id:
        raise NotFound
    return served(found)
