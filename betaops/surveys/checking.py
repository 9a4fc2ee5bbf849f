"""What keeps a definition from being published, and what its author should know. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from betaops.kernel.i18n import gettext as _
from betaops.surveys import instruments
from betaops.surveys.definition import KINDS, WITH_CHOICES, Definition, Oddity, Question
from betaops.surveys.engine import conditions, endings, stated
from betaops.surveys.engine.arms import ARM, unknown_arms
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.grammar import Node
from betaops.surveys.kinds.validators import pattern
from betaops.surveys.localised import text
from betaops.surveys.looks import origins

LONGEST_NAME = 200
#: Bytes of JSON.
LARGEST_DEFINITION = 1_000_000


@dataclass(frozen=True)
class Finding:
    """One problem (`is_blocking`) or remark; `place` leads to it in the JSON."""

    code: str
    message: str
    name: str = ""
    place: tuple[str | int, ...] = ()
    is_blocking: bool = True

    @property
    def pointer(self) -> str:
        """The place as people read it: pages › 1 › elements › 3."""
        return " › ".join(str(part + 1) if isinstance(part, int) else part for part in self.place)


def check(definition: Definition, arms: Collection[str] = ()) -> list[Finding]:
    """Everything found, problems first. `arms` are the names of the survey's arms."""
    found = [_odd(oddity) for oddity in definition.oddities]
    if not definition.asked and not any(finding.code == "not_a_survey" for finding in found):
        found.append(Finding("nothing_asked", _("The survey asks nothing yet. Add a question.")))
    for question in definition.every_question:
        found += _question(question)
    found += _pictures(definition)
    found += _conditions(definition, arms)
    found += _actions(definition)
    for element, why in instruments.misfits(definition):
        found.append(Finding("instrument_misfit", why, element.name, element.place))
    return sorted(found, key=lambda finding: not finding.is_blocking)


def problems(definition: Definition) -> list[Finding]:
    """Only what is in the way of publishing."""
    return [finding for finding in check(definition) if finding.is_blocking]


def _odd(oddity: Oddity) -> Finding:
    return Finding(
        oddity.code,
        _sentence(oddity),
        oddity.name,
        oddity.place,
        is_blocking=oddity.code not in ("unsupported_type", "not_an_element", "odd_choice"),
    )


def _sentence(oddity: Oddity) -> str:
    name, detail = oddity.name, oddity.detail
    sentences = {
        "not_a_survey": _("This is not a survey: a JSON object with pages is expected."),
        "not_a_page": _("This page is not an object."),
        "not_a_list": _("Elements must be a list."),
        "not_an_element": _("This element is not an object. It is kept, and shown to nobody."),
        "too_much": _("There is more here than a survey may hold."),
        "no_name": _("This question has no name. It needs one, so that its answers can be told from others."),
        "unsupported_type": _(
            "“%(name)s” is of type %(type)s, which is kept but not asked.", name=name, type=detail
        ),
        "choices_by_url": _(
            "“%(name)s” takes its answers from another address. They are never fetched: list them.", name=name
        ),
        "odd_choice": _("“%(name)s” has an answer without a value. It is left out.", name=name),
        "same_choice_twice": _("“%(name)s” has the answer %(value)s twice.", name=name, value=detail),
        "same_name_twice": _(
            "Two elements are called “%(name)s”. Their answers could not be told apart.", name=name
        ),
    }
    return sentences.get(oddity.code, oddity.code)


def _question(question: Question) -> Iterator[Finding]:
    def finding(code: str, message: str) -> Finding:
        return Finding(code, message, question.name, question.place)

    if question.kind not in KINDS:
        return
    name = question.name
    if len(name) > LONGEST_NAME or "\0" in name:
        yield finding(
            "bad_name", _("The name of a question has at most %(most)s letters.", most=LONGEST_NAME)
        )
    if name.startswith("__"):
        yield finding("bad_name", _("“%(name)s”: names must not begin with two underscores.", name=name))
    yield from _missing(question)
    low, high = ("rateMin", "rateMax") if question.kind == "rating" else ("min", "max")
    least, most = question.number(low), question.number(high)
    if least is not None and most is not None and least >= most:
        yield finding("empty_range", _("“%(name)s”: the lowest value must be below the highest.", name=name))
    for validator in question.validators:
        if str(validator.get("type", "")).startswith("regex"):
            source = str(validator.get("regex") or "")
            if pattern(source, ignores_case=True) is None:
                yield finding(
                    "bad_pattern",
                    _("“%(name)s”: the pattern %(pattern)s cannot be used.", name=name, pattern=source[:80]),
                )


