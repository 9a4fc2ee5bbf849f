"""Passwords, one-time codes and recovery codes of one's own account. Passkeys: `passkeys`."""

import secrets
import uuid

import pyotp
from sqlalchemy import delete, insert

from betaops.accounts import passwords, queries
from betaops.accounts.events import PasswordChanged, SecondFactorChanged
from betaops.accounts.models import HolderKind, RecoveryCode, User
from betaops.accounts.service import sessions
from betaops.accounts.service.signing_in import matching_step, recovery_digest
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work

RECOVERY_CODES = 10
#: Crockford's 32: no letter is taken for another, each carries 5 bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ISSUER = "betaops"


def set_password(work: Work, user: User, password: str, *, but: uuid.UUID | None = None) -> None:
    """A new password; every session but `but` ends, and what was asked for by mail is void."""
    user.password_digest = passwords.digest(password)
    sessions.close_all(work, HolderKind.MEMBER, user.id, but=but)
    work.session.flush()
    work.record(PasswordChanged(user_id=user.id))


def new_totp_secret() -> str:
    """160 random bits in base32, as authenticator apps read it."""
    return pyotp.random_base32()


def totp_address(user: User, secret: str) -> str:
    """The `otpauth://` address behind the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.mail, issuer_name=ISSUER)


def add_totp(work: Work, user: User, secret: str, code: str) -> None:
    """Switch one-time codes on, or move them to another phone, once the app has shown a right one."""
    step = matching_step(secret, code, work.now)
    if step is None:
        raise Invalid(
            "wrong_code",
            _("This is not the code that the app shows now. Is the phone's clock right?"),
            field="code",
        )
    user.totp_secret_sealed = work.vault.seal(secret)
    user.totp_last_step = step
    work.session.flush()
    work.record(SecondFactorChanged(user_id=user.id, change="totp_added"))


def remove_totp(work: Work, user: User) -> None:
    """Only where a passkey stays: an account is never left with a password alone."""
    work.lock(User, user.id)
    if not queries.passkeys(work.session, user.id):
        raise Refused("last_factor", _("Add a passkey first: an account keeps at least one second factor."))
    user.totp_secret_sealed = user.totp_last_step = None
    work.session.flush()
    work.record(SecondFactorChanged(user_id=user.id, change="totp_removed"))


def make_recovery_codes(work: Work, user: User) -> list[str]:
    """Ten new codes, shown once; the old ones stop working."""
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(ALPHABET) for _letter in range(25)) for _code in range(RECOVERY_CODES)]
    rows = [{"id": new_id(), "user_id": user.id, "digest": recovery_digest(code)} for code in codes]
    work.session.execute(insert(RecoveryCode), rows)
    work.record(SecondFactorChanged(user_id=user.id, change="codes_made"))
    return ["-".join(code[start : start + 5] for start in range(0, 25, 5)) for code in codes]
