"""Making, changing and dropping cohorts."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops.cohorts import queries, rules, uses
from betaops.cohorts.events import CohortCreated, CohortDeleted, CohortEdited
from betaops.cohorts.models import Cohort, CohortMember, Kind, number_for
from betaops.cohorts.service.members import add_members, refresh_soon, touch_program
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 2_000


def create_cohort(
    work: Work, program_id: UUID, *, name: str, description: str = "", rule: rules.Rule | None = None
) -> Cohort:
    """A cohort picked by hand, or by `rule`. A rule's people are in it at once where they are few."""
    program = program_queries.program(work.session, program_id)
    rule = None if rule is None else _rule(work, program.id, rule)
    cohort_id = new_id()
    cohort = Cohort(
        id=cohort_id,
        program_id=program.id,
        number=number_for(cohort_id),
        name=_name(name),
        description=_description(description),
        kind=Kind.STATIC if rule is None else Kind.RULE,
        rule=rule,
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    with _named_once(work):
        work.add(cohort)
    work.record(CohortCreated(cohort_id=cohort.id, program_id=program.id, name=cohort.name))
    touch_program(work, program.id)
    if rule is not None:
        refresh_soon(work, cohort)
    return cohort


def change_cohort(
    work: Work,
    cohort_id: UUID,
    *,
    version: int | None,
    name: str,
    description: str,
    rule: rules.Rule | None,
) -> Cohort:
    """Name, description and rule; a cohort stays of its kind. `Stale` where somebody saved meanwhile."""
    present = queries.cohort_by_id(work.session, cohort_id)
    if (rule is None) != (present.kind is Kind.STATIC):
        raise Refused("kind_stays", _("A cohort picked by hand stays so; make another one for a rule."))
    rule = None if rule is None else _rule(work, present.program_id, rule, cohort_id)
    cohort = work.lock(Cohort, cohort_id)
    values: dict[str, Any] = {
        "name": _name(name),
        "description": _description(description),
        "rule": rule,
    }
    with _named_once(work):
        changed = edit(work, cohort, version, **values)
        work.session.flush()
    if changed:
        work.record(
            CohortEdited(cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, changed=changed)
        )
    if "rule" in changed:
        touch_program(work, cohort.program_id)
        refresh_soon(work, cohort)
    return cohort


def snapshot(work: Work, cohort_id: UUID, *, name: str) -> Cohort:
    """A new cohort picked by hand: whoever is in this one now. It stays so when the rule moves on."""
    source = work.lock(Cohort, cohort_id)
    members = work.session.scalars(
        select(CohortMember.tester_id).where(CohortMember.cohort_id == source.id)
    ).all()
    copy = create_cohort(work, source.program_id, name=name, description=source.description)
    add_members(work, copy.id, members)
    return copy


def delete_cohort(work: Work, cohort_id: UUID) -> None:
    """Drop the cohort and who was in it when; the people stay. Refused while something needs it."""
    cohort = work.lock(Cohort, cohort_id)
    needed_by = uses.of(work.session, cohort)
    if needed_by:
        raise Refused(
            "cohort_is_used",
            _("This cohort is used by %(users)s. Change that first.", users=", ".join(needed_by)),
            used_by=needed_by,
        )
    work.record(CohortDeleted(cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name))
    work.delete(cohort)
    touch_program(work, cohort.program_id)


def _name(name: str) -> str:
    cleaned = " ".join(name.replace("\0", "").split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise Invalid(
            "bad_name",
            _("Give the cohort a name of up to %(most)s characters.", most=LONGEST_NAME),
            field="name",
        )
    return cleaned


def _description(text: str) -> str:
    cleaned = text.replace("\0", "").strip()
    if len(cleaned) > LONGEST_DESCRIPTION:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_DESCRIPTION), field="description"
        )
    return cleaned


def _rule(work: Work, program_id: UUID, rule: rules.Rule, cohort_id: UUID | None = None) -> rules.Rule:
    """`rule` as it is kept. Who writes one that reads cohorts holds the program: two at once could make a circle."""
    rule = rules.seeded(rule, _seed)
    if any(fact.startswith("cohort.") for fact in _reads(rule)):
        work.lock(Program, program_id)
    problems = queries.problems(work.session, program_id, rule, cohort_id)
    if problems:
        raise Invalid(
            "bad_rule",
            problems[0].sentence,
            field="rule",
            problems=[{"place": problem.place, "detail": problem.sentence} for problem in problems],
        )
    return rule


def _seed() -> str:
    """What a random sample is drawn by when nobody says: eight letters, once and for all."""
    return secrets.token_hex(4)


def _reads(rule: rules.Rule) -> frozenset[str]:
    return frozenset() if rules.validate(rule) else rules.reads(rule)


@contextmanager
def _named_once(work: Work) -> Iterator[None]:
    """What the database refuses inside is a second cohort of the same name."""
    try:
        with work.session.begin_nested():
            yield
    except IntegrityError as error:
        raise Invalid(
            "name_taken", _("Another cohort of this program has this name."), field="name"
        ) from error


def cohort_named(work: Work, program_id: UUID, name: str) -> Cohort | None:
    """For imports and samples."""
    return work.session.scalar(select(Cohort).where(Cohort.program_id == program_id, Cohort.name == name))
