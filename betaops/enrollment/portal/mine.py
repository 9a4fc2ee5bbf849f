"""What is held about a tester: to read, to take away, to correct, to delete."""

from typing import Any

import orjson
from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for

from betaops.enrollment import viewers
from betaops.enrollment.forms.own import ErasureForm, OwnForm
from betaops.enrollment.models import Tester
from betaops.enrollment.providers import provided
from betaops.enrollment.queries import portal as queries
from betaops.enrollment.queries import testers as tester_queries
from betaops.enrollment.service import leaving
from betaops.enrollment.service import testers as service
from betaops.kernel.i18n import gettext as _
from betaops.web.access import tester
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals

blueprint = Blueprint("portal_me", __name__, url_prefix="/portal/me")


@blueprint.route("", methods=["GET", "POST"])
@tester
def show() -> Any:
    person = _person()
    form = OwnForm(data={"name": person.name, "locale": person.locale})
    form.offer()
    if form.validate_on_submit():
        with refusals(form):
            service.change_own(writing(), person.id, name=form.name.data or "", locale=form.locale.data)
            flash(_("Saved."))
            return redirect(url_for(".show"), 303)
    page = render_template(
        "enrollment/portal/me.html",
        person=person,
        form=form,
        places=queries.places(reading(), person.id),
        identities=tester_queries.identities(reading(), person.id),
        preferences=provided.preferences_url(reading(), person) if provided.preferences_url else None,
    )
    return page, 422 if form.errors else 200


@blueprint.get("/data.json")
@tester
def data() -> Response:
    body = orjson.dumps(queries.own_data(reading(), _person()), option=orjson.OPT_INDENT_2)
    response = Response(body, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@blueprint.route("/erasure", methods=["GET", "POST"])
@tester
def erasure() -> Any:
    form = ErasureForm()
    if form.validate_on_submit():
        work, person_id = writing(), _person().id
        leaving.erase(work, person_id)
        return viewers.dismiss(work, make_response(render_template("enrollment/portal/erased.html")))
    return render_template("enrollment/portal/erasure.html", form=form), 422 if form.errors else 200


def _person() -> Tester:
    person_id = viewer().id
    assert person_id is not None
    return tester_queries.tester(reading(), person_id)
