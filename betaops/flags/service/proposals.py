"""Changes that wait for a second person, where the product asks for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from betaops.accounts import queries as account_queries
from betaops.flags import planned, queries
from betaops.flags.events import (
    FlagApprovalAskedFor,
    FlagApprovalDropped,
    FlagChangeApproved,
    FlagChangeProposed,
    FlagChangeRejected,
    FlagChangeWithdrawn,
)
from betaops.flags.models import (
    PLANNED,
    Action,
    ApprovalRule,
    Change,
    Feature,
    Flag,
    FlagProposal,
    FlagSchedule,
    ProposalState,
    Rollout,
    ScheduledChange,
)
from betaops.flags.service import features, flags, revisions, rolling, schedules
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.events import history
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs.models import Product

#: What a change made of what it was about: None where the flag was deleted.
Made = Flag | Rollout | FlagSchedule | Feature | None


@dataclass(frozen=True)
class Wanted:
    """What somebody wants of a flag. `values` are what the service of the action takes beside the flag:
    `create_flag`, `change_flag`, `start_rollout`, `schedule_change`; `rollout_id` and `step` of `skip_step`;
    `stage` and `for_everybody` of `promote`."""

    action: Action
    product_id: UUID
    flag_id: UUID | None = None
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def make(work: Work, wanted: Wanted) -> Made | FlagProposal:
    """Done at once where one person may decide: what came of it. Else the proposal that waits.

    What would change nothing is not proposed.
    """
    if wanted.values.get("change") is ScheduledChange.OFF:
        return _done(work, wanted)
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
    wanted = _wanted_by(proposal)
    if (at := wanted.values.get("at")) is not None and at <= work.now:
        raise Refused(
            "too_late",
            _("Its moment came before anybody approved it. Reject it, so that it is proposed anew."),
        )
    made = _done(work, wanted, proposal)
    if isinstance(made, Flag | None):
        proposal.flag_id = made.id if made else None
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


def _done(work: Work, wanted: Wanted, proposal: FlagProposal | None = None) -> Made:
    if wanted.action is Action.CREATE:
        return flags.create_flag(
            work, wanted.product_id, note=wanted.note, proposal=proposal, **wanted.values
        )
    if wanted.flag_id is None:
        raise NotFound
    if wanted.action in PLANNED:
        return _begun(work, wanted.flag_id, wanted.action, dict(wanted.values), proposal)
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


def _begun(
    work: Work, flag_id: UUID, action: Action, values: dict[str, Any], proposal: FlagProposal | None
) -> Made:
    """What goes on by itself from here."""
    if action is Action.ROLL_OUT:
        return rolling.start_rollout(work, flag_id, **values, proposal=proposal)
    if action is Action.SCHEDULE:
        return schedules.schedule_change(work, flag_id, **values, proposal=proposal)
    if action is Action.SKIP:
        return rolling.skip_step(work, values["rollout_id"], values["step"], proposal=proposal)
    feature = queries.feature_of(work.session, flag_id)
    if feature is None:
        raise Refused("not_offered", _("Its early access has ended meanwhile."))
    everybody = values["for_everybody"]
    return features.promote(work, feature.id, values["stage"], for_everybody=everybody, proposal=proposal)


def _proposed(work: Work, wanted: Wanted) -> Made | FlagProposal:
    """Whether it could be done is found out by doing it and taking it back."""
    flag = work.lock(Flag, wanted.flag_id) if wanted.flag_id else None
    proposal = FlagProposal(
        product_id=wanted.product_id,
        flag_id=flag.id if flag else None,
        key=flag.key if flag else wanted.values["key"],
        action=wanted.action,
        base_version=flag.version if flag else None,
        definition=queries.definition(flag) if flag else {},
        plan=planned.written(wanted.values) if wanted.action in PLANNED else None,
        note=revisions.clean_note(wanted.note),
        proposed_at=work.now,
        proposed_by=work.actor.name,
        proposed_through=work.actor.kind,
        proposer_id=_answerable(work),
    )
    former = _newest(work, flag)
    savepoint = work.session.begin_nested()
    try:
        made = _done(work, wanted, proposal)
        changed = made if flag is None else flag if made is not None else None
        if isinstance(changed, Flag):
            definition = {**queries.definition(changed), "version": proposal.base_version or 1}
            proposal.definition = planned.in_the_end(wanted.action, wanted.values, definition)
        is_nothing = flag is not None and _newest(work, flag) == former
    finally:
        savepoint.rollback()
    if is_nothing:
        return _done(work, wanted, proposal)
    return _kept(work, proposal)


def _newest(work: Work, flag: Flag | None) -> UUID | None:
    """What happened to `flag` last: whether it is another afterwards tells whether anything was done."""
    found = history(work.session, work.workspace_id, flag.id, limit=1) if flag is not None else ()
    return found[0].id if found else None


def _kept(work: Work, proposal: FlagProposal) -> FlagProposal:
    """In place of what the same person proposed before for this flag; the same again is the one that is there.

    Changes for a moment stand beside each other: there may be several.
    """
    for former in queries.open_proposals_of(work.session, proposal):
        if _asks(former) == _asks(proposal):
            return former
        if proposal.action is not Action.SCHEDULE:
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
    return proposal.action, proposal.base_version, {**proposal.definition, "id": 0}, proposal.plan


def _wanted_by(proposal: FlagProposal) -> Wanted:
    return Wanted(
        proposal.action,
        proposal.product_id,
        proposal.flag_id,
        proposal.base_version,
        _values_of(proposal),
        proposal.note,
    )


def _values_of(proposal: FlagProposal) -> dict[str, Any]:
    if proposal.plan is not None:
        return planned.read(proposal.action, proposal.plan)
    if proposal.action not in (Action.CREATE, Action.EDIT, Action.RESTORE):
        return {}
    values = queries.columns(proposal.definition)
    if proposal.action is Action.CREATE:
        return values | {"key": proposal.key}
    del values["is_active"]
    return values


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
