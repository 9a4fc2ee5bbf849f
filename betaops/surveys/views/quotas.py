"""Quotas of a survey: made, changed, taken away."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for

from betaops.kernel.i18n import gettext as _
from betaops.surveys import comparisons, policy, queries, service
from betaops.surveys.comparisons import Comparison
from betaops.surveys.definition import Definition
from betaops.surveys.engine.conditions import in_words
from betaops.surveys.forms.doors import QuotaForm
from betaops.surveys.models import Quota, Survey, WhenFull
from betaops.surveys.reading import read
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/<id(svy):survey_id>/quotas", methods=["GET", "POST"])
@needs(policy.WRITE)
def quotas(slug: str, survey_id: UUID) -> Any:
    """All of them, and a form for another."""
    survey = survey_of(program_of(slug), survey_id)
    definition = _definition(survey)
    form = _form(definition)
    if form.validate_on_submit():
        with refusals(form):
            service.add_quota(writing(), survey.id, **_values(form, definition))
            flash(_("The quota is there. It counts from now on."))
            return redirect(url_for(".quotas", slug=slug, survey_id=survey.id), 303)
    return _page(slug, survey, definition, form), 422 if form.errors else 200


@blueprint.route("/<id(svy):survey_id>/quotas/<uuid:quota_id>", methods=["GET", "POST"])
@needs(policy.WRITE)
def quota(slug: str, survey_id: UUID, quota_id: UUID) -> Any:
    """Change one."""
    survey = survey_of(program_of(slug), survey_id)
    row = queries.quota(reading(), survey.id, quota_id)
    definition = _definition(survey)
    form = _form(definition, row)
    if form.validate_on_submit():
        with refusals(form):
            service.change_quota(writing(), survey.id, row.id, **_values(form, definition))
            flash(_("The quota is saved."))
            return redirect(url_for(".quotas", slug=slug, survey_id=survey.id), 303)
    return _page(slug, survey, definition, form, row), 422 if form.errors else 200


@blueprint.post("/<id(svy):survey_id>/quotas/<uuid:quota_id>/deletion")
@needs(policy.WRITE)
def delete_quota(slug: str, survey_id: UUID, quota_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    service.delete_quota(writing(), survey.id, quota_id)
    flash(_("The quota is gone. Nobody is turned away for it any more."))
    return redirect(url_for(".quotas", slug=slug, survey_id=survey.id), 303)


def _page(
    slug: str, survey: Survey, definition: Definition, form: QuotaForm, row: Quota | None = None
) -> str:
    found = queries.quotas(reading(), survey.id)
    return draw(
        "quotas",
        program_of(slug),
        survey,
        "settings",
        form=form,
        quota=row,
        quotas=found,
        held=queries.count_held(reading(), survey),
        words={each.id: in_words(each.condition, definition) for each in found},
    )


def _definition(survey: Survey) -> Definition:
    """What people answer now, else what they will."""
    live_id = queries.live_version_id(reading(), survey)
    return read(survey.draft) if live_id is None else queries.published(reading(), live_id).definition


def _form(definition: Definition, row: Quota | None = None) -> QuotaForm:
    questions = [(each.key, each.label()) for each in definition.asked]
    shown = {} if row is None else {
        "name": row.name, "condition": row.condition, "most": row.most, "when_full": row.when_full, "words": row.words,
    }  # fmt: skip
    return QuotaForm(data=shown, questions=questions)


def _values(form: QuotaForm, definition: Definition) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "condition": _condition(form, definition),
        "most": form.most.data,
        "when_full": WhenFull(form.when_full.data),
        "words": form.words.data or "",
    }


def _condition(form: QuotaForm, definition: Definition) -> str:
    """What question and answer say where a question was chosen, else the expression."""
    key = form.condition_question.data
    if not key:
        return form.condition.data or ""
    return comparisons.written(Comparison(key, "=", form.condition_value.data or ""), definition)
