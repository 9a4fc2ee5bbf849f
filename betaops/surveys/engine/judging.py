"""Answers against their definition: what is missing or wrong, and what will be stored. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import WITH_CHOICES, Definition, Panel, Question
from betaops.surveys.engine.calculating import finished
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.entries import LISTS, settled
from betaops.surveys.engine.scene import STATE, Scene, text_key
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.kinds import KINDS, Row, Wrong
from betaops.surveys.kinds.base import LONGEST_TEXT
from betaops.surveys.kinds.validators import check
from betaops.surveys.localised import DEFAULT

#: Answers that one response may hold, counting unknown ones.
MOST_VALUES = 2000
#: With those in entries of questions, however deep.
MOST_INSIDE = 10_000


@dataclass(frozen=True)
class Problem:
    """Why an answer cannot stay; `name` is the field it belongs to (question, or its comment)."""

    name: str
    question: Question
    message: str


@dataclass(frozen=True)
class Judged:
    """`values` with everything right made tidy and everything wrong left as it was written."""

    values: dict[str, Any]
    problems: tuple[Problem, ...]


def judge(scene: Scene, questions: tuple[Question, ...]) -> Judged:
    """Judge the shown `questions` of a scene (those of a page, or all)."""
    values = dict(scene.values)
    problems: list[Problem] = []
    required_panels = _required_by_panels(scene)
    for question in questions:
        if not scene.is_enabled(question):
            continue
        problems += _judge_one(scene, question, values, must=question.name in required_panels)
    return Judged(values, tuple(problems))


def judge_all(
    definition: Definition,
    values: Mapping[str, Any],
    *,
    now: datetime,
    language: str = DEFAULT,
    seed: str = "",
    files: frozenset[str] = frozenset(),
) -> Judged:
    """A whole response on completion: what is shown is judged, then hidden and unknown answers are dropped."""
    known = {key for question in definition.asked for key in (question.key, question.comment_key)}
    known |= {STATE, *definition.actions.kept}
    own = {
        key: value for key, value in values.items() if key in known and (not is_empty(value) or value == [])
    }
    scene = Scene(definition, own, now=now, language=language, seed=seed, files=files)
    judged = judge(scene, gone_through(scene))
    if definition.acts:
        # That something is not offered any more may set other answers: the survey takes it away itself.
        whole = {**judged.values, **_not_offered(scene, own)}
        kept = finished(definition, whole, now=now, language=language, seed=seed, files=files)
        kept |= {q.key: _offered(scene, q, kept[q.key]) for q in scene.asked if q.key in kept}
    else:
        gone = scene.hidden_keys() | {STATE}
        kept = {key: value for key, value in judged.values.items() if key not in gone}
    for question in scene.asked if not judged.problems else ():
        if question.inner is not None and question.key in kept:
            kept[question.key] = settled(question, kept[question.key], scene)
    kept = {key: value for key, value in kept.items() if not is_empty(value)}
    return Judged(kept | calculated(scene), judged.problems)


def is_too_much(answers: Mapping[str, Any]) -> bool:
    """Whether that is more than anybody answers. Each is judged, and a hundred entries in each of a hundred are many."""
    if len(answers) > MOST_VALUES:
        return True
    waiting, count = [*answers.values()], 0
    while waiting and count <= MOST_INSIDE:
        value = waiting.pop()
        count += 1
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
    return count > MOST_INSIDE


def gone_through(scene: Scene) -> tuple[Question, ...]:
    """What is asked; on pages that triggers lead past, only what was answered nevertheless."""
    if not scene.passed_over:
        return scene.asked
    past = {scene.definition.pages[number].place for number in scene.passed_over}
    return tuple(
        question
        for page in scene.pages
        for question in scene.questions(page)
        if page.place not in past or not is_empty(scene.values.get(question.key))
    )


def calculated(scene: Scene) -> dict[str, Any]:
    """Calculated values that stand among the answers."""
    found: dict[str, Any] = {}
    for each in scene.definition.actions.calculated:
        value = scene.variables.get(each.name.lower())
        value = value.isoformat() if isinstance(value, datetime) else stored(value, None)
        if each.is_kept and value is not None:
            found[each.name] = value
    return found


def rows_of(definition: Definition, values: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The typed rows of judged answers, by question name; a free text beside a choice is a row of its own."""
    found: dict[str, list[Row]] = {}
    for question in definition.asked:
        value, comment = values.get(question.key), values.get(question.comment_key)
        rows = [] if is_empty(value) else list(KINDS[question.kind].rows(question, value))
        if isinstance(comment, str) and comment and (question.has_other or question.has_comment):
            rows.append(Row(row="", code="#comment", text=comment))
        if rows:
            found[question.name] = rows
    return found


