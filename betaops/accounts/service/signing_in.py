"""Proving who one is: password first, then a code, a passkey or a recovery code."""

import hashlib
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import select, update

from betaops.accounts import passwords, queries
from betaops.accounts.addresses import comparable
from betaops.accounts.events import MemberSignedIn, SecondFactorChanged, SignInFailed
from betaops.accounts.models import RecoveryCode, User
from betaops.accounts.service import throttles
from betaops.kernel.work import Work

STEP_SECONDS = 30


def check_password(work: Work, mail: str, password: str, address: str | None) -> User | None:
    """The user, or None: unknown address, wrong password and closed account look and last the same.

    `TooMany` while this account or address has to wait.
    """
    account = comparable(mail)
    throttles.check(work, account=account, address=address)
    user = queries.user_by_mail(work.session, mail)
    is_right = passwords.matches(user.password_digest if user else None, password)
    if user is None or not is_right or user.disabled_at is not None:
        throttles.failed(work, account=account, address=address)
        work.record(SignInFailed(user_id=user.id if user else None, method="password"))
        return None
    return user


def check_code(work: Work, user: User, code: str, address: str | None) -> bool:
    """A one-time code of the present step or a neighbour, each step once; or an unused recovery code."""
    account = f"code:{user.mail_key}"
    throttles.check(work, account=account, address=address)
    typed = code.replace(" ", "").replace("-", "").lower()
    if _is_current_code(work, user, typed) or _spend_recovery_code(work, user, typed):
        throttles.succeeded(work, account=account)
        return True
    throttles.failed(work, account=account, address=address)
    work.record(SignInFailed(user_id=user.id, method="code"))
    return False


def signed_in(work: Work, user: User, method: str) -> None:
    """All proofs were given."""
    throttles.succeeded(work, account=user.mail_key)
    work.record(MemberSignedIn(user_id=user.id, method=method))


def _is_current_code(work: Work, user: User, typed: str) -> bool:
    if user.totp_secret_sealed is None or not typed.isdigit():
        return False
    step = matching_step(work.vault.open(user.totp_secret_sealed).decode(), typed, work.now)
    if step is None:
        return False
    return bool(
        work.session.execute(
            update(User)
            .where(User.id == user.id, (User.totp_last_step.is_(None)) | (User.totp_last_step < step))
            .values(totp_last_step=step)
        ).rowcount  # type: ignore[attr-defined]  # an UPDATE's result is a cursor result
    )


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step (30 s since 1970) whose code this is, of the present one and its two neighbours."""
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()):
            return step
    return None


def recovery_digest(code: str) -> bytes:
    """Codes have 80 random bits of their own: a plain hash keeps them."""
    return hashlib.sha256(code.encode()).digest()


def _spend_recovery_code(work: Work, user: User, typed: str) -> bool:
    found = work.session.scalar(
        select(RecoveryCode.id).where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.digest == recovery_digest(typed),
            RecoveryCode.used_at.is_(None),
        )
    )
    if found is None:
        return False
    spent = work.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.id == found, RecoveryCode.used_at.is_(None))
        .values(used_at=work.now)
    ).rowcount  # type: ignore[attr-defined]  # an UPDATE's result is a cursor result
    if spent:
        work.record(SecondFactorChanged(user_id=user.id, change="code_used"))
    return bool(spent)
