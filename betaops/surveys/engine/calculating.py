"""What follows from an answer: values that are set, reset, copied, calculated. As `survey-core` 3.1.1 does it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Definition
from betaops.surveys.engine.barring import with_barred
from betaops.surveys.engine.course import Course
from betaops.surveys.engine.scene import STATE, Scene, first_values
from betaops.surveys.localised import DEFAULT

NO_FILES: frozenset[str] = frozenset()


def begun(
    definition: Definition, *, now: datetime, language: str = DEFAULT, seed: str = ""
) -> dict[str, Any]:
    """The answers that are there before anybody answers."""
    if not definition.acts:
        return first_values(definition)
    course = Course(definition, {}, now=now, language=language, seed=seed)
    course.begin()
    return course.answers


def answered(
    definition: Definition,
    before: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    now: datetime,
    language: str = DEFAULT,
    seed: str = "",
    files: frozenset[str] = NO_FILES,
) -> dict[str, Any]:
    """`before` with `changes` (None takes an answer away) and all that follows from them, in the survey's order."""
    if definition.acts:
        after = _course(definition, before, changes, now=now, language=language, seed=seed, files=files)
    else:
        told = {**before, **{key: value for key, value in changes.items() if key != STATE}}
        after = {key: value for key, value in told.items() if value is not None}
    if not definition.switches_off:
        return after
    scene = Scene(definition, after, now=now, language=language, seed=seed, files=files)
    return with_barred(after, before, scene, changes)


def _course(
    definition: Definition,
    before: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    now: datetime,
    language: str,
    seed: str,
    files: frozenset[str],
) -> dict[str, Any]:
    course = Course(definition, before, now=now, language=language, seed=seed, files=files)
    for question in definition.asked:
        for key in (question.key, question.comment_key):
            if key in changes:
                course.answer(question, key, changes[key])
    others = {key for question in definition.asked for key in (question.key, question.comment_key)}
    course.keep({key: value for key, value in changes.items() if key not in others})
    return course.answers


def finished(
    definition: Definition,
    values: Mapping[str, Any],
    *,
    now: datetime,
    language: str,
    seed: str,
    files: frozenset[str] = NO_FILES,
) -> dict[str, Any]:
    """What remains of the answers when everything was answered, in a survey that changes answers by itself."""
    course = Course(definition, values, now=now, language=language, seed=seed, files=files)
    course.finish()
    return {key: value for key, value in course.answers.items() if key != STATE}
