"""What the console's survey pages share: their blueprint, look-ups, tabs."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for

from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.surveys import labels, policy, queries, service
from betaops.surveys.models import Survey
from betaops.web.application import reading
from betaops.web.forms import EmptyForm

blueprint = Blueprint("surveys", __name__, url_prefix="/console/programs/<slug>/surveys")


def program_of(slug: str) -> Program:
    return program_queries.program_by_slug(reading(), slug)


def survey_of(program: Program, survey_id: UUID) -> Survey:
    return queries.survey_in(reading(), program.id, survey_id)


def draw(template: str, program: Program, survey: Survey, tab: str, **values: Any) -> str:
    """One page of a survey, with its tabs."""
    return render_template(
        f"surveys/console/{template}.html",
        program=program,
        survey=survey,
        tabs=_tabs(program, survey, tab),
        labels=labels,
        policy=policy,
        has_news=not service.is_live(queries.live_version(reading(), survey), survey.draft),
        empty_form=EmptyForm(),
        **values,
    )


def _tabs(program: Program, survey: Survey, current: str) -> list[dict[str, Any]]:
    words = (
        ("build", _("Build")),
        ("share", _("Share it")),
        ("results", _("Results")),
        ("settings", _("Settings")),
    )
    return [
        {
            "label": label,
            "url": url_for(f"surveys.{name}", slug=program.slug, survey_id=survey.id),
            "current": name == current,
        }
        for name, label in words
    ]


def number(text: str | None) -> int | None:
    """The version that a form carried; None where it carried none that can be."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
