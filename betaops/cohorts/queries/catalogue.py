"""Which facts there are about a program's people, for choosing from."""

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts import providers
from betaops.cohorts.models import Cohort, Trait
from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.ids import encode
from betaops.programs import queries as program_queries
from betaops.programs.models import Program

#: Attributes are collected from so many of the newest people.
_SAMPLE = 500
_MOST_EXAMPLES = 12


class Fact(NamedTuple):
    """A fact by its whole name; `label` where the program itself names it; `examples` are values seen."""

    name: str
    label: str | None
    examples: list[str]


class Catalogue(NamedTuple):
    """What a rule of one program can be made of, as far as known."""

    facts: list[Fact]
    #: Names of what people did in the product.
    deeds: list[str]
    #: (`coh_…`, name) of the program's cohorts.
    cohorts: list[tuple[str, str]]

    def examples(self, fact: str) -> list[str]:
        return next((each.examples for each in self.facts if each.name == fact), [])


def catalogue(session: Session, program: Program) -> Catalogue:
    """Every fact that a rule of this program can read."""
    return Catalogue(
        [*_attributes(session, program), *_answers(program), *_traits(session, program)],
        list(providers.seen(session, program, "usage")),
        _cohorts(session, program),
    )


def labels(session: Session, program: Program) -> dict[str, str]:
    """What a program's own facts are called: its signup questions, its surveys' questions, its cohorts."""
    return {
        **{f"answer.{each.name}": each.label for each in program_queries.questions(program)},
        **providers.names(session, program),
        **{f"cohort.{name}": label for name, label in _cohorts(session, program)},
    }


def _attributes(session: Session, program: Program) -> list[Fact]:
    seen: dict[str, Counter[str]] = {
        f"attribute.{each.keep_as}": Counter() for each in program_queries.questions(program) if each.keep_as
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
    return [
        Fact(name, None, [word for word, _count in counts.most_common(_MOST_EXAMPLES)])
        for name, counts in sorted(seen.items())
    ]


def _answers(program: Program) -> list[Fact]:
    return [
        Fact(f"answer.{each.name}", each.label, list(each.options[:_MOST_EXAMPLES]))
        for each in program_queries.questions(program)
    ]


def _traits(session: Session, program: Program) -> list[Fact]:
    """Those that somebody has, and those that rooms above have a name for."""
    called = {
        name: label for name, label in providers.names(session, program).items() if name.startswith("trait.")
    }
    present = session.scalars(
        select(Trait.name)
        .join(Enrollment, Enrollment.tester_id == Trait.tester_id)
        # Those with a dollar are written for flags, not for rules.
        .where(Enrollment.program_id == program.id, Trait.name.not_like("$%"))
        .distinct()
        .order_by(Trait.name)
        .limit(200)
    )
    names = dict.fromkeys([*called, *(f"trait.{name}" for name in present)])
    return [Fact(name, called.get(name), []) for name in names]


def _cohorts(session: Session, program: Program) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Cohort.id, Cohort.name).where(Cohort.program_id == program.id).order_by(Cohort.name, Cohort.id)
    )
    return [(encode("coh", row.id), row.name) for row in rows]


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)] if value is not None else []
