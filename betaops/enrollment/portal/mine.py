"""What is held about a tester: to read, to take away, to correct, to delete."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for

from betaops.enrollment import viewers
from betaops.enrollment.forms.own import ErasureForm, OwnForm, QuotingForm
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import provided
from betaops.enrollment.queries import portal as queries
from betaops.enrollment.queries import quoting as quoting_queries
from betaops.enrollment.queries import testers as tester_queries
from betaops.enrollment.quoting import Choice
from betaops.enrollment.service import leaving
from betaops.enrollment.service import quoting as quoting_service
from betaops.enrollment.service import testers as service
from betaops.kernel.errors import NotFound
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
    return _page(person, form), 422 if form.errors else 200


@blueprint.post("/quoting/<slug>")
@tester
def quoting(slug: str) -> Any:
    """Allow to be quoted from what I write in one program, or take it back; from the next look on it holds."""
    person = _person()
    place = queries.enrollment_by_slug(reading(), person.id, slug)
    if place.accepted_at is None:
        raise NotFound
    form = QuotingForm(prefix=slug)
    if form.validate_on_submit():
        quoting_service.choose(writing(), place, form.choice)
        flash(_("Saved. It holds from now on, for what you wrote before as well."))
        return redirect(url_for(".show") + "#quoting", 303)
    own = OwnForm(formdata=None, data={"name": person.name, "locale": person.locale})
    own.offer()
    return _page(person, own, {slug: form}), 422


class _Asked(NamedTuple):
    """A program with what was said about being quoted in it."""

    place: Enrollment
    form: QuotingForm
    choice: Choice | None


def _page(person: Tester, form: OwnForm, sent: dict[str, QuotingForm] | None = None) -> str:
    return render_template(
        "enrollment/portal/me.html",
        person=person,
        form=form,
        asked=_asked(queries.places(reading(), person.id), sent or {}),
        is_wrong=bool(form.errors or sent),
        preferences=provided.preferences_url(reading(), person) if provided.preferences_url else None,
    )


def _asked(places: Sequence[Enrollment], sent: dict[str, QuotingForm]) -> list[_Asked]:
    """Programs that ever let them in: only there is anything to quote."""
    inside = [place for place in places if place.accepted_at is not None]
    said = quoting_queries.standing(reading(), [place.id for place in inside])
    asked = []
    for place in inside:
        slug, choice = place.program.slug, said.get(place.id)
        now = choice.quoting.value if choice is not None else None
        form = sent.get(slug) or QuotingForm(formdata=None, prefix=slug, data={"quoting": now})
        asked.append(_Asked(place, form, choice))
    return asked


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
