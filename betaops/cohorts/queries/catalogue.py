"""Which facts there are about a program's people, for choosing from."""

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Trait
from betaops.enrollment.models import Enrollment, Tester
from betaops.programs import queries as program_queries
from betaops.programs.models import Program

#: Attributes are collected from so many of the newest people.
_SAMPLE = 500
_MOST_EXAMPLES = 5


class Fact(NamedTuple):
    """A fact by its whole name; `label` where the program itself names it; `examples` are values seen."""

    name: str
    label: str | None
    examples: list[str]


def catalogue(session: Session, program: Program) -> list[Fact]:
    """Every fact that a rule of this program can read, as far as known."""
    questions = program_queries.questions(program)
    seen: dict[str, Counter[str]] = {
        f"attribute.{each.keep_as}": Counter() for each in questions if each.keep_as
    }
    people = session.scalars(
        select(Tester.attributes)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(Enrollment.program_id == program.id)
        .order_by(Enrollment.applied_at.desc())
        .limit(_SAMPLE)
    )
    for attributes in people:
        for name, value in attributes.items():
            seen.setdefault(f"attribute.{name}", Counter()).update(_words(value))
    found = [
        Fact(name, None, [word for word, _count in counts.most_common(_MOST_EXAMPLES)])
        for name, counts in sorted(seen.items())
    ]
    found += [
        Fact(f"answer.{each.name}", each.label, list(each.options[:_MOST_EXAMPLES])) for each in questions
    ]
    names = session.scalars(
        select(Trait.name)
        .join(Enrollment, Enrollment.tester_id == Trait.tester_id)
        # Those with a dollar are written for flags, not for rules.
        .where(Enrollment.program_id == program.id, Trait.name.not_like("$%"))
        .distinct()
        .order_by(Trait.name)
        .limit(200)
    )
    return found + [Fact(f"trait.{name}", None, []) for name in names]


def labels(program: Program) -> dict[str, str]:
    """What a program's own facts are called: its signup questions."""
    return {f"answer.{each.name}": each.label for each in program_queries.questions(program)}


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)] if value is not None else []