def _missing(question: Question) -> Iterator[Finding]:
    """What a question of its kind cannot do without."""
    kind, name = question.kind, question.name

    def finding(code: str, message: str) -> Finding:
        return Finding(code, message, name, question.place)

    if kind in WITH_CHOICES and not question.choices and not question.options.get("choicesFromQuestion"):
        yield finding("no_choices", _("“%(name)s” has no answers to choose from.", name=name))
    if (kind == "matrix" and not (question.rows and question.columns)) or (
        kind == "matrixdropdown" and not question.rows
    ):
        yield finding("no_choices", _("“%(name)s” needs rows and columns.", name=name))
    if question.inner is not None and not question.inner.asked:
        yield finding("nothing_inside", _("“%(name)s” asks nothing inside yet.", name=name))
    if kind == "expression" and not isinstance(question.options.get("expression"), str):
        yield finding("no_expression", _("“%(name)s” needs an expression to calculate.", name=name))


def _pictures(definition: Definition) -> Iterator[Finding]:
    """Who a picture is fetched from sees who looks at it: no problem, but something to know."""
    found = origins(definition)
    if found:
        message = _(
            "Pictures are loaded from %(sites)s, which then sees the addresses of everybody who answers.",
            sites=", ".join(found),
        )
        yield Finding("pictures_elsewhere", message, is_blocking=False)


def _conditions(definition: Definition, arms: Collection[str]) -> Iterator[Finding]:
    known = conditions.known_names(definition) | {ARM}
    for each in stated.expressions(definition):
        here = (*each.place, each.property)
        try:
            tree = parse(each.source)
        except SyntaxProblem as error:
            message = _(
                "%(property)s of “%(name)s” cannot be read from letter %(letter)s on: %(rest)s",
                property=each.property, name=each.name, letter=error.position + 1,
                rest=each.source[error.position :][:40] or "…",
            )  # fmt: skip
            yield Finding("bad_expression", message, each.name, here)
            continue
        for function in conditions.unknown_functions(tree):
            message = _("%(property)s of “%(name)s” uses %(function)s(), which is not known.",
                        property=each.property, name=each.name, function=function)  # fmt: skip
            yield Finding("unknown_function", message, each.name, here)
        yield from _arms(each, tree, arms)
        for wanted in conditions.names(tree):
            if conditions.leads_nowhere(wanted, known):
                yield _nowhere(each, wanted)


def _arms(each: stated.Stated, tree: Node, arms: Collection[str]) -> Iterator[Finding]:
    here = (*each.place, each.property)
    if not arms and ARM in (name.lower() for name in conditions.names(tree)):
        message = _("%(property)s of “%(name)s” asks for the arm, and the survey has no arms. Make them in its settings.",
                    property=each.property, name=each.name)  # fmt: skip
        yield Finding("unknown_arm", message, each.name, here)
        return
    for arm in unknown_arms(tree, arms):
        message = _("%(property)s of “%(name)s” asks for the arm “%(arm)s”, which the survey does not have.",
                    property=each.property, name=each.name, arm=arm)  # fmt: skip
        yield Finding("unknown_arm", message, each.name, here)


def _actions(definition: Definition) -> Iterator[Finding]:
    """Actions that go by a name, and addresses to go on to."""
    for each, names in stated.targets(definition):
        if each.source not in names:
            yield _nowhere(each, each.source)
    seen: set[str] = set()
    for value in definition.actions.calculated:
        if value.name.lower() in seen or value.name.lower() in definition.by_key:
            message = _(
                "Two values are called “%(name)s”. Conditions could not tell them apart.", name=value.name
            )
            yield Finding("same_name_twice", message, value.name, value.place)
        seen.add(value.name.lower())
    for place, address in endings.addresses(definition.options):
        told = text(address)
        if not told.startswith(("https://", "http://")):
            message = _(
                "“%(address)s” is no address to go on to: it must begin with https://.", address=told[:80]
            )
            yield Finding("bad_address", message, "", place)


def _nowhere(each: stated.Stated, wanted: str) -> Finding:
    message = _("%(property)s of “%(name)s” refers to {%(wanted)s}, which is not in the survey.",
                property=each.property, name=each.name, wanted=wanted)  # fmt: skip
    return Finding("unknown_name", message, each.name, (*each.place, each.property))
