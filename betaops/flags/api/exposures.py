"""Who met a flag in the product, over the REST API."""

from datetime import date

from flask import Response
from pydantic import Field

from betaops.flags import policy, queries
from betaops.flags.api.shapes import OfFlag, blueprint
from betaops.kernel import clock
from betaops.web.access import scope
from betaops.web.api import Shown, shown
from betaops.web.application import reading


class ShownExposure(Shown):
    value: str = Field(description="`on`, `off` or the variant")
    times: int
    people: int = Field(description="Testers who are known; others are in `times` alone")
    last_on: date


class ExposureList(Shown):
    items: list[ShownExposure]


@blueprint.get("/flags/<flag_id>/exposures", responses={"200": ExposureList})
@scope(policy.SEE)
def exposures(path: OfFlag) -> Response:
    """Who met the flag in the product in the last 28 days, by the value that they got."""
    found = queries.seen(reading(), queries.flag(reading(), path.flag_id), clock.now().date())
    return shown(ExposureList(items=[ShownExposure(**each._asdict()) for each in found]))
