"""Testers' way in: a link by mail, good for ten minutes and once."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from betaops.enrollment.addresses import BadAddress, clean, mail_key
from betaops.enrollment.models import SignInLink, Tester
from betaops.enrollment.service.testers import acting
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

LIFETIME = timedelta(minutes=10)
#: Links to one person within an hour; more are asked for in vain, with the same answer.
MOST_AN_HOUR = 6


def ask_for_link(work: Work, mail: str, *, next_path: str | None = None) -> None:
    """The same work for an address known or unknown: a job looks it up, so the answer's time tells nothing."""
    try:
        key = mail_key(clean(mail))
    except BadAddress:
        return
    work.enqueue(
        "enrollment.mail_sign_in",
        {"mail_key": key, "next_path": next_path},
        unique=f"sign-in:{tokens.digest(key).hex()}",
    )


@dataclass(frozen=True)
class Minted:
    """A link to be mailed to `tester`."""

    tester: Tester
    plain: str
    link_id: UUID


def mint_links(work: Work, key: str) -> list[Minted]:
    """One link for each workspace that knows this address (nearly always one)."""
    testers = work.session.scalars(
        select(Tester).where(Tester.mail_key == key).execution_options(unscoped=True)
    ).all()
    minted = []
    for tester in testers:
        recent = work.session.scalar(
            select(func.count())
            .select_from(SignInLink)
            .where(SignInLink.tester_id == tester.id, SignInLink.created_at > work.now - timedelta(hours=1))
            .execution_options(unscoped=True)
        )
        if (recent or 0) >= MOST_AN_HOUR:
            continue
        minted.append(mint(work, tester))
    return minted


def mint(work: Work, tester: Tester) -> Minted:
    """A link for this tester; the plain token goes to them and nowhere else."""
    token = tokens.mint()
    link = SignInLink(
        workspace_id=tester.workspace_id,
        tester_id=tester.id,
        token_digest=token.digest,
        created_at=work.now,
        expires_at=work.now + LIFETIME,
    )
    work.session.add(link)
    return Minted(tester, token.plain, link.id)


def use_link(work: Work, plain: str) -> Tester:
    """Spend the link. `NotFound` for one that never was, `Refused` for one that is spent or too old."""
    link = work.session.scalar(
        select(SignInLink)
        .where(SignInLink.token_digest == tokens.digest(plain))
        .with_for_update()
        .execution_options(unscoped=True)
    )
    if link is None:
        raise NotFound
    if link.used_at is not None:
        raise Refused("used", _("This link was used already."))
    if link.expires_at <= work.now:
        raise Refused("expired", _("This link is older than ten minutes."))
    work.enter(link.workspace_id)
    link.used_at = work.now
    tester = work.lock(Tester, link.tester_id)
    tester.seen_at = work.now
    work.actor = acting(tester)
    return tester


def drop_old_links(work: Work) -> None:
    """Links that are of no use to anyone, of every workspace."""
    work.session.execute(
        delete(SignInLink)
        .where(SignInLink.expires_at < work.now - timedelta(days=1))
        .execution_options(unscoped=True, synchronize_session=False)
    )
