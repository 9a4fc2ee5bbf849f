"""One tester in one program: panel and page, decisions, notes, identities, facts."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from betaops.enrollment import policy
from betaops.enrollment.forms.console import DecisionForm, IdentityForm, NoteForm, TesterForm
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.providers import provided
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import enrolling, leaving
from betaops.enrollment.service import testers as service
from betaops.enrollment.views.place import program_of, query
from betaops.enrollment.wording import DECISIONS, HAPPENED, SOURCES, VERBS
from betaops.kernel.errors import DomainError, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import refusals

blueprint = Blueprint(
    "tester", __name__, url_prefix="/console/programs/<slug>/enrollments/<id(enr):enrollment_id>"
)

MOST_LINES = 40

_NOUN = "any(acceptance,waitlisting,refusal,removal,completion)"


@blueprint.get("")
@needs(policy.READ)
def show(slug: str, enrollment_id: uuid.UUID) -> str:
    program = program_of(slug)
    return render_template("enrollment/console/page.html", program=program, **about(program, enrollment_id))


def about(program: Program, enrollment_id: uuid.UUID) -> dict[str, Any]:
    """Everything that panel and page show of one tester."""
    place = queries.enrollment(reading(), program.id, enrollment_id)
    asked = program_queries.questions(program)
    return {
        "place": place,
        "tester": place.tester,
        "answers": [(question.label, place.answers.get(question.name)) for question in asked],
        "lines": _timeline(place),
        "identities": queries.identities(reading(), place.tester_id),
        "consents": queries.consents(reading(), place.id),
        "notes": queries.notes(reading(), place.tester_id),
        "others": [row for row in queries.enrollments_of(reading(), place.tester_id) if row.id != place.id],
        "facts_given": [fact for provide in provided.facts for fact in provide(reading(), place)],
        "links_given": [link for provide in provided.links for link in provide(reading(), place)],
        "possible": [(noun, VERBS[noun]) for noun, state in DECISIONS.items() if place.may_become(state)],
        "undo": next(
            (noun for noun, state in DECISIONS.items() if place.state is state and _may_undo(place)), None
        ),
        "source": SOURCES.get(place.source, place.source),
        "note_form": NoteForm(formdata=None, prefix="note-"),
        "identity_form": IdentityForm(formdata=None, prefix="identity-"),
        "decision_form": DecisionForm(formdata=None),
        "kept": query(),
    }


def _may_undo(place: Enrollment) -> bool:
    return place.may_become(State.APPLIED)


def _timeline(place: Enrollment) -> list[dict[str, Any]]:
    icons = {
        State.ACCEPTED: "user-check",
        State.ACTIVE: "activity",
        State.DECLINED: "user-x",
        State.REMOVED: "user-minus",
    }
    lines: list[dict[str, Any]] = [
        {
            "at": row.at,
            "actor": row.who,
            "text": str(HAPPENED[row.state]),
            "note": row.note or None,
            "icon": icons.get(row.state, "circle-dot"),
        }
        for row in queries.transitions(reading(), place.id)
    ]
    for provide in provided.timeline:
        lines += [
            {
                "at": entry.at,
                "actor": entry.actor,
                "text": entry.text,
                "note": entry.note or None,
                "icon": entry.icon,
                "href": entry.href,
            }
            for entry in provide(reading(), place)
        ]
    return sorted(lines, key=lambda line: line["at"], reverse=True)[:MOST_LINES]


@blueprint.post(f"/<{_NOUN}:noun>")
@needs(policy.DECIDE)
def decide(slug: str, enrollment_id: uuid.UUID, noun: str) -> Any:
    program = program_of(slug)
    form = DecisionForm()
    note = (form.note.data or "") if form.validate() else ""
    _try(
        lambda: enrolling.change(writing(), enrollment_id, DECISIONS[noun], note=note, program_id=program.id),
        {
            "acceptance": _("Accepted."),
            "waitlisting": _("On the waitlist."),
            "refusal": _("Declined."),
            "removal": _("Removed. The seat is free."),
            "completion": _("Completed."),
        }[noun],
    )
    return _back(slug, enrollment_id)


@blueprint.post(f"/<{_NOUN}:noun>/deletion")
@needs(policy.DECIDE)
def undo(slug: str, enrollment_id: uuid.UUID, noun: str) -> Any:
    program = program_of(slug)
    _try(
        lambda: enrolling.undo(writing(), enrollment_id, DECISIONS[noun], program_id=program.id),
        _("Taken back: an applicant again."),
    )
    return _back(slug, enrollment_id)


@blueprint.post("/notes")
@needs(policy.WRITE)
def add_note(slug: str, enrollment_id: uuid.UUID) -> Any:
    place = queries.enrollment(reading(), program_of(slug).id, enrollment_id)
    form = NoteForm(prefix="note-")
    if form.validate():
        service.add_note(writing(), place.tester_id, form.text.data or "")
        flash(_("Noted."))
    else:
        flash(_("Write a note first."), "warning")
    return _back(slug, enrollment_id)


@blueprint.post("/notes/<id(not):note_id>/deletion")
@needs(policy.WRITE)
def delete_note(slug: str, enrollment_id: uuid.UUID, note_id: uuid.UUID) -> Any:
    place = queries.enrollment(reading(), program_of(slug).id, enrollment_id)
    service.delete_note(writing(), place.tester_id, note_id)
    flash(_("The note is gone."))
    return _back(slug, enrollment_id)


@blueprint.post("/identities")
@needs(policy.WRITE)
def link_identity(slug: str, enrollment_id: uuid.UUID) -> Any:
    place = queries.enrollment(reading(), program_of(slug).id, enrollment_id)
    form = IdentityForm(prefix="identity-")
    if form.validate():
        _try(
            lambda: service.link_identity(writing(), place.tester_id, form.distinct_id.data or ""),
            _("Linked. Usage under this id is theirs."),
        )
    else:
        flash(_("Write the id first."), "warning")
    return _back(slug, enrollment_id)


@blueprint.post("/identities/deletion")
@needs(policy.WRITE)
def unlink_identity(slug: str, enrollment_id: uuid.UUID) -> Any:
    place = queries.enrollment(reading(), program_of(slug).id, enrollment_id)
    _try(
        lambda: service.unlink_identity(writing(), place.tester_id, request.form.get("distinct_id", "")),
        _("No longer linked."),
    )
    return _back(slug, enrollment_id)


@blueprint.route("/facts", methods=["GET", "POST"])
@needs(policy.WRITE)
def edit(slug: str, enrollment_id: uuid.UUID) -> Any:
    """Name, address, language, attributes."""
    program = program_of(slug)
    place = queries.enrollment(reading(), program.id, enrollment_id)
    tester = place.tester
    saved = TesterForm(formdata=None)
    saved.fill(tester)
    form = TesterForm()
    conflict = None
    if form.validate_on_submit():
        with refusals(form):
            service.change_tester(
                writing(),
                tester.id,
                version=number(form.version.data),
                name=form.name.data or "",
                mail=form.mail.data or "",
                locale=form.locale.data or "en",
                attributes=form.read_attributes(tester.attributes),
            )
            flash(_("Saved."))
            return redirect(url_for(".show", slug=slug, enrollment_id=enrollment_id), 303)
        conflict = conflict_with(
            form, saved, version=tester.version, who=tester.changed_by, when=tester.changed_at
        )
    page = render_template(
        "enrollment/console/edit.html",
        program=program,
        place=place,
        tester=tester,
        form=form if form.is_submitted() else saved,
        conflict_found=conflict,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/erasure")
@needs(policy.WRITE)
def erase(slug: str, enrollment_id: uuid.UUID) -> Any:
    place = queries.enrollment(reading(), program_of(slug).id, enrollment_id)
    leaving.erase(writing(), place.tester_id)
    flash(_("Everything about this person is deleted."))
    return redirect(url_for("testers.index", slug=slug), 303)


@blueprint.get("/agreements/<int:agreement_number>")
@needs(policy.READ)
def signed(slug: str, enrollment_id: uuid.UUID, agreement_number: int) -> str:
    program = program_of(slug)
    place = queries.enrollment(reading(), program.id, enrollment_id)
    return render_template(
        "enrollment/console/signed.html",
        program=program,
        place=place,
        copy=queries.consent(reading(), place.id, agreement_number),
    )


def _try(act: Any, done: str) -> None:
    """What the rules refuse is said on the next page, and nothing else changes."""
    savepoint = writing().session.begin_nested()
    try:
        act()
    except NotFound:
        raise
    except DomainError as error:
        savepoint.rollback()
        flash(str(error.message), "error")
    else:
        savepoint.commit()
        flash(done)


def _back(slug: str, enrollment_id: uuid.UUID) -> Any:
    """To the panel if they came from it, with the list's filters; else to the page."""
    endpoint = "testers.panel" if request.args.get("from") == "list" else ".show"
    return redirect(url_for(endpoint, slug=slug, enrollment_id=enrollment_id, **query()), 303)
