"""Ways to a survey: the loader for other people's pages, and the portal."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, redirect, url_for

from betaops.enrollment.queries import portal as enrollment_queries
from betaops.kernel.errors import NotFound
from betaops.surveys import queries
from betaops.surveys.portal.frame import blueprint
from betaops.surveys.queries.doors import person_token
from betaops.web.access import public, tester
from betaops.web.application import reading, viewer
from betaops.web.assets import assets


@blueprint.get("/embed.js")
@public(cookieless=True)
def loader() -> Response:
    """The script that other sites put where the survey is to stand."""
    response = Response(assets["js/embed.js"].body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/portal/surveys/<id(svy):survey_id>")
@tester
def enter(survey_id: UUID) -> Any:
    """From the portal, where the person is signed in, to their own response."""
    survey = queries.survey(reading(), survey_id)
    viewer_id = viewer().id
    if viewer_id is None:
        raise NotFound
    place = enrollment_queries.enrollment_by_slug(reading(), viewer_id, survey.program.slug)
    secret = current_app.config["SECRET_KEY"]
    return redirect(url_for(".page", token=person_token(secret, survey.id, place.id)), 303)
