"""Cohorts, and the facts that their rules read."""

from itertools import count
from typing import Any

from betaops.cohorts import service
from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.factories.programs import a_program

_numbers = count(1)


def a_cohort(
    work: Work,
    *,
    program: Program | None = None,
    name: str = "",
    rule: dict[str, Any] | None = None,
    members: "list[Enrollment] | tuple[Enrollment, ...]" = (),
) -> Cohort:
    """By `rule`, or picked by hand with `members`."""
    program = program or a_program(work)
    cohort = service.create_cohort(work, program.id, name=name or f"Cohort {next(_numbers)}", rule=rule)
    if members:
        service.add_members(work, cohort.id, [enrollment.tester_id for enrollment in members])
    return cohort


def where(fact: str, operator: str, value: Any = None) -> dict[str, Any]:
    """One condition of a rule."""
    return {"fact": fact, "operator": operator, **({} if value is None else {"value": value})}
