"""What flags put on the pages of enrollment and of the palette, and into a tester's copy of their data."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.providers import Ask, Link
from betaops.flags import policy, queries
from betaops.flags.guardrails import label
from betaops.flags.models import Flag, Stage
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.web.application import reading, viewer


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
            count=sum(each.outcome.value is not False for each in given),
        )
    ]


def waiting(session: Session, program: Program) -> int:
    """What waits for this member: changes to approve, flags that a guardrail stopped. The number in the navigation."""
    if not viewer().can(policy.MANAGE):
        return 0
    return queries.count_waiting(session, program.product_id, viewer().id)


def promotion_gate(session: Session, _product_id: UUID, flag: Flag, _to_stage: Stage) -> Sequence[str]:
    """Nothing goes on to another stage while one of its guardrails is broken."""
    return [
        _(
            "A guardrail is broken: %(what)s. Somebody has to sign for it first.",
            what=label(row.measure, row.event),
        )
        for row in queries.guardrails_of(session, flag.id)
        if row.broken_at is not None
    ]


def tabs(enrollment: Enrollment) -> Sequence[Link]:
    """Under the program's name in the portal, where there is something to try."""
    if not queries.has_features(reading(), enrollment.program.product_id):
        return []
    url = url_for("flags_portal.features", slug=enrollment.program.slug)
    return [Link(label=_("Features to try"), url=url)]


def asks(session: Session, enrollment: Enrollment) -> Sequence[Ask]:
    """One for all features that can be joined and were neither joined nor left."""
    names = queries.untried(session, enrollment.program.product_id, enrollment.tester_id)
    if not names:
        return []
    title = ngettext("There is a feature to try", "There are %(num)s features to try", len(names))
    return [
        Ask(
            title=title,
            text=", ".join(names[:3]),
            url=url_for("flags_portal.features", slug=enrollment.program.slug),
            verb=_("Have a look"),
            minutes=1,
            icon="flask-conical",
        )
    ]


def data(session: Session, tester: Tester) -> Any:
    """What somebody chose, what was set for them by hand and what they met in the product, for their own export."""
    return {
        "features": [
            {
                "feature": feature.name,
                "flag": flag.key,
                "joined": choice.has_joined,
                "at": choice.chosen_at.isoformat(),
                "stage": choice.stage.value,
                "by": choice.who or None,
            }
            for flag, feature, choice in queries.choices_of(session, tester.id)
        ],
        "set_by_hand": [
            {
                "flag": flag.key,
                "value": override.value,
                "since": override.set_at.isoformat(),
                "why": override.why,
            }
            for flag, override in queries.overrides_of(session, tester.id)
        ],
        "met": [
            {
                "flag": each.flag_key,
                "value": each.value,
                "first_on": each.first_on.isoformat(),
                "last_on": each.last_on.isoformat(),
            }
            for each in queries.sightings(session, tester.id)
        ],
    }


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
                "note": _("%(product)s, archived", product=program.product.name)
                if flag.archived_at
                else program.product.name,
                "url": url_for("flags.show", slug=program.slug, flag_id=flag.id),
                "icon": "flag",
            }
            for flag in queries.flags(session, program.product_id)
            if words in flag.key.casefold()
        ]
    return found[:limit]
