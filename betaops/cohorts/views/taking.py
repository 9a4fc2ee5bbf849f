"""Lists of people into a cohort picked by hand: pasted, or in a file."""

import uuid
from typing import Any

from flask import abort, redirect, render_template, url_for

from betaops.cohorts import policy, queries, service
from betaops.cohorts.forms.people import ListForm
from betaops.cohorts.models import Cohort, Kind
from betaops.cohorts.service.lists import AT_ONCE
from betaops.cohorts.views.frame import blueprint, cohort_of, program_of
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/<id(coh):cohort_id>/list", methods=["GET", "POST"])
@needs(policy.MANAGE)
def take_list(slug: str, cohort_id: uuid.UUID) -> Any:
    """A short list is taken at once and reported here; a long one by a job."""
    program = program_of(slug)
    cohort = _by_hand(program, cohort_id)
    form, taken = ListForm(), None
    if form.validate_on_submit() and (entries := form.entries()):
        with refusals(form, field="people"):
            if len(entries) > AT_ONCE:
                job_id = service.take_list_soon(writing(), cohort.id, entries)
                return redirect(url_for(".list_taken", slug=slug, cohort_id=cohort.id, job_id=job_id), 303)
            taken = service.take_list(writing(), cohort.id, entries).to_json()
            form = ListForm(formdata=None)
    return _page(program, cohort, form=form, taken=taken), 422 if form.errors else 200


@blueprint.get("/<id(coh):cohort_id>/list/<id(job):job_id>")
@needs(policy.MANAGE)
def list_taken(slug: str, cohort_id: uuid.UUID, job_id: uuid.UUID) -> str:
    """How far a long list is, and what became of it."""
    program = program_of(slug)
    cohort = _by_hand(program, cohort_id)
    job = queries.list_job(reading(), cohort, job_id)
    return _page(program, cohort, job=job, taken=job.result)


def _by_hand(program: Program, cohort_id: uuid.UUID) -> Cohort:
    cohort = cohort_of(program, cohort_id)
    if cohort.kind is not Kind.STATIC:
        abort(404)
    return cohort


def _page(program: Program, cohort: Cohort, **values: Any) -> str:
    return render_template(
        "cohorts/list.html",
        **{"program": program, "cohort": cohort, "form": None, "job": None, "taken": None, **values},
    )
