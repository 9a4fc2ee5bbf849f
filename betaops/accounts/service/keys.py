"""API keys: shown once, stored as a digest, limited to their scopes."""

import uuid
from datetime import datetime

from betaops.accounts import queries
from betaops.accounts.events import ApiKeyCreated, ApiKeyRevoked
from betaops.accounts.models import ApiKey
from betaops.accounts.permissions import SCOPES, Permission
from betaops.kernel import tokens
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

PREFIX = "bok_"


def create_key(
    work: Work,
    name: str,
    scopes: set[Permission],
    *,
    expires_at: datetime | None = None,
    token: tokens.Token | None = None,
) -> tuple[ApiKey, str]:
    """The row, and the key itself (`token` or a new random one), which is never seen again."""
    if not scopes or not scopes <= SCOPES:
        raise Invalid("bad_scopes", _("Choose at least one thing that the key may do."), field="scopes")
    token = token or tokens.mint(PREFIX)
    key = ApiKey(
        name=name,
        start=token.plain[:10],
        digest=token.digest,
        scopes=sorted(scopes),
        created_by_id=work.actor.id,
        created_at=work.now,
        expires_at=expires_at,
    )
    work.add(key)
    work.record(ApiKeyCreated(api_key_id=key.id, scopes=tuple(sorted(scopes))))
    return key, token.plain


def revoke_key(work: Work, api_key_id: uuid.UUID) -> None:
    """From the next request on, the key lets nobody in."""
    key = queries.api_key(work.session, api_key_id)
    if key.revoked_at is None:
        key.revoked_at = work.now
        work.record(ApiKeyRevoked(api_key_id=key.id))


def used(work: Work, api_key_id: uuid.UUID) -> None:
    queries.api_key(work.session, api_key_id).last_used_at = work.now
