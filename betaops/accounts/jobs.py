"""Mails with links, the seals over the audit log, tidying up."""

import uuid
from typing import Any

import orjson

from betaops.accounts import queries
from betaops.accounts.agents import told
from betaops.accounts.models import User
from betaops.accounts.service import audit, links, resets, sessions, throttles
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel import clock, mail, tokens
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.web.letters import letter, link


def send_invitation(work: Work, *, invitation_id: str, token: str) -> None:
    """Unless it was taken back, or sent anew, before its turn came."""
    plain = work.vault.open(token).decode()
    invitation = queries.invitation(work.session, uuid.UUID(invitation_id))
    if invitation is None or invitation.token_digest != tokens.digest(plain):
        return
    inviter = invitation.invited_by_id
    workspace = queries.workspace(work.session, invitation.workspace_id)
    written = letter(
        "accounts_invitation",
        invitation.mail,
        kind="accounts.invitation",
        workspace=workspace.name,
        who=queries.names(work.session, {inviter}).get(inviter) if inviter else None,
        role=ROLE_WORDS[invitation.role],
        url=link("accounts.invitation", token=plain),
    )
    mail.queue(work, written, key=f"invitation:{invitation.token_digest.hex()}")


def send_reset(work: Work, *, address: str) -> None:
    """A link for whoever has that address, if anybody."""
    asked = resets.mint_for(work, work.vault.open(address).decode())
    if asked is not None:
        _write(
            work,
            asked.user,
            "reset",
            key=f"reset:{tokens.digest(asked.token).hex()}",
            url=link("accounts.reset", token=asked.token),
        )


def send_sign_in_notice(work: Work, *, user_id: str, seen: str) -> None:
    """To somebody who signed in with a browser that they had not used before."""
    user = queries.user(work.session, uuid.UUID(user_id))
    if user is None:
        return
    browser = orjson.loads(work.vault.open(seen))
    _write(
        work,
        user,
        "sign_in",
        key=f"sign-in:{tokens.digest(seen).hex()}",
        browser=told(browser["agent"]),
        address=browser["address"],
        at=work.now,
        url=link("accounts.list_sessions"),
    )


def seal_audit(run: Run) -> None:
    """Cover what happened since the last seals, and recompute chains that were not for a day."""
    _seal(run)
    with run.platform.database.reading() as session:
        chains = queries.chains_to_check(session, clock.now() - audit.CHECK_EVERY)
    for chain in chains:
        _check(run, chain)


def check_audit(run: Run, *, chain: str) -> None:
    """Recompute one chain because somebody asked for it."""
    _seal(run)
    _check(run, uuid.UUID(chain))


def _seal(run: Run) -> None:
    """In short transactions, each with what was worked out before it: others write in between."""
    with run.platform.database.reading() as session:
        begin = queries.first_to_seal(session)
    while True:
        with run.platform.database.reading() as session:
            due = queries.next_due(session, begin, audit.BATCH, clock.now())
        if due is None:
            return
        with run.work() as work:
            audit.seal(work, due)
        begin = due.begin


def _check(run: Run, chain: uuid.UUID) -> None:
    with run.platform.database.reading() as session:
        found = queries.verify(session, chain, clock.now())
    with run.work() as work:
        audit.keep(work, found)


def forget(work: Work) -> None:
    """Delete what can let nobody in any more."""
    sessions.forget_ended(work)
    links.forget(work)
    throttles.forget(work)


def _write(work: Work, user: User, template: str, *, key: str, **values: Any) -> None:
    written = letter(
        f"accounts_{template}",
        user.mail,
        kind=f"accounts.{template}",
        language=user.language,
        person_id=user.id,
        name=user.name,
        **values,
    )
    mail.queue(work, written, key=key)
