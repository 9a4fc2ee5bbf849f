"""The survey inside the product: for whom, where, how often, how it looks; and why it cannot be shown there."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for

from betaops.cohorts import queries as cohort_queries
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.surveys import policy, queries, service
from betaops.surveys.forms.console import PlacementForm
from betaops.surveys.models import Survey, SurveyPlacement
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import refusals

_PLAIN = ("is_on", "share", "every_days", "wait_days", "url", "delay_seconds", "label", "selector", "color", "thanks",
          "thanks_text", "devices")  # fmt: skip
_CHOSEN = ("audience", "repeat", "url_match", "shape", "corner")


@blueprint.route("/<id(svy):survey_id>/placement", methods=["GET", "POST"])
@needs(policy.WRITE)
def placement(slug: str, survey_id: UUID) -> Any:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    row = queries.placement(reading(), survey.id)
    form = _form(program, row)
    if form.validate_on_submit():
        with refusals(form):
            saved = service.change_placement(
                writing(), survey.id, version=number(form.version.data), **form.placement()
            )
            flash(_said(saved))
            return redirect(url_for(".placement", slug=slug, survey_id=survey.id), 303)
    return _page(program, survey, row, form), 422 if form.errors else 200


def _said(saved: SurveyPlacement) -> str:
    if not saved.is_on:
        return _("Saved. The survey is not shown in the product.")
    if saved.started_at is None:
        return _("Saved. The survey comes up in the product in a moment.")
    return _("Saved. The product learns of it when it next asks, within five minutes.")


def _page(program: Program, survey: Survey, row: SurveyPlacement | None, form: PlacementForm) -> str:
    conflict = None
    if form.is_submitted() and row is not None:
        saved = PlacementForm(formdata=None, data=_shown(row), cohorts=_cohorts(program))
        conflict = conflict_with(form, saved, version=row.version, who=row.changed_by, when=row.changed_at)
    compiled = queries.compiled_live(reading(), survey)
    remarks = [each.message for of in compiled.values() for each in of.findings if not each.is_blocking]
    return draw(
        "placement",
        program,
        survey,
        "share",
        form=form,
        conflict=conflict,
        placement=row,
        is_published=bool(compiled),
        problems=service.obstacles(compiled),
        remarks=list(dict.fromkeys(remarks)),
        reach=queries.reach(reading(), survey.id),
    )


def _form(program: Program, row: SurveyPlacement | None) -> PlacementForm:
    return PlacementForm(data=_shown(row) if row else {"version": "0"}, cohorts=_cohorts(program))


def _cohorts(program: Program) -> list[tuple[int, str]]:
    return [(each.cohort.number, each.cohort.name) for each in cohort_queries.cohorts(reading(), program.id)]


def _shown(row: SurveyPlacement) -> dict[str, Any]:
    return {
        "version": str(row.version),
        **{name: getattr(row, name) for name in _PLAIN},
        **{name: getattr(row, name).value for name in _CHOSEN},
        "cohorts": [str(each) for each in row.cohorts],
        "events": "\n".join(row.events),
    }
