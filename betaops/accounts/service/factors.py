"""Passwords and second factors of one's own account."""

import base64
import secrets
import uuid

import pyotp
from sqlalchemy import delete

from betaops.accounts import passwords
from betaops.accounts.events import PasswordChanged, SecondFactorChanged
from betaops.accounts.models import HolderKind, Passkey, RecoveryCode, User
from betaops.accounts.service import sessions
from betaops.accounts.service.signing_in import matching_step, recovery_digest
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

RECOVERY_CODES = 10
ISSUER = "betaops"


def set_password(work: Work, user: User, password: str, *, but: uuid.UUID | None = None) -> None:
    """A new password; every session but `but` ends."""
    user.password_digest = passwords.digest(password)
    sessions.close_all(work, HolderKind.MEMBER, user.id, but=but)
    work.record(PasswordChanged(user_id=user.id))


def new_totp_secret() -> str:
    """160 random bits in base32, as authenticator apps read it."""
    return pyotp.random_base32()


def totp_address(user: User, secret: str) -> str:
    """The `otpauth://` address behind the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.mail, issuer_name=ISSUER)


def add_totp(work: Work, user: User, secret: str, code: str) -> list[str]:
    """Switch one-time codes on once the app has shown a right one; returns fresh recovery codes."""
    step = matching_step(secret, code.replace(" ", ""), work.now)
    if step is None:
        raise Invalid(
            "wrong_code",
            _("This is not the code that the app shows now. Is the phone's clock right?"),
            field="code",
        )
    user.totp_secret_sealed = work.vault.seal(secret)
    user.totp_last_step = step
    work.record(SecondFactorChanged(user_id=user.id, change="totp_added"))
    return make_recovery_codes(work, user)


def remove_totp(work: Work, user: User, *, has_passkey: bool) -> None:
    """Only where a passkey stays: an account is never left with a password alone."""
    if not has_passkey:
        raise Refused("last_factor", _("Add a passkey first: an account keeps at least one second factor."))
    user.totp_secret_sealed = user.totp_last_step = None
    work.record(SecondFactorChanged(user_id=user.id, change="totp_removed"))


def make_recovery_codes(work: Work, user: User) -> list[str]:
    """Ten new codes, shown once; the old ones stop working."""
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _number in range(RECOVERY_CODES)]
    for code in codes:
        work.add(RecoveryCode(user_id=user.id, digest=recovery_digest(code)))
    work.record(SecondFactorChanged(user_id=user.id, change="codes_made"))
    return [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}" for code in codes]


def add_passkey(
    work: Work, user: User, label: str, *, credential_id: bytes, public_key: bytes, sign_count: int
) -> Passkey:
    passkey = Passkey(
        user_id=user.id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        label=label,
        created_at=work.now,
    )
    work.add(passkey)
    work.record(SecondFactorChanged(user_id=user.id, change="passkey_added"))
    return passkey


def remove_passkey(work: Work, user: User, passkey_id: uuid.UUID) -> None:
    passkey = work.session.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != user.id:
        raise NotFound
    others = (
        work.session.query(Passkey.id).where(Passkey.user_id == user.id, Passkey.id != passkey_id).first()
    )
    if others is None and not user.has_second_factor:
        raise Refused("last_factor", _("Add another second factor first: an account keeps at least one."))
    work.session.delete(passkey)
    work.record(SecondFactorChanged(user_id=user.id, change="passkey_removed"))
