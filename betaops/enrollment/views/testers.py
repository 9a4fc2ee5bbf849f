"""The list of a program's testers, the panel beside it, and decisions about one or many."""

import uuid
from typing import Any, cast

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for

from betaops.enrollment import policy
from betaops.enrollment.models import State
from betaops.enrollment.providers import provided
from betaops.enrollment.queries import exporting
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import deciding
from betaops.enrollment.views.person import about
from betaops.enrollment.views.place import back_to_list, filter_fields, program_of, query, wanted
from betaops.enrollment.wording import DECISIONS
from betaops.kernel import ids
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import Application, reading, viewer, writing

blueprint = Blueprint("testers", __name__, url_prefix="/console/programs/<slug>/testers")

#: Selections up to so many are decided at once; above, a job does it.
AT_ONCE = 100
MOST_IDS = 1_000


@blueprint.get("")
@needs(policy.READ)
def index(slug: str) -> str:
    return _list(program_of(slug))


@blueprint.get("/<id(enr):enrollment_id>")
@needs(policy.READ)
def panel(slug: str, enrollment_id: uuid.UUID) -> str:
    """The list with one tester beside it."""
    program = program_of(slug)
    return _list(program, **about(program, enrollment_id))


def _list(program: Program, **more: Any) -> str:
    present = wanted()
    page = queries.enrollments(reading(), program, present, cursor=request.args.get("cursor"))
    counts = queries.by_state(reading(), program.id)
    everybody = sum(counts.values())
    if not (present.text or present.source or any(present.more.values())):
        matching = counts[State(present.state)] if present.state else everybody
    elif page.next is None and page.previous is None:
        matching = len(page)
    else:
        matching = queries.count(reading(), program, present)
    tester_ids = [enrollment.tester_id for enrollment in page]
    return render_template(
        "enrollment/console/index.html",
        program=program,
        page=page,
        counts=counts,
        everybody=everybody,
        matching=matching,
        wanted=present,
        fields=filter_fields(program, present),
        columns=[(column, column.values(reading(), program, tester_ids)) for column in provided.columns],
        **({"place": None, "kept": query()} | more),
    )


@blueprint.post("/decisions")
@needs(policy.DECIDE)
def decide(slug: str) -> Any:
    """The bulk bar: the chosen rows, or with `all=1` everybody who matches the filters of the address."""
    program = program_of(slug)
    state = DECISIONS.get(request.form.get("do", ""))
    if state not in deciding.DECISIONS:
        abort(400)
    if request.form.get("all") == "1":
        if queries.count(reading(), program, wanted()) > AT_ONCE:
            return _decide_behind_the_scenes(program, state)
        chosen = list(queries.ids(reading(), program, wanted()))
    else:
        chosen = [ids.decode("enr", text) for text in request.form.getlist("ids")[:MOST_IDS]]
    if not chosen:
        flash(_("Nobody was selected."), "warning")
        return redirect(back_to_list(program), 303)
    savepoint = writing().session.begin_nested()
    try:
        tally = deciding.decide_many(writing(), program.id, chosen, state)
    except Refused as error:
        savepoint.rollback()
        flash(str(error.message), "error")
    else:
        _say(tally)
    return redirect(back_to_list(program), 303)


def _decide_behind_the_scenes(program: Program, state: State) -> Any:
    present = wanted()
    who = viewer()
    job_id = writing().enqueue(
        "enrollment.decide_many",
        {
            "program_id": str(program.id),
            "wanted": _plain(present),
            "state": state.value,
            "actor": {"id": str(who.id), "name": who.name},
        },
    )
    return redirect(url_for(".progress", slug=program.slug, job_id=job_id), 303)


def _plain(present: queries.Wanted) -> dict[str, Any]:
    """For a job's arguments."""
    return {
        "state": present.state,
        "text": present.text,
        "source": present.source,
        "more": dict(present.more),
    }


def _say(tally: deciding.Tally) -> None:
    flash(ngettext("%(num)s tester changed.", "%(num)s testers changed.", tally.changed))
    if tally.no_seat:
        flash(
            ngettext(
                "%(num)s stays as before: all seats are taken.",
                "%(num)s stay as before: all seats are taken.",
                tally.no_seat,
            ),
            "warning",
        )
    if tally.unfit:
        flash(
            ngettext(
                "%(num)s stays as before: that does not follow from their state.",
                "%(num)s stay as before: that does not follow from their state.",
                tally.unfit,
            ),
            "warning",
        )


@blueprint.get("/export.csv")
@needs(policy.EXPORT)
def export(slug: str) -> Any:
    """What the list shows, all pages of it. Long lists are written by a job: see `export_all`."""
    program = program_of(slug)
    if queries.count(reading(), program, wanted()) > exporting.AT_ONCE:
        return render_template(
            "enrollment/console/export.html", program=program, kept=query(), back=back_to_list(program)
        )
    return _csv(program, exporting.csv_of(reading(), program, wanted()))


@blueprint.post("/exports")
@needs(policy.EXPORT)
def export_all(slug: str) -> Any:
    program = program_of(slug)
    present = wanted()
    job_id = writing().enqueue(
        "enrollment.export_testers",
        {
            "program_id": str(program.id),
            "wanted": _plain(present),
        },
    )
    return redirect(url_for(".progress", slug=slug, job_id=job_id), 303)


@blueprint.get("/jobs/<id(job):job_id>")
@needs(policy.READ)
def progress(slug: str, job_id: uuid.UUID) -> str:
    """How far a bulk decision or an export is, and what came of it."""
    program = program_of(slug)
    return render_template(
        "enrollment/console/progress.html",
        program=program,
        job=queries.job(reading(), program, job_id),
        back=back_to_list(program),
    )


@blueprint.get("/jobs/<id(job):job_id>/testers.csv")
@needs(policy.EXPORT)
def exported(slug: str, job_id: uuid.UUID) -> Any:
    program = program_of(slug)
    job = queries.job(reading(), program, job_id)
    if not job.result or "file" not in job.result:
        abort(404)
    files = cast(Application, current_app).platform.files
    return _csv(program, files.get(job.result["file"]))


def _csv(program: Program, data: bytes) -> Response:
    response = Response(data, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="testers-{program.slug}.csv"'
    return response
