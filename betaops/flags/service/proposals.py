"""Changes that wait for a second person, where the product asks for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from betaops.accounts import queries as account_queries
from betaops.flags import queries
from betaops.flags.events import (
    FlagApprovalAskedFor,
    FlagApprovalDropped,
    FlagChangeApproved,
    FlagChangeProposed,
    FlagChangeRejected,
    FlagChangeWithdrawn,
)
from betaops.flags.models import Action, ApprovalRule, Change, Flag, FlagProposal, ProposalState
from betaops.flags.service import flags, revisions
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs.models import Product


@dataclass(frozen=True)
class Wanted:
    """What somebody wants of a flag. `values` are what `create_flag` or `change_flag` take."""

    action: Action
    product_id: UUID
    flag_id: UUID | None = None
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def make(work: Work, wanted: Wanted) -> Flag | FlagProposal | None:
    """Done at once where one person may decide: the flag (None when it was deleted). Else the proposal that waits.

    What would change nothing is not proposed.
    """
    if not revisions.needs_approval(work, wanted.product_id):
        return _done(work, wanted)
    rule = queries.approval_rule(work.session, wanted.product_id)
    if rule is not None:
        # One at a time: the same thing sent twice is one proposal.
        work.lock(ApprovalRule, rule.id)
    return _proposed(work, wanted)


def approve(work: Work, proposal_id: UUID) -> FlagProposal:
    """Make the change, exactly as it was proposed. Never by the one who proposed it. Said twice, it is made once."""
    proposal = _locked(work, proposal_id)
    if _is_decided_so(work, proposal, ProposalState.APPROVED):
        return proposal
    _check_open(proposal)
    if work.actor.kind != "member" or work.actor.id is None:
        raise Refused("members_approve", _("Only a member can approve."))
    if work.actor.id == proposal.proposer_id:
        raise Refused("own_proposal", _("You proposed this. Somebody else has to approve it."))
    flag = _done(work, _wanted_by(proposal), proposal)
    proposal.flag_id = flag.id if flag else None
    _close(work, proposal, ProposalState.APPROVED)
    work.record(
        FlagChangeApproved(
            proposal_id=proposal.id,
            product_id=proposal.product_id,
            flag_id=proposal.flag_id,
            key=proposal.key,
            proposed_by=proposal.proposed_by,
        )
    )
    return proposal


def reject(work: Work, proposal_id: UUID, *, reason: str) -> FlagProposal:
    """It will not be made; `reason` tells the proposer why."""
    proposal = _locked(work, proposal_id)
    if _is_decided_so(work, proposal, ProposalState.REJECTED):
        return proposal
    _check_open(proposal)
    if work.actor.id == proposal.proposer_id:
        raise Refused("own_proposal", _("You proposed this. Take it back instead."))
    cleaned = revisions.clean_note(reason)
    if not cleaned:
        raise Invalid("reason", _("Say why: whoever proposed it reads this."), field="reason")
    proposal.reason = cleaned
    _close(work, proposal, ProposalState.REJECTED)
    work.record(
        FlagChangeRejected(
            proposal_id=proposal.id,
            product_id=proposal.product_id,
            flag_id=proposal.flag_id,
            key=proposal.key,
            proposed_by=proposal.proposed_by,
            reason=cleaned,
        )
    )
    return proposal


def withdraw(work: Work, proposal_id: UUID) -> FlagProposal:
    """By whoever proposed it, as a member or with a key of theirs. Said twice, it changes nothing."""
    proposal = work.lock(FlagProposal, proposal_id)
    if _answerable(work) != proposal.proposer_id:
        raise Refused("not_yours", _("Only %(who)s can take it back.", who=proposal.proposed_by))
    if proposal.state is ProposalState.WITHDRAWN:
        return proposal
    _check_open(proposal)
    _close(work, proposal, ProposalState.WITHDRAWN)
    work.record(
        FlagChangeWithdrawn(
            proposal_id=proposal.id,
            product_id=proposal.product_id,
            flag_id=proposal.flag_id,
            key=proposal.key,
        )
    )
    return proposal


def switch_approval(work: Work, product_id: UUID, *, is_on: bool) -> ApprovalRule:
    """Whether changes of this product's flags need a second person from now on. What waits goes on waiting."""
    if is_on and len(queries.approvers(work.session)) < 2:
        raise Refused(
            "nobody_to_approve",
            _("Nobody could approve: only one member may change flags. Invite a second one first."),
        )
    work.lock(Product, product_id)
    rule = queries.approval_rule(work.session, product_id)
    if rule is None:
        rule = ApprovalRule(product_id=product_id, changed_at=work.now, changed_by=work.actor.name)
        work.add(rule)
    if edit(work, rule, None, is_on=is_on):
        event = FlagApprovalAskedFor if is_on else FlagApprovalDropped
        work.record(event(product_id=product_id))
    return rule


