"""The blueprint of the tester's pages."""

from flask import Blueprint

blueprint = Blueprint("surveys_portal", __name__)
