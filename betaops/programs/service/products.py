"""Products and their keys."""

import secrets
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import bindparam, select, update

from betaops.kernel import tokens
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.prepared import Prepared
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs.events import ProductChanged, ProductCreated, SecretKeyReplaced
from betaops.programs.models import Product
from betaops.programs.slugs import candidates

PROJECT_KEY, SECRET_KEY = "bo_", "bos_"
MOST_ORIGINS = 50


def create_product(
    work: Work, *, name: str, origins: list[str] | None = None, slug: str | None = None
) -> tuple[Product, str]:
    """A new product and its secret key, which no page shows a second time."""
    taken = set(work.session.scalars(select(Product.slug)))
    wanted = [slug] if slug else candidates(name, "product")
    free = next((candidate for candidate in wanted if candidate not in taken), None)
    if free is None:
        raise Invalid("slug_taken", _("Another product has this short name."), field="slug")
    token = tokens.mint(SECRET_KEY)
    product = Product(
        name=name,
        slug=free,
        project_key=PROJECT_KEY + secrets.token_urlsafe(24),
        secret_digest=token.digest,
        secret_sealed=work.vault.seal(token.plain),
        secret_made_at=work.now,
        origins=clean_origins(origins or []),
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    work.add(product)
    work.session.flush()
    work.record(ProductCreated(product_id=product.id, name=name))
    return product, token.plain


def change_product(
    work: Work, product_id: UUID, *, version: int | None, name: str, origins: list[str]
) -> Product:
    """Name and allowed origins; keys have their own verb."""
    product = work.lock(Product, product_id)
    changed = edit(work, product, version, name=name, origins=clean_origins(origins))
    if changed:
        work.record(ProductChanged(product_id=product.id, changed=changed))
    return product


def replace_secret_key(work: Work, product_id: UUID) -> str:
    """A new secret key; the former one opens nothing any more."""
    product = work.lock(Product, product_id)
    token = tokens.mint(SECRET_KEY)
    product.secret_digest, product.secret_sealed = token.digest, work.vault.seal(token.plain)
    product.secret_made_at = work.now
    work.record(SecretKeyReplaced(product_id=product.id))
    return token.plain


def secret_key(work: Work, product: Product) -> str:
    """The secret key as it is, for the operator's own commands; never for a page."""
    return work.vault.open(product.secret_sealed).decode()


def bump_revision(work: Work, product_id: UUID) -> int:
    """Count a change to what `/flags` answers; snapshots of an older revision are compiled again."""
    work.session.flush()
    ((revision,),) = _BUMP.rows(work.session, workspace_id=work.workspace_id, product_id=product_id)
    return int(revision)


_BUMP = Prepared(
    lambda _dialect: (
        update(Product)
        .where(Product.workspace_id == bindparam("workspace_id"), Product.id == bindparam("product_id"))
        .values(revision=Product.revision + 1)
        .returning(Product.revision)
    )
)


def clean_origins(origins: list[str]) -> list[str]:
    """`https://app.example.com`, one each, as browsers send them. `Invalid` names the first that is none."""
    cleaned: list[str] = []
    for text in origins:
        origin = text.strip().rstrip("/").lower()
        if not origin:
            continue
        try:
            parts = urlsplit(origin)
            is_origin = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
        except ValueError:
            is_origin = False
        if not is_origin or origin != f"{parts.scheme}://{parts.netloc}" or "@" in origin or "*" in origin:
            raise Invalid(
                "bad_origin",
                _("“%(origin)s” is not an origin. Write it like https://app.example.com.", origin=text[:100]),
                field="origins",
            )
        if origin not in cleaned:
            cleaned.append(origin)
    if len(cleaned) > MOST_ORIGINS:
        raise Invalid("too_many_origins", _("At most %(most)s origins.", most=MOST_ORIGINS), field="origins")
    return cleaned
