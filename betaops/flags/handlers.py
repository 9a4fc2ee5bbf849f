"""What flags do when something happened: to people, to the product's groups, to their own guardrails."""

from typing import Any, Protocol
from uuid import UUID

from betaops.accounts import queries as account_queries
from betaops.accounts.permissions import ROLES
from betaops.enrollment.events import IdentityLinked
from betaops.flags import guardrails, policy, queries, service
from betaops.flags.events import GuardrailBroken
from betaops.flags.models import Reaction
from betaops.kernel import mail
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase
from betaops.web.letters import letter, link


class ProductEvent(Protocol):
    """An event as an SDK sent it."""

    @property
    def properties(self) -> dict[str, Any]: ...


def adopt(work: Work, event: IdentityLinked) -> None:
    """Somebody is known by another id: what was chosen under it is their choice."""
    service.adopt(work, event.tester_id, event.distinct_id)


def group_identified(work: Work, product_id: UUID, owner: UUID | None, event: ProductEvent) -> None:
    """`$groupidentify`: the product says what it knows of one of its groups."""
    group_type, key = event.properties.get("$group_type"), event.properties.get("$group_key")
    told = event.properties.get("$group_set")
    if isinstance(group_type, str) and isinstance(key, str | int | float) and isinstance(told, dict):
        service.describe_group(work, product_id, group_type, str(key), told)


def tell_broken(work: Work, event: GuardrailBroken) -> None:
    """By mail, to every member who may sign to go on."""
    try:
        flag = queries.flag(work.session, event.flag_id)
    except NotFound:
        return
    programs = program_queries.programs_of_product(work.session, flag.product_id)
    program = next((each for each in programs if each.phase is not Phase.ARCHIVED), None)
    url = link("flags.show", slug=program.slug, flag_id=flag.id) if program else link("overview.latest")
    kind = guardrails.kinds().get(event.measure)
    for member in account_queries.members(work.session):
        if policy.MANAGE not in ROLES[member.membership.role] or member.user.disabled_at is not None:
            continue
        written = letter(
            "flags_guardrail",
            member.user.mail,
            kind="flags.guardrail",
            language=member.user.language,
            person_id=member.user.id,
            name=member.user.name,
            key=flag.key,
            measure=kind.label if kind else event.measure,
            event=event.event_name,
            reading=guardrails.amount(event.measure, event.reading),
            limit=guardrails.amount(event.measure, event.limit),
            hours=event.window_hours,
            is_off=event.reaction == Reaction.SWITCH_OFF,
            url=url,
        )
        mail.queue(work, written, key=f"guardrail:{work.cause_id}:{member.user.id}")
