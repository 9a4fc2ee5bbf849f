"""Triage: state, details, severity, owner, duplicates, and many at once."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from betaops.feedback import labels, policy, queries, service
from betaops.feedback.forms import MergeForm, StateForm
from betaops.feedback.models import OUTCOMES, Kind, Report, Severity, State
from betaops.feedback.views.frame import back, blueprint, place, program_of, report_of
from betaops.feedback.views.lists import details_form, owners, page
from betaops.kernel import clock, ids
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals

#: How many reports one bulk action takes; "select all" over more asks to narrow the list.
MOST_AT_ONCE = 500


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/state")
@needs(policy.TRIAGE)
def state(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """Move one report on; an outcome is told to the people behind it unless the box is cleared."""
    here = place(slug)
    row = report_of(here.program, report_id)
    form = StateForm(prefix="state-")
    if form.validate_on_submit():
        with refusals(form):
            service.change_state(
                writing(),
                row,
                State(form.state.data),
                note=form.note.data or "",
                tell=bool(form.tell.data),
                version=_version(form.version.data),
            )
            flash(
                _("#%(number)d: %(state)s.", number=row.number, state=labels.STATES[State(form.state.data)])
            )
            return back(slug, report_id)
    return page(here, row, state_form=form), 422


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/details")
@needs(policy.TRIAGE)
def details(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """Correct kind, title, severity, version, owner, privacy."""
    here = place(slug)
    row = report_of(here.program, report_id)
    form = details_form(row, owners(), sent=True)
    if form.validate_on_submit():
        with refusals(form):
            service.amend(
                writing(),
                row,
                _version(form.version.data),
                kind=Kind(form.kind.data),
                title=form.title.data,
                severity=Severity(form.severity.data) if form.severity.data else None,
                app_version=form.app_version.data or "",
                owner_id=ids.decode("usr", form.owner.data) if form.owner.data else None,
                is_private=bool(form.is_private.data),
            )
            flash(_("#%(number)d is saved.", number=row.number))
            return back(slug, report_id)
    return page(here, row, details_form=form), 422


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/severity")
@needs(policy.TRIAGE)
def severity(slug: str, report_id: UUID) -> Response:
    """One key: how bad a bug is."""
    program = program_of(slug)
    row = report_of(program, report_id)
    chosen = request.form.get("severity", "")
    if row.kind is not Kind.BUG or chosen not in list(Severity):
        raise Invalid("unknown_severity", _("Only a bug has a severity, one of four."))
    service.amend(writing(), row, severity=Severity(chosen))
    return back(slug, report_id)


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/owner")
@needs(policy.TRIAGE)
def owner(slug: str, report_id: UUID) -> Response:
    """One key: who cares for it."""
    program = program_of(slug)
    row = report_of(program, report_id)
    chosen = request.form.get("owner", "")
    if chosen and chosen not in dict(owners()):
        raise NotFound
    user_id = ids.decode("usr", chosen) if chosen else None
    service.amend(writing(), row, owner_id=user_id)
    return back(slug, report_id)


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/merger")
@needs(policy.TRIAGE)
def merger(slug: str, report_id: UUID) -> Response | tuple[str, int]:
    """It is a duplicate of the report with the number given."""
    here = place(slug)
    row = report_of(here.program, report_id)
    form = MergeForm(prefix="merge-")
    if form.validate_on_submit():
        with refusals(form, field="into"):
            into = service.merge(writing(), row, _by_number(here.program.id, form.into.data or ""))
            flash(
                _(
                    "#%(number)d is a duplicate of #%(into)d; its people stand behind #%(into)d now.",
                    number=row.number,
                    into=into.number,
                )
            )
            return back(slug, report_id)
    return page(here, row, merge_form=form), 422


@blueprint.post("/programs/<slug>/feedback/<id(rpt):report_id>/merger/undo")
@needs(policy.TRIAGE)
def undo_merger(slug: str, report_id: UUID) -> Response:
    """It stands for itself again."""
    row = report_of(program_of(slug), report_id)
    service.unmerge(writing(), row)
    flash(_("#%(number)d stands for itself again.", number=row.number))
    return back(slug, report_id)


@blueprint.post("/programs/<slug>/feedback/states")
@needs(policy.TRIAGE)
def states(slug: str) -> Response | tuple[str, int] | str:
    """Move many on. An outcome is shown first: how many people will get a mail, and what it says."""
    here = place(slug)
    wanted = request.form.get("state", "")
    if wanted not in labels.VERBS:
        raise Invalid("unknown_state", _("There is no such state."))
    chosen = _chosen(here.program.id, here.wanted)
    if not chosen:
        raise Refused("nothing_chosen", _("No report was chosen."))
    goal = State(wanted)
    form = StateForm(data={"state": goal.value, "tell": True})
    if goal in OUTCOMES and "confirmed" not in request.form:
        return render_template("feedback/confirm.html", **_confirmation(here, chosen, goal, form))
    moved, stuck = service.change_states(
        writing(),
        here.program.id,
        chosen,
        goal,
        note=(form.note.data or "")[:4000] if goal in OUTCOMES else "",
        tell=bool(form.tell.data),
    )
    flash(
        ngettext(
            "%(num)d report: %(state)s.", "%(num)d reports: %(state)s.", moved, state=labels.STATES[goal]
        )
    )
    if stuck:
        numbers = ", ".join(f"#{row.number}" for row in stuck[:10])
        flash(_("These could not go there and stay as they are: %(numbers)s.", numbers=numbers), "warning")
    return back(slug)


def _confirmation(here: Any, chosen: list[UUID], goal: State, form: StateForm) -> dict[str, Any]:
    form.tell.data = True
    return {
        "program": here.program,
        "query": here.query,
        "form": form,
        "goal": goal,
        "labels": labels,
        "ids": [ids.encode("rpt", report_id) for report_id in chosen],
        "people": queries.count_people(reading(), chosen),
    }


def _chosen(program_id: UUID, wanted: queries.Filter) -> list[UUID]:
    """The ticked reports, or with `all` everything that the filters of the address leave."""
    if request.form.get("all"):
        found = queries.matching(reading(), program_id, wanted, clock.now(), most=MOST_AT_ONCE + 1)
        if len(found) > MOST_AT_ONCE:
            raise Refused(
                "too_many_at_once",
                _("That is more than %(most)d reports. Narrow the list first.", most=MOST_AT_ONCE),
            )
        return found
    return [ids.decode("rpt", text) for text in request.form.getlist("ids")[:MOST_AT_ONCE]]


def _by_number(program_id: UUID, typed: str) -> Report:
    number = typed.strip().removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Invalid("not_a_number", _("Name the report by its number, like #12."))
    try:
        return queries.report_by_number(reading(), program_id, int(number))
    except NotFound as error:
        raise Refused(
            "no_such_report", _("There is no report #%(number)s in this program.", number=number)
        ) from error


def _version(text: str | None) -> int | None:
    """The row version that the page showed; a page without one is as stale as can be."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


@blueprint.post("/programs/<slug>/feedback/board")
@needs(policy.TRIAGE)
def board(slug: str) -> Response:
    """Whether testers see each other's reports."""
    program = program_of(slug)
    is_open = EmptyForm().validate_on_submit() and request.form.get("is_open") == "yes"
    service.open_board(writing(), program, is_open=is_open)
    flash(_("Testers see each other's reports.") if is_open else _("Testers see only their own reports."))
    return back(slug)
