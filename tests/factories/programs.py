"""Products and programs, ready to be built upon."""

from datetime import timedelta
from typing import Any

from betaops.kernel.work import Work
from betaops.programs import service
from betaops.programs.models import Phase, Product, Program
from betaops.programs.screener import Question


def a_product(work: Work, *, name: str = "Aurora Notes", origins: list[str] | None = None) -> Product:
    product, _secret = service.create_product(work, name=name, origins=origins)
    return product


def a_program(
    work: Work,
    *,
    product: Product | None = None,
    name: str = "Aurora Notes 2.0",
    codename: str = "Project Lantern",
    phase: Phase = Phase.RECRUITING,
    capacity: int = 100,
    screener: list[Question] | None = None,
    with_agreement: bool = True,
    **more: Any,
) -> Program:
    """A closed beta that began yesterday. `screener` defaults to no questions; `more` are columns."""
    program = service.create_program(
        work,
        product_id=(product or a_product(work)).id,
        name=name,
        template="closed_beta",
        codename=codename,
        starts_on=work.now.date() - timedelta(days=1),
    )
    if with_agreement:
        service.publish_agreement(work, program.id)
    values = {
        "phase": phase,
        "capacity": capacity,
        "screener": [question.to_json() for question in screener or []],
        **more,
    }
    for column, value in values.items():
        setattr(program, column, value)
    work.session.flush()
    return program
