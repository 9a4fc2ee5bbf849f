"""The survey's texts beside their translations, one language at a time."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.surveys import languages, policy, service, translating
from betaops.surveys.forms.translating import LanguageForm, translation_form
from betaops.surveys.views.frame import blueprint, draw, number, program_of, survey_of
from betaops.web.access import needs
from betaops.web.application import writing
from betaops.web.forms import refusals


@blueprint.route("/<id(svy):survey_id>/translations", methods=["GET", "POST"])
@needs(policy.WRITE)
def translations(slug: str, survey_id: UUID) -> Any:
    """`?language=` chooses; without one, the first that there is."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    entries = translating.entries(survey.draft)
    known = translating.progress(survey.draft)
    language = _language(known)
    form = translation_form(entries, language)
    if language and form.validate_on_submit():
        words = form.words()
        with refusals(form):
            service.edit_draft(
                writing(),
                survey.id,
                lambda draft: translating.translated(draft, language, words),
                version=number(form["version"].data),
            )
            flash(_("The translation is saved. People see it once it is published."))
            return redirect(url_for(".translations", slug=slug, survey_id=survey_id, language=language), 303)
    if not form.is_submitted():
        form["version"].data = str(survey.version)
    page = draw(
        "translations",
        program,
        survey,
        "build",
        form=form,
        language=language,
        name=languages.name(language, i18n.language()),
        direction=languages.direction(language),
        entries=entries,
        known=[
            (each, languages.name(each.language, i18n.language()), each.language == language)
            for each in known
        ],
        is_new=language not in {each.language for each in known},
        add=LanguageForm(formdata=None),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<id(svy):survey_id>/translations/language")
@needs(policy.WRITE)
def add_language(slug: str, survey_id: UUID) -> Any:
    """Nothing is stored until its first text is."""
    survey_of(program_of(slug), survey_id)
    form = LanguageForm()
    if not form.validate_on_submit():
        flash(_("Choose a language."), "danger")
        return redirect(url_for(".translations", slug=slug, survey_id=survey_id), 303)
    return redirect(
        url_for(".translations", slug=slug, survey_id=survey_id, language=form.language.data), 303
    )


@blueprint.post("/<id(svy):survey_id>/translations/removal")
@needs(policy.WRITE)
def remove_language(slug: str, survey_id: UUID) -> Any:
    survey = survey_of(program_of(slug), survey_id)
    language = request.form.get("language", "")[:20]
    service.edit_draft(writing(), survey.id, lambda draft: translating.without(draft, language))
    flash(
        _("%(language)s is removed.", language=languages.name(language, i18n.language())),
    )
    return redirect(url_for(".translations", slug=slug, survey_id=survey_id), 303)


def _language(known: list[translating.Progress]) -> str:
    asked = request.args.get("language", "")[:20]
    if asked in {each.language for each in known} or languages.is_language(asked):
        return asked
    return known[0].language if known else ""
