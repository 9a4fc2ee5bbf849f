"""The page of a program for those who take part: what is asked now, how far it is, what came of it."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from betaops.enrollment import policy
from betaops.enrollment.forms.own import LeaveForm, SignForm
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.providers import Ask, provided, tabs
from betaops.enrollment.queries import portal as queries
from betaops.enrollment.queries import testers as tester_queries
from betaops.enrollment.service import consenting, enrolling, leaving
from betaops.enrollment.service import testers as tester_service
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.web.access import tester
from betaops.web.application import afterwards, reading, viewer, writing
from betaops.web.forms import refusals

blueprint = Blueprint("portal", __name__, url_prefix="/portal")

MOST_ASKS = 3


@blueprint.get("")
@tester
def home() -> Any:
    """The one program, or a choice among several."""
    places = queries.places(reading(), _me())
    if len(places) == 1:
        return redirect(url_for(".program", slug=places[0].program.slug), 303)
    return render_template("enrollment/portal/places.html", places=places, enters=policy.may_enter)


@blueprint.get("/<slug>")
@tester
def program(slug: str) -> str:
    place = queries.enrollment_by_slug(reading(), _me(), slug)
    is_inside = policy.may_enter(place)
    asks = _asks(place) if place.state in (State.ACCEPTED, State.ACTIVE) else []
    _note_seen(place)
    return render_template(
        "enrollment/portal/home.html",
        place=place,
        program=place.program,
        is_inside=is_inside,
        links=tabs(place, request.path, request.path) if is_inside else [],
        asks=asks[:MOST_ASKS],
        later=max(0, len(asks) - MOST_ASKS),
        facts=[fact for provide in provided.facts for fact in provide(reading(), place)] if is_inside else [],
        changes=_changes(place) if is_inside else [],
        ahead=queries.ahead_on_waitlist(reading(), place) if place.state is State.WAITLISTED else None,
        report_url=provided.report_url(slug) if is_inside and provided.report_url else None,
        consents=tester_queries.consents(reading(), place.id),
        day=_day(place),
        may_leave=policy.may_withdraw(place),
    )


@blueprint.route("/<slug>/agreement", methods=["GET", "POST"])
@tester
def agreement(slug: str) -> Any:
    """Accept the number in force, for those who came in before it or without one."""
    place = queries.enrollment_by_slug(reading(), _me(), slug)
    in_force = program_queries.agreement_in_force(reading(), place.program_id)
    if (
        in_force is None
        or not policy.may_enter(place)
        or queries.has_signed(reading(), place.id, in_force.id)
    ):
        return redirect(url_for(".program", slug=slug), 303)
    form = SignForm(data={"name": place.tester.name})
    is_newer = form.is_submitted() and form.number.data != str(in_force.number)
    if is_newer:
        form.agreed.data = False
    elif form.validate_on_submit():
        with refusals(form):
            consenting.sign(
                writing(),
                place,
                place.tester,
                in_force,
                name=form.name.data or "",
                address=request.remote_addr or "",
            )
            enrolling.activate(writing(), place.id)
            flash(_("Thank you. Your copy is at the foot of this page."))
            return redirect(url_for(".program", slug=slug), 303)
    form.number.data = str(in_force.number)
    page = render_template(
        "enrollment/portal/agreement.html",
        place=place,
        program=place.program,
        agreement=in_force,
        form=form,
        is_newer=is_newer,
    )
    return page, 422 if form.errors or is_newer else 200


@blueprint.get("/<slug>/agreements/<int:number>")
@tester
def signed(slug: str, number: int) -> str:
    """The copy as it was signed; also after leaving."""
    place = queries.enrollment_by_slug(reading(), _me(), slug)
    copy = tester_queries.consent(reading(), place.id, number)
    return render_template(
        "enrollment/portal/signed.html",
        place=place,
        program=place.program,
        copy=copy,
        enters=policy.may_enter,
    )


@blueprint.get("/<slug>/agreements/<int:number>/copy.md")
@tester
def signed_file(slug: str, number: int) -> Response:
    place = queries.enrollment_by_slug(reading(), _me(), slug)
    copy = tester_queries.consent(reading(), place.id, number)
    text = render_template("enrollment/portal/signed.md", place=place, program=place.program, copy=copy)
    response = Response(text, content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="agreement-{number}.md"'
    return response


@blueprint.route("/<slug>/leave", methods=["GET", "POST"])
@tester
def leave(slug: str) -> Any:
    """Says what goes and what stays, then does it."""
    place = queries.enrollment_by_slug(reading(), _me(), slug)
    form = LeaveForm()
    if form.validate_on_submit():
        with refusals(form):
            leaving.withdraw(writing(), place.id, reason=form.reason.data or "")
            flash(_("You have left the program. Thank you for your time."))
            return redirect(url_for(".program", slug=slug), 303)
    if not policy.may_withdraw(place) and not form.errors:
        return redirect(url_for(".program", slug=slug), 303)
    page = render_template(
        "enrollment/portal/leave.html", place=place, program=place.program, form=form, enters=policy.may_enter
    )
    return page, 422 if form.errors else 200


def _me() -> Any:
    return viewer().id


def _asks(place: Enrollment) -> list[Ask]:
    """The agreement first, then what is urgent, then by date."""
    in_force = program_queries.agreement_in_force(reading(), place.program_id)
    asks: list[Ask] = []
    if in_force is not None and not queries.has_signed(reading(), place.id, in_force.id):
        asks.append(
            Ask(
                title=_("Read and accept the agreement"),
                url=url_for(".agreement", slug=place.program.slug),
                verb=_("Read it"),
                minutes=3,
                icon="file-pen-line",
                is_urgent=True,
            )
        )
    if place.program.is_over:
        return []
    more = [ask for provide in provided.asks for ask in provide(reading(), place)]
    return asks + sorted(more, key=lambda ask: (not ask.is_urgent, ask.due_on or date.max))


def _changes(place: Enrollment) -> list[Any]:
    found = [change for provide in provided.changes for change in provide(reading(), place)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:5]


def _day(place: Enrollment) -> dict[str, int] | None:
    """Day n of m, while the program runs."""
    begins, ends, today = place.program.starts_on, place.program.ends_on, clock.now().date()
    if not begins <= today <= ends:
        return None
    return {"now": (today - begins).days + 1, "last": (ends - begins).days + 1}


def _note_seen(place: Enrollment) -> None:
    """A visit is a sign of life, and the first one after acceptance makes active."""
    tester_id, enrollment_id, is_waiting = place.tester_id, place.id, place.state is State.ACCEPTED
    seen_at = place.tester.seen_at
    is_old = seen_at is None or (clock.now() - seen_at).total_seconds() > tester_service.SEEN_EVERY_SECONDS
    if is_old or is_waiting:

        def note(work: Any) -> None:
            tester_service.seen(work, tester_id)
            enrolling.activate(work, enrollment_id)

        afterwards(note)
