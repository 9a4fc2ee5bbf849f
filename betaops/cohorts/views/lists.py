"""The list of cohorts, and one cohort: its rule in words, who is in, who came and went."""

import uuid

from flask import render_template, request

from betaops.cohorts import policy, queries, uses, wording
from betaops.cohorts.views.frame import blueprint, cohort_of, program_of
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.forms import EmptyForm

LONGEST_SEARCH = 200


@blueprint.get("")
@needs(policy.SEE)
def index(slug: str) -> str:
    program = program_of(slug)
    labels = queries.labels(program)
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
    cohort = cohort_of(program, cohort_id)
    words = request.args.get("add", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    return render_template(
        "cohorts/show.html",
        program=program,
        cohort=cohort,
        rule=wording.lines(cohort.rule, queries.labels(program)) if cohort.rule else None,
        size=queries.size(reading(), cohort.id),
        page=queries.members(reading(), cohort, cursor=request.args.get("cursor")),
        moves=wording.moves(queries.changes(reading(), cohort.id, limit=200)),
        causes=wording.CAUSES,
        used_by=uses.of(reading(), cohort),
        words=words,
        candidates=queries.candidates(reading(), cohort, words) if words else [],
        button_form=EmptyForm(),
    )
