"""Whom a product trusts: signed identities, and flags for servers with the public key."""

from uuid import UUID

from sqlalchemy import select

from betaops.kernel import tokens
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit, stamp
from betaops.kernel.work import Work
from betaops.programs.events import IdentitySecretReplaced, TrustChanged
from betaops.programs.models import Identities, Product, Trust
from betaops.programs.service.products import bump_revision

IDENTITY_PREFIX = "boi_"


def change_trust(
    work: Work,
    product_id: UUID,
    *,
    version: int | None,
    identities: Identities | None = None,
    servers_use_public_key: bool | None = None,
) -> Trust:
    """What is given. Every process follows within a second."""
    trust = _locked(work, product_id)
    if identities is Identities.SIGNED and not trust.identity_sealed:
        raise Invalid(
            "no_identity_secret",
            _("Make an identity secret first: your server signs with it."),
            field="identities",
        )
    wanted: dict[str, object] = {"identities": identities, "servers_use_public_key": servers_use_public_key}
    given = {name: value for name, value in wanted.items() if value is not None}
    changed = edit(work, trust, version, **given)
    if changed:
        work.record(TrustChanged(product_id=product_id, changed=changed))
        bump_revision(work, product_id)
    return trust


def replace_identity_secret(work: Work, product_id: UUID) -> str:
    """A new secret to sign identities with. The former one holds for a day, so that servers can change over."""
    trust = _locked(work, product_id)
    secret = tokens.mint(IDENTITY_PREFIX).plain
    trust.former_identity_sealed, trust.identity_sealed = trust.identity_sealed, work.vault.seal(secret)
    trust.identity_made_at = work.now
    stamp(work, trust)
    work.record(IdentitySecretReplaced(product_id=product_id))
    bump_revision(work, product_id)
    return secret


def _locked(work: Work, product_id: UUID) -> Trust:
    """The product's row, made where there is none yet."""
    # The product is locked first: two that change this at the same moment make one row, and wait for each other.
    work.lock(Product, product_id)
    found = work.session.scalar(select(Trust.id).where(Trust.product_id == product_id))
    if found is not None:
        return work.lock(Trust, found)
    trust = Trust(product_id=product_id, changed_at=work.now, changed_by=work.actor.name)
    work.add(trust)
    return trust
