"""The list of cohorts, and one cohort: its rule in words, who is in, who came and went."""

import uuid
from typing import Any

from flask import render_template, request

from betaops.cohorts import policy, queries, uses, wording
from betaops.cohorts.forms.people import CompanyForm, ExceptionForm
from betaops.cohorts.models import Cohort, Kind
from betaops.cohorts.views.frame import blueprint, cohort_of, program_of
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.forms import EmptyForm

LONGEST_SEARCH = 200


@blueprint.get("")
@needs(policy.SEE)
def index(slug: str) -> str:
    program = program_of(slug)
    labels = queries.labels(reading(), program)
    found = queries.cohorts(reading(), program.id)
    return render_template(
        "cohorts/index.html",
        program=program,
        cohorts=found,
        rules={
            each.cohort.id: wording.in_short(each.cohort.rule, labels) for each in found if each.cohort.rule
        },
    )


@blueprint.get("/<id(coh):cohort_id>")
@needs(policy.SEE)
def show(slug: str, cohort_id: uuid.UUID) -> str:
    program = program_of(slug)
    return page(program, cohort_of(program, cohort_id))


def page(program: Program, cohort: Cohort, **more: Any) -> str:
    """One cohort; `more` are forms that were refused."""
    words = request.args.get("add", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    labels = queries.labels(reading(), program)
    by_hand = cohort.kind is Kind.STATIC
    return render_template(
        "cohorts/show.html",
        **{
            "program": program,
            "cohort": cohort,
            "rule": wording.lines(cohort.rule, labels) if cohort.rule else None,
            "size": queries.size(reading(), cohort.id),
            "page": queries.members(reading(), cohort, cursor=request.args.get("cursor")),
            "moves": wording.moves(queries.changes(reading(), cohort.id, limit=200), labels, most=8),
            "exceptions": queries.exceptions(reading(), cohort),
            "companies": queries.companies(reading(), cohort.id) if by_hand else [],
            "company_form": CompanyForm(formdata=None),
            "exception_form": ExceptionForm(formdata=None),
            "used_by": uses.of(reading(), cohort),
            "words": words,
            "candidates": queries.candidates(reading(), cohort, words) if words else [],
            "button_form": EmptyForm(),
        }
        | more,
    )