def _done(work: Work, wanted: Wanted, proposal: FlagProposal | None = None) -> Flag | None:
    if wanted.action is Action.CREATE:
        return flags.create_flag(
            work, wanted.product_id, note=wanted.note, proposal=proposal, **wanted.values
        )
    if wanted.flag_id is None:
        raise NotFound
    match wanted.action:
        case Action.REVIVE:
            return flags.revive(work, wanted.flag_id, note=wanted.note, proposal=proposal)
        case Action.ARCHIVE:
            return flags.archive_flag(work, wanted.flag_id, note=wanted.note, proposal=proposal)
        case Action.DELETE:
            flags.delete_flag(work, wanted.flag_id, proposal=proposal)
            return None
    return flags.change_flag(
        work,
        wanted.flag_id,
        version=wanted.version,
        note=wanted.note,
        change=Change.RESTORED if wanted.action is Action.RESTORE else Change.EDITED,
        proposal=proposal,
        **wanted.values,
    )


def _proposed(work: Work, wanted: Wanted) -> Flag | FlagProposal:
    """Whether it could be done is found out by doing it and taking it back."""
    flag = work.lock(Flag, wanted.flag_id) if wanted.flag_id else None
    proposal = FlagProposal(
        product_id=wanted.product_id,
        flag_id=flag.id if flag else None,
        key=flag.key if flag else wanted.values["key"],
        action=wanted.action,
        base_version=flag.version if flag else None,
        definition=queries.definition(flag) if flag else {},
        note=revisions.clean_note(wanted.note),
        proposed_at=work.now,
        proposed_by=work.actor.name,
        proposed_through=work.actor.kind,
        proposer_id=_answerable(work),
    )
    savepoint = work.session.begin_nested()
    try:
        changed = _done(work, wanted, proposal)
        if changed is not None:
            proposal.definition = {**queries.definition(changed), "version": proposal.base_version or 1}
        is_nothing = changed is not None and changed.version == proposal.base_version
    finally:
        savepoint.rollback()
    if flag is not None and is_nothing:
        return work.lock(Flag, flag.id)
    return _kept(work, proposal)


def _kept(work: Work, proposal: FlagProposal) -> FlagProposal:
    """In place of what the same person proposed before for this flag; the same again is the one that is there."""
    former = queries.open_proposal_of(work.session, proposal.product_id, proposal.key, proposal.proposer_id)
    if former is not None:
        if _asks(former) == _asks(proposal):
            return former
        _close(work, former, ProposalState.WITHDRAWN)
        work.session.flush()
    work.add(proposal)
    work.record(
        FlagChangeProposed(
            proposal_id=proposal.id,
            product_id=proposal.product_id,
            flag_id=proposal.flag_id,
            key=proposal.key,
            action=proposal.action.value,
            note=proposal.note,
        )
    )
    return proposal


def _asks(proposal: FlagProposal) -> tuple[Any, ...]:
    """A new flag has another number each time it is tried."""
    return proposal.action, proposal.base_version, {**proposal.definition, "id": 0}


def _wanted_by(proposal: FlagProposal) -> Wanted:
    values = queries.columns(proposal.definition)
    if proposal.action is Action.CREATE:
        values["key"] = proposal.key
    else:
        values.pop("is_active")
    return Wanted(
        proposal.action,
        proposal.product_id,
        proposal.flag_id,
        proposal.base_version,
        values if proposal.action in (Action.CREATE, Action.EDIT, Action.RESTORE) else {},
        proposal.note,
    )


def _locked(work: Work, proposal_id: UUID) -> FlagProposal:
    """With its flag: the flag first, as changes do."""
    flag_id = queries.proposal(work.session, proposal_id).flag_id
    if flag_id is not None:
        work.lock(Flag, flag_id)
    return work.lock(FlagProposal, proposal_id)


def _is_decided_so(work: Work, proposal: FlagProposal, state: ProposalState) -> bool:
    """By the same person: said twice."""
    return proposal.state is state and proposal.decided_by_id == work.actor.id


def _check_open(proposal: FlagProposal) -> None:
    match proposal.state:
        case ProposalState.OUTDATED:
            raise Refused(
                "outdated",
                _(
                    "%(who)s changed the flag meanwhile, so this does not fit any more. Propose it again.",
                    who=proposal.decided_by or _("Somebody"),
                ),
            )
        case ProposalState.APPROVED:
            raise Refused("decided", _("%(who)s has approved this already.", who=proposal.decided_by))
        case ProposalState.REJECTED:
            raise Refused("decided", _("%(who)s has rejected this already.", who=proposal.decided_by))
        case ProposalState.WITHDRAWN:
            raise Refused("decided", _("It was taken back."))


def _close(work: Work, proposal: FlagProposal, state: ProposalState) -> None:
    proposal.state, proposal.decided_at = state, work.now
    proposal.decided_by, proposal.decided_by_id = work.actor.name, work.actor.id


def _answerable(work: Work) -> UUID:
    """The person behind this work: the member, or whoever made the key (the key itself where nobody is known)."""
    if work.actor.id is None:
        raise Refused("members_propose", _("Only a member or an API key can propose."))
    if work.actor.kind == "key":
        return account_queries.api_key(work.session, work.actor.id).created_by_id or work.actor.id
    return work.actor.id
