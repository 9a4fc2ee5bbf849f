"""`/`: everybody is sent to where they begin."""

from typing import cast

from flask import Blueprint, Response, current_app, redirect, url_for

from betaops.web.access import public
from betaops.web.application import Application, viewer

blueprint = Blueprint("start", __name__)


@blueprint.get("/")
@public
def start() -> Response:
    """Members to the console, testers to the portal, strangers to the sign-in page."""
    application = cast(Application, current_app)
    endpoint = application.first_pages.get(viewer().kind) or application.sign_in_pages["member"]
    return cast(Response, redirect(url_for(endpoint), 303))
