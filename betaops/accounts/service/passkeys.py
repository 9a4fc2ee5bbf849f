"""Passkeys (WebAuthn, level 2): made for BASE_URL's host, always with the device's own check of its holder.

A challenge is a one-time row of five minutes (`links`), so an answer can be given once and for one purpose.
"""

import uuid
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import select

from betaops.accounts import queries
from betaops.accounts.events import SecondFactorChanged, SignInFailed
from betaops.accounts.models import Passkey, Purpose, User
from betaops.accounts.service import links
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work

NAME = "betaops"


@dataclass(frozen=True)
class Site:
    """Whom passkeys are made for."""

    host: str
    origin: str


def site(settings: Settings) -> Site | None:
    """None where browsers know no passkeys: at a bare address, or without TLS off this machine."""
    host = urlsplit(settings.base_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        is_trusted = settings.is_secure or host == "localhost" or host.endswith(".localhost")
        return Site(host, settings.origin) if host and is_trusted else None
    return None


def creation_options(work: Work, user: User) -> str:
    """What `navigator.credentials.create` is asked, as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = queries.passkeys(work.session, user.id)
    options = generate_registration_options(
        rp_id=_site(work).host,
        rp_name=NAME,
        user_id=user.id.bytes,
        user_name=user.mail,
        user_display_name=user.name,
        challenge=base64url_to_bytes(links.mint(work, Purpose.PASSKEY, user.id)),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return str(options_to_json(options))


def add_passkey(work: Work, user: User, label: str, answer: str) -> Passkey:
    """Keep the passkey that the browser made for `creation_options`."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _spent_challenge(work, answer, user.id)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_site(work).host,
            expected_origin=_site(work).origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _unusable() from error
    passkey = Passkey(
        user_id=user.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        label=label,
        created_at=work.now,
    )
    work.add(passkey)
    work.record(SecondFactorChanged(user_id=user.id, change="passkey_added"))
    return passkey


def request_options(work: Work) -> str:
    """What `navigator.credentials.get` is asked, as JSON; the device shows which accounts it knows."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=_site(work).host,
        challenge=base64url_to_bytes(links.mint(work, Purpose.PASSKEY)),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return str(options_to_json(options))


def check_passkey(work: Work, answer: str) -> User:
    """Whose passkey signed the challenge. `Refused` for every other answer."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _spent_challenge(work, answer, None)
    passkey = work.session.scalar(
        select(Passkey).where(Passkey.credential_id == _credential_id(answer)).with_for_update()
    )
    user = work.session.get(User, passkey.user_id) if passkey is not None else None
    if passkey is None or user is None or user.disabled_at is not None:
        raise _unusable()
    try:
        checked = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_site(work).host,
            expected_origin=_site(work).origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _unusable() from error
    passkey.sign_count, passkey.last_used_at = checked.new_sign_count, work.now
    return user


def remove_passkey(work: Work, user: User, passkey: Passkey) -> None:
    """Only where another second factor stays."""
    work.lock(User, user.id)
    if len(queries.passkeys(work.session, user.id)) == 1 and not user.has_second_factor:
        raise Refused("last_factor", _("Add another second factor first: an account keeps at least one."))
    work.delete(passkey)
    work.record(SecondFactorChanged(user_id=user.id, change="passkey_removed"))


def refused(work: Work) -> None:
    """Note that a passkey was not accepted, in a work that the refusal did not undo."""
    work.record(SignInFailed(method="passkey"))


def _site(work: Work) -> Site:
    found = site(work.settings)
    if found is None:
        raise Refused(
            "no_passkeys_here", _("Passkeys need a host name and TLS. Open this installation by its name.")
        )
    return found


def _spent_challenge(work: Work, answer: str, user_id: uuid.UUID | None) -> bytes:
    """The challenge that `answer` names, used up; it must have been given, and to this user."""
    from webauthn.helpers import base64url_to_bytes

    client_data = _part(answer, "clientDataJSON")
    try:
        challenge = str(orjson.loads(base64url_to_bytes(client_data))["challenge"])
        spent = links.spend(work, challenge, Purpose.PASSKEY)
    except (ValueError, KeyError, TypeError, Refused) as error:
        raise _unusable() from error
    if spent.user_id != user_id:
        raise _unusable()
    return base64url_to_bytes(challenge)


def _credential_id(answer: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    try:
        return base64url_to_bytes(str(orjson.loads(answer)["id"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable() from error


def _part(answer: str, name: str) -> str:
    try:
        body: Any = orjson.loads(answer)["response"]
        return str(body[name])
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable() from error


def _unusable() -> Refused:
    return Refused("bad_passkey", _("The passkey was not accepted. Nothing was changed; try again."))
