"""What flags put on the pages of enrollment and of the palette."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.enrollment.providers import Link
from betaops.flags import policy, queries
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import viewer


def links(session: Session, enrollment: Enrollment) -> Sequence[Link]:
    """To every flag with its value for this person; counts those that are on."""
    if not viewer().can(policy.SEE):
        return []
    program = enrollment.program
    given = queries.flags_for(session, program.product_id, enrollment.tester, clock.now())
    if not given:
        return []
    return [
        Link(
            label=_("Flags that are on"),
            url=url_for("flags.person", slug=program.slug, enrollment_id=enrollment.id),
            count=sum(outcome.value is not False for _flag, outcome in given),
        )
    ]


def waiting(session: Session, program: Program) -> int:
    """Flags that a guardrail stopped and that wait for a signature: the number in the navigation."""
    return queries.count_stopped(session, program.product_id)


def find(session: Session, query: str, limit: int) -> list[dict[str, Any]]:
    """For the command palette: flags by key, in the newest program of their product."""
    words = query.casefold()
    found: list[dict[str, Any]] = []
    seen: set[Any] = set()
    for program in program_queries.programs(session, with_archived=False):
        if program.product_id in seen:
            continue
        seen.add(program.product_id)
        found += [
            {
                "label": flag.key,
                "note": program.product.name,
                "url": url_for("flags.show", slug=program.slug, flag_id=flag.id),
                "icon": "flag",
            }
            for flag in queries.flags(session, program.product_id)
            if words in flag.key.casefold()
        ]
    return found[:limit]