def _judge_one(scene: Scene, question: Question, values: dict[str, Any], *, must: bool) -> list[Problem]:
    value = _offered(scene, question, values.get(question.key))
    is_missing = is_empty(value)
    if is_missing and question.inner is None:
        values.pop(question.key, None)
    if is_missing and (must or (question.inner is None and scene.is_required(question))):
        values.pop(question.key, None)
        own = question.option_text("requiredErrorText", scene.language)
        return [Problem(question.name, question, own or _required(question))]
    # Of a compound question something inside may have to be answered, even where nothing was.
    if not is_missing or question.inner is not None:
        try:
            values[question.key] = KINDS[question.kind].clean(question, value, scene)
            check(question, values[question.key], scene)
        except Wrong as wrong:
            parts = wrong.parts or (("", str(wrong.message)),)
            return [Problem(question.name + part, question, message) for part, message in parts]
    if is_empty(values.get(question.key)) and not (question.kind in LISTS and value == []):
        values.pop(question.key, None)
    problem = _judge_comment(scene, question, values)
    return [] if problem is None else [problem]


def _offered(scene: Scene, question: Question, value: Any) -> Any:
    """Without what the survey itself put there, or left there, though it is not offered: nobody could mend it."""
    if not scene.definition.acts or question.kind not in WITH_CHOICES or is_empty(value):
        return value
    if isinstance(value, dict):
        return value  # a ranking as its page sends it
    known = scene.known_choices(question)
    if isinstance(value, list):
        return [each for each in value if text_key(each) in known]
    return value if text_key(value) in known else None


def _not_offered(scene: Scene, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to shown questions of which not all may be chosen, by key."""
    return {
        question.key: values[question.key]
        for question in scene.asked
        if question.key in values and _offered(scene, question, values[question.key]) != values[question.key]
    }


def _judge_comment(scene: Scene, question: Question, values: dict[str, Any]) -> Problem | None:
    comment = values.get(question.comment_key)
    if not (question.has_other or question.has_comment):
        values.pop(question.comment_key, None)
        return None
    text = comment.strip() if isinstance(comment, str) else ""
    if len(text) > LONGEST_TEXT:
        return Problem(
            f"{question.name}-Comment", question, _("Write at most %(high)s letters.", high=LONGEST_TEXT)
        )
    chosen = values.get(question.key)
    picks_other = question.has_other and "other" in (chosen if isinstance(chosen, list) else [chosen])
    if question.has_other and not picks_other:
        text = ""
    if picks_other and not text:
        own = question.option_text("otherErrorText", scene.language)
        return Problem(f"{question.name}-Comment", question, own or _("Describe your answer."))
    values.pop(question.comment_key, None)
    if text:
        values[question.comment_key] = text
    return None


def _required(question: Question) -> str:
    if question.kind in ("radiogroup", "dropdown", "boolean", "buttongroup"):
        return _("Choose an answer.")
    if question.kind in ("checkbox", "tagbox", "imagepicker"):
        return _("Choose at least one answer.")
    if question.kind == "rating":
        return _("Choose a place on the scale.")
    if question.kind == "ranking":
        return _("Put the answers in order.")
    if question.kind == "file":
        return _("Choose a file.")
    return _("Answer every row.") if question.kind == "matrix" else _("Write an answer.")


def _required_by_panels(scene: Scene) -> set[str]:
    """A required panel wants at least one answer inside: without one, its first question is asked for."""
    found: set[str] = set()
    for panel in scene.definition.panels:
        must = scene.holds(panel.required_if) if panel.required_if else panel.is_required
        if not must or not scene.is_shown(panel):
            continue
        inside = [question for question in _inside(panel) if question.is_asked and scene.is_shown(question)]
        if inside and all(is_empty(scene.values.get(question.key)) for question in inside):
            found.add(inside[0].name)
    return found


def _inside(panel: Panel) -> list[Question]:
    found: list[Question] = []
    for element in panel.elements:
        found += _inside(element) if isinstance(element, Panel) else [element]
    return found
