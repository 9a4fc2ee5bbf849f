"""Before a survey with arms: whoever begins is put into one, and what is asked may depend on it from the first page on.

Looking at an address puts nobody anywhere, for programs that check mails look at every link. Whoever is in an arm already,
because a mail or the product has shown it to them, sees its first page at once. A survey that has a start page of its own
begins with that one instead.
"""

import secrets
from typing import Any

from flask import render_template, request

from betaops.surveys import languages, queries
from betaops.surveys.cleaning import clean_html
from betaops.surveys.definition import Definition
from betaops.surveys.localised import DEFAULT, text
from betaops.surveys.portal.drawing import framers_of, language_of
from betaops.surveys.queries.doors import Door
from betaops.web.application import reading


def wants_opening(door: Door, definition: Definition) -> bool:
    """Whether this person, who has not begun, must do so before anything is asked."""
    begins_itself = bool(definition.pages and definition.pages[0].is_start)
    return door.survey.has_arms and not definition.arm and not begins_itself


def opening(door: Door, definition: Definition) -> Any:
    language = language_of(None)
    return render_template(
        "surveys/answer/opening.html",
        door=door,
        survey=door.survey,
        definition=definition,
        language=language,
        default=DEFAULT,
        languages=["", *definition.languages] if definition.languages else [],
        language_name=languages.name,
        written=languages.written(definition, language),
        text_direction=languages.direction,
        title=text(definition.title, language) or door.survey.name,
        description=clean_html(text(definition.description, language)),
        submission_key=secrets.token_hex(16),
        arms=queries.arms(reading(), door.survey.id) if door.is_test else [],
        embedded=bool(request.args.get("embed")),
        origins=" ".join(framers_of(door)),
    )
