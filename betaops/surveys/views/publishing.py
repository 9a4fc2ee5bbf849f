"""Before publishing: what is in the way, and what differs from the live version, in words."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.surveys import editing, languages, policy, queries, service, translating
from betaops.surveys.analysis.series import trait_name
from betaops.surveys.forms.publishing import PublishForm
from betaops.surveys.linting import lint
from betaops.surveys.models import Survey
from betaops.surveys.reading import read
from betaops.surveys.views.building import element_place
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/<id(svy):survey_id>/publication", methods=["GET", "POST"])
@needs(policy.WRITE)
def publication(slug: str, survey_id: UUID) -> Any:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    review = _review(survey)
    form = PublishForm(changes=review.breaking, countable=review.countable)
    if form.validate_on_submit():
        with refusals(form):
            version = service.publish(
                writing(),
                survey.id,
                note=form.note.data or "",
                new_series=form.new_series.data or [],
                counted_on=form.counted_on.data or [],
            )
            flash(_went_live(version.number))
            return redirect(url_for(".share", slug=slug, survey_id=survey.id), 303)
    page = draw(
        "publish",
        program,
        survey,
        "build",
        form=form,
        review=review,
        facts=_facts(survey, review),
        lost=_lost(survey),
        hints=[(hint, editing.spot_of(element_place(hint.place))) for hint in lint(read(survey.draft))],
        half_translated=_half_translated(survey),
        spots={finding: editing.spot_of(element_place(finding.place)) for finding in review.findings},
        versions=queries.versions(reading(), survey.id),
    )
    return page, 422 if form.errors else 200


def _review(survey: Survey) -> service.Review:
    return service.review(
        queries.live_version(reading(), survey),
        survey.draft,
        queries.former_questions(reading(), survey),
        queries.arm_names(reading(), survey.id),
        queries.given(reading(), survey),
    )


def _half_translated(survey: Survey) -> list[tuple[str, translating.Progress]]:
    """Languages, by name, in which some texts have no words yet."""
    known = translating.progress(survey.draft)
    return [(languages.name(each.language, i18n.language()), each) for each in known if each.done < each.of]


def _went_live(number: int) -> str:
    if number == 1:
        return _("Version 1 is live. Now choose how people come to it.")
    return _(
        "Version %(number)s is live. Whoever is answering finishes the version they began.", number=number
    )


def _facts(survey: Survey, review: service.Review) -> list[tuple[str, str, str]]:
    """(question, fact about people until now, from now on) for every question that would begin anew."""
    known = queries.current_questions(reading(), survey.id)
    asked = read(survey.draft).by_name
    found = []
    for change in {change.name: change for change in review.breaking}.values():
        question, row = asked[change.name], known[change.name]
        if question.trait:
            names = [trait_name(question.trait, series) for series in (row.series, row.series + 1)]
            found.append((question.label(), names[0], names[1]))
    return found


def _lost(survey: Survey) -> list[str]:
    """Why the draft, once published, could no longer be shown in the product where the survey stands now."""
    placement = queries.placement(reading(), survey.id)
    if placement is None or not placement.is_on:
        return []
    return service.obstacles_of_draft(survey, queries.arm_names(reading(), survey.id))
