"""Functions of expressions that look at the survey itself: `displayValue('plan')`, `isContainerReady('page1')`. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from betaops.surveys.definition import Panel, Question
from betaops.surveys.expressions.values import is_empty

if TYPE_CHECKING:
    from betaops.surveys.engine.scene import Scene


def answer(scene: "Scene", function: str, arguments: list[Any]) -> Any:
    """What `function` says in this scene; None where it has nothing to say."""
    name = arguments[0] if arguments else None
    if not isinstance(name, str) or not name:
        return False if function == "isContainerReady" else None
    if function == "isContainerReady":
        return _is_ready(scene.root, name)
    found = scene.question_named(name)
    if found is None:
        return "" if function == "getComment" else None
    scene, question = found
    if function == "getComment":
        return scene.values.get(question.comment_key) or ""
    if function == "displayValue":
        return words(scene, question, arguments[1] if len(arguments) > 1 else None)
    return _property(scene, question, arguments[1] if len(arguments) == 2 else None)  # name, property


def words(scene: "Scene", question: Question, value: Any = None) -> str:
    """An answer as a person reads it: the one given unless `value` is something else."""
    from betaops.surveys.kinds import KINDS

    value = scene.values.get(question.key) if is_empty(value) else value
    if is_empty(value) or question.kind not in KINDS:
        return ""
    if scene.source(question) is not None:
        # Of choices that are carried over, those words that this person sees.
        question = replace(question, choices=(*scene.choices(question), *question.choices))
    return KINDS[question.kind].words(question, value, scene.language)


def _property(scene: "Scene", question: Question, name: Any) -> Any:
    match name:
        case "name":
            return question.name
        case "title":
            return question.label(scene.language)
        case "value":
            return scene.values.get(question.key)
        case "isEmpty":
            return is_empty(scene.values.get(question.key))
        case "isVisible" | "visible":
            return scene.is_wanted(question)
        case "isRequired":
            return scene.is_required(question)
        case "isReadOnly" | "readOnly":
            return not scene.is_enabled(question)
    return None


def _is_ready(scene: "Scene", name: str) -> bool:
    """Whether everything in the page or panel of that name is answered rightly."""
    from betaops.surveys.engine.judging import judge

    page = next((each for each in scene.definition.pages if each.name == name), None)
    panel = next((each for each in scene.definition.panels if each.name == name), None)
    inside = page.questions if page is not None else _inside(panel) if panel is not None else None
    if inside is None:
        return False
    asked = tuple(each for each in inside if each.is_asked and scene.is_shown(each))
    return judge(scene, asked).problems == ()


def _inside(panel: Panel) -> tuple[Question, ...]:
    return tuple(
        question
        for element in panel.elements
        for question in (_inside(element) if isinstance(element, Panel) else (element,))
    )
