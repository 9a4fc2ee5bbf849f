"""Putting people into a cohort by hand, and taking them out."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for

from betaops.cohorts import policy, service
from betaops.cohorts.views.frame import blueprint, cohort_of, program_of
from betaops.kernel import ids
from betaops.kernel.i18n import ngettext
from betaops.web.access import needs
from betaops.web.application import writing

MOST_IDS = 1_000


@blueprint.post("/<id(coh):cohort_id>/members")
@needs(policy.MANAGE)
def add(slug: str, cohort_id: uuid.UUID) -> Any:
    cohort = cohort_of(program_of(slug), cohort_id)
    added = service.add_members(writing(), cohort.id, _chosen())
    flash(ngettext("%(num)s person added.", "%(num)s people added.", added))
    return redirect(url_for(".show", slug=slug, cohort_id=cohort.id), 303)


@blueprint.post("/<id(coh):cohort_id>/members/removal")
@needs(policy.MANAGE)
def remove(slug: str, cohort_id: uuid.UUID) -> Any:
    cohort = cohort_of(program_of(slug), cohort_id)
    removed = service.remove_members(writing(), cohort.id, _chosen())
    flash(ngettext("%(num)s person taken out.", "%(num)s people taken out.", removed))
    return redirect(url_for(".show", slug=slug, cohort_id=cohort.id), 303)


def _chosen() -> list[uuid.UUID]:
    return [ids.decode("tst", text) for text in request.form.getlist("ids")[:MOST_IDS]]
