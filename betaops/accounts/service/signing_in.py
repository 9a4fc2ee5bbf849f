"""Proving who one is: a password and then a code, or a passkey alone (`passkeys`)."""

import hashlib
import secrets
from datetime import datetime
from typing import Literal

import orjson
import pyotp
from sqlalchemy import or_, select, update

from betaops.accounts import passwords, queries
from betaops.accounts.addresses import comparable
from betaops.accounts.events import MemberSignedIn, MemberSignedOut, SecondFactorChanged, SignInFailed
from betaops.accounts.models import RecoveryCode, User
from betaops.accounts.service import throttles
from betaops.kernel.work import Actor, Work

STEP_SECONDS = 30
Method = Literal["password", "code", "passkey", "link", "setup", "invitation"]
#: The others are followed by their own mail, or were printed on the operator's terminal.
TOLD_OF: tuple[Method, ...] = ("password", "code", "passkey")


def check_password(
    work: Work, mail: str, password: str, *, address: str | None, browser: str | None = None
) -> User | None:
    """The user, or None: unknown address, wrong password and closed account look and last the same.

    `browser`: what tells the browser of a former sign-in to this very account. `TooMany` while one has to wait.
    """
    # Hashing takes some 30 ms. It happens beside this work's transaction, so that no other writer waits for it.
    with work.platform.database.reading() as aside:
        known = queries.user_by_mail(aside, mail)
    is_right = passwords.matches(known.password_digest if known else None, password)
    marks = {"address": address, **_account_marks(comparable(mail), browser)}
    throttles.check(work, **marks)
    user = queries.user_by_mail(work.session, mail)
    is_theirs = (
        is_right and user is not None and known is not None and user.password_digest == known.password_digest
    )
    if user is None or not is_theirs or user.disabled_at is not None:
        _failed(work, user, "password", marks)
        return None
    return user


def check_code(work: Work, user: User, code: str, *, address: str | None) -> bool:
    """A one-time code of the present step or a neighbour, each step once; or an unused recovery code."""
    marks = {"account": f"code:{user.mail_key}", "address": address}
    throttles.check(work, **marks)
    if _is_current_code(work, user, code) or _spend_recovery_code(work, user, code):
        throttles.succeeded(work, account=marks["account"])
        return True
    _failed(work, user, "code", marks)
    return False


def signed_in(
    work: Work,
    user: User,
    method: Method,
    *,
    browser: str | None = None,
    address: str | None = None,
    agent: str = "",
) -> None:
    """All proofs were given: from here on the work is the member's own. A new browser is told of by mail."""
    throttles.succeeded(work, **_account_marks(user.mail_key, browser))
    _enter(work, user)
    work.actor = Actor("member", user.id, user.name)
    work.record(MemberSignedIn(user_id=user.id, method=method))
    if browser is None and method in TOLD_OF:
        seen = orjson.dumps({"address": address, "agent": agent[:300]})
        work.enqueue("accounts.send_sign_in_notice", {"user_id": str(user.id), "seen": work.vault.seal(seen)})


def signed_out(work: Work, user: User, *, everywhere: bool = False) -> None:
    _enter(work, user)
    work.record(MemberSignedOut(user_id=user.id, everywhere=everywhere))


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step (30 s since 1970) whose code this is, of the present one and its two neighbours."""
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    typed = "".join(code.split()).encode("utf-8", "surrogatepass")
    for step in (present, present - 1, present + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), typed):
            return step
    return None


def recovery_digest(code: str) -> bytes:
    """Codes have 125 random bits of their own: a plain hash keeps them (ASVS 5.0, 6.5.2)."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def _account_marks(mail_key: str, browser: str | None) -> dict[str, str | None]:
    return {"browser": f"{browser}:{mail_key}"} if browser else {"account": mail_key}


def _failed(work: Work, user: User | None, method: str, marks: dict[str, str | None]) -> None:
    """Count it, and write it where the workspace's owners will see it."""
    throttles.failed(work, **marks)
    if user is not None:
        _enter(work, user)
    work.record(SignInFailed(user_id=user.id if user else None, method=method))


def _enter(work: Work, user: User) -> None:
    """On public pages the work is in no workspace yet: events about a member belong to theirs."""
    if work.session.info.get("workspace_id") is None:
        place = queries.standing(work.session, user.id, None)
        if place is not None:
            work.enter(place.workspace.id)


def _is_current_code(work: Work, user: User, code: str) -> bool:
    if user.totp_secret_sealed is None:
        return False
    step = matching_step(work.vault.open(user.totp_secret_sealed).decode(), code, work.now)
    if step is None:
        return False
    is_unused = or_(User.totp_last_step.is_(None), User.totp_last_step < step)
    used = update(User).where(User.id == user.id, is_unused).values(totp_last_step=step).returning(User.id)
    return work.session.execute(used).scalar_one_or_none() is not None


def _spend_recovery_code(work: Work, user: User, code: str) -> bool:
    unused = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user.id,
        RecoveryCode.digest == recovery_digest(code),
        RecoveryCode.used_at.is_(None),
    )
    spent = (
        update(RecoveryCode)
        .where(RecoveryCode.id.in_(unused), RecoveryCode.used_at.is_(None))
        .values(used_at=work.now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    if work.session.execute(spent).scalar_one_or_none() is None:
        return False
    work.record(SecondFactorChanged(user_id=user.id, change="code_used"))
    return True
