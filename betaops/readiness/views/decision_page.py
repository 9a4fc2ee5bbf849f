"""What the pages about one decision share: its page, the roles that a member may sign for, and the proof of who signs."""

from typing import TypeVar
from uuid import UUID

from flask import render_template

from betaops.accounts.permissions import Role as MemberRole
from betaops.accounts.viewers import is_proven
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Phase
from betaops.readiness import board, evidence, policy, queries
from betaops.readiness.deciding import hitches
from betaops.readiness.deciding.quorum import Role, open_to
from betaops.readiness.forms import (
    DecisionForm,
    FulfilmentForm,
    ReceiptForm,
    RenewalForm,
    SignatureForm,
    WithdrawalForm,
)
from betaops.readiness.models import DecisionState
from betaops.web.application import reading, viewer
from betaops.web.forms import Form

Sent = TypeVar("Sent", bound=Form)


def page(
    slug: str, decision_id: UUID, sent: Form | None = None, *, of: int | UUID | None = None
) -> tuple[str, int]:
    """The decision with everything that became of it. `sent` is the form that was refused, `of` the number of the
    condition or the id of the waiver that it is about; all others are fresh."""
    program = program_queries.program_by_slug(reading(), slug)
    found = queries.decision(reading(), program.id, decision_id)
    signatures = queries.signatures(reading(), [found.id])[found.id]
    quorum = queries.quorum_of(found, signatures)
    may_sign = policy.may_be_signed(found, signatures, viewer().id) and viewer().can(policy.SIGN)
    form = _sent(sent, SignatureForm) or SignatureForm(formdata=None, data={"role": capacity()})
    conditions = queries.conditions(reading(), found)
    waivers = queries.waivers(reading(), found.id)
    if may_sign:
        offer_roles(form, quorum.open_roles)
    told = queries.receipt_of(reading(), found.id)
    is_standing = found.state is not DecisionState.WITHDRAWN
    today = clock.now().date()
    rendered = render_template(
        "readiness/decision.html",
        program=program,
        decision=found,
        signatures=signatures,
        quorum=quorum,
        rows=[board.of_snapshot(item) for item in found.snapshot["expectations"]],
        gate=found.snapshot.get("gate", {}),
        conditions=conditions,
        waivers=waivers,
        recheck=queries.recheck(reading(), found.id),
        in_the_way=[
            hitches.said(each, program.name) for each in queries.in_the_way(reading(), program, today)
        ]
        if found.state is DecisionState.IN_FORCE
        else [],
        is_under_way=program.phase in (Phase.RUNNING, Phase.CLOSING),
        today=today,
        is_whole=evidence.digest(found.snapshot) == found.digest,
        is_standing=is_standing,
        may_sign=may_sign,
        form=form,
        withdrawal=_sent(sent, WithdrawalForm) or WithdrawalForm(prefix="withdrawal-", formdata=None),
        fulfilments={
            each.number: _sent(sent if of == each.number else None, FulfilmentForm)
            or FulfilmentForm(prefix=f"met-{each.number}-", formdata=None)
            for each in conditions
        },
        renewals={
            rows[0].id: _sent(sent if of == rows[0].id else None, RenewalForm)
            or RenewalForm(prefix=f"{rows[0].id}-", formdata=None)
            for rows in waivers.values()
        },
        told=told,
        people_to_tell=len(queries.people_to_tell(reading(), program))
        if found.state is DecisionState.IN_FORCE
        else 0,
        receipt=_sent(sent, ReceiptForm)
        or ReceiptForm(
            prefix="receipt-",
            formdata=None,
            data={
                "sentence": told.sentence if told else "",
                "names_needs": told.names_needs if told else True,
                "writes": told is None,
            },
        ),
        must_prove=not is_proven(),
    )
    return rendered, 422 if sent is not None and sent.errors else 200


def _sent(form: Form | None, kind: type[Sent]) -> Sent | None:
    return form if isinstance(form, kind) else None


def capacity() -> str:
    """As what they sign, unless they say otherwise."""
    words = {
        MemberRole.OWNER: _("Owner"),
        MemberRole.MANAGER: _("Manager"),
        MemberRole.ANALYST: _("Analyst"),
        MemberRole.VIEWER: _("Viewer"),
    }
    return words.get(MemberRole(viewer().role), "") if viewer().role else ""


def offer_roles(form: DecisionForm | SignatureForm, open_roles: list[Role]) -> None:
    """Those that this member may sign for."""
    me = viewer().id
    if me is None:
        return
    able = {each.user.id for each in queries.able_to_sign(reading())}
    mine = open_to(open_roles, me, able)
    form.offer_roles(mine, is_held=any(role.user_id == me for role in mine))


def may_sign(form: Form) -> bool:
    """Whether they proved lately who they are: only then does a signature bear their name.

    Else the form says so and keeps what was typed; the page leads to the proof in a tab of its own.
    """
    if is_proven():
        return True
    form.refuse(_("It is a while since you signed in. Confirm that it is you, then send this again."))
    return False
