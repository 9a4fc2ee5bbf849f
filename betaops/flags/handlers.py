"""What flags do when something happened to them: members hear of a broken guardrail."""

from betaops.accounts import queries as account_queries
from betaops.accounts.permissions import ROLES
from betaops.flags import guardrails, policy, queries
from betaops.flags.events import GuardrailBroken
from betaops.flags.models import Reaction
from betaops.kernel import mail
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase
from betaops.web.letters import letter, link


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
