"""What every change of a flag does besides: its revision is kept, and proposals on an older one are outdated."""

from uuid import UUID

from sqlalchemy import update

from betaops.flags import queries
from betaops.flags.models import Change, Flag, FlagProposal, FlagRevision, ProposalState
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

LONGEST_NOTE = 2_000


def allow(work: Work, product_id: UUID, proposal: FlagProposal | None) -> None:
    """Refuse what one person may not do alone: without a `proposal` that somebody else approved.

    Parts of betaops itself (a roll-out that was approved as a whole, the operator's commands) do not wait.
    """
    if proposal is None and needs_approval(work, product_id):
        raise Refused(
            "needs_approval", _("Changes to this product's flags need a second person. Propose it instead.")
        )


def needs_approval(work: Work, product_id: UUID) -> bool:
    """Whether what this work's actor wants of a flag has to wait for somebody else."""
    return work.actor.kind != "system" and queries.approval_is_needed(work.session, product_id)


def keep(
    work: Work, flag: Flag, change: Change, *, note: str = "", proposal: FlagProposal | None = None
) -> FlagRevision:
    """The flag as it is after `change`. What was proposed on its former state does not fit any more."""
    revision = FlagRevision(
        flag_id=flag.id,
        version=flag.version,
        change=change,
        definition=queries.definition(flag),
        at=work.now,
        who=proposal.proposed_by if proposal else work.actor.name,
        actor_kind=proposal.proposed_through if proposal else work.actor.kind,
        approved_by=work.actor.name if proposal else "",
        note=note,
    )
    work.add(revision)
    _outdate(work, flag, proposal)
    return revision


def end(work: Work, flag: Flag, *, proposal: FlagProposal | None = None) -> None:
    """Drop `flag` with its revisions; proposals go on without it."""
    _outdate(work, flag, proposal)
    work.session.execute(update(FlagProposal).where(FlagProposal.flag_id == flag.id).values(flag_id=None))
    work.delete(flag)
    work.session.flush()


def clean_note(text: str) -> str:
    cleaned = text.replace("\0", "").strip()
    if len(cleaned) > LONGEST_NOTE:
        raise Invalid("too_long", _("Keep it under %(most)s characters.", most=LONGEST_NOTE), field="note")
    return cleaned


def _outdate(work: Work, flag: Flag, proposal: FlagProposal | None) -> None:
    """By key: also two people may have proposed the same new flag."""
    work.session.execute(
        update(FlagProposal)
        .where(
            FlagProposal.product_id == flag.product_id,
            FlagProposal.key == flag.key,
            FlagProposal.state == ProposalState.OPEN,
            *([FlagProposal.id != proposal.id] if proposal else []),
        )
        .values(state=ProposalState.OUTDATED, decided_at=work.now, decided_by=work.actor.name)
    )
