"""Whom a product trusts: signed identities, and servers with the public key."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from betaops.kernel.i18n import gettext as _
from betaops.programs import policy, queries, service
from betaops.programs.models import Identities, Product
from betaops.programs.trust_form import TrustForm, version_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import Conflict, conflict_with, number
from betaops.web.forms import EmptyForm, refusals

blueprint = Blueprint("trust", __name__, url_prefix="/products/<product_slug>/trust")


@blueprint.get("")
@needs(policy.READ)
def show(product_slug: str) -> str:
    product = queries.product_by_slug(reading(), product_slug)
    form = TrustForm(formdata=None)
    form.fill(queries.trust_of(reading(), product.id))
    return _page(product, form)


@blueprint.post("")
@needs(policy.WRITE)
def change(product_slug: str) -> Any:
    product = queries.product_by_slug(reading(), product_slug)
    form = TrustForm()
    if form.validate_on_submit():
        with refusals(form):
            service.change_trust(
                writing(),
                product.id,
                version=number(form.version.data),
                identities=Identities(form.identities.data),
                servers_use_public_key=bool(form.servers_use_public_key.data),
            )
            flash(_("Saved. Apps, pages and servers notice within a second."))
            return redirect(url_for(".show", product_slug=product.slug), 303)
    return _page(product, form, _conflict(form, product)), 422


@blueprint.post("/secret")
@needs(policy.WRITE)
def replace_secret(product_slug: str) -> Any:
    """Shown in this very answer and nowhere kept: a reload does not bring it back."""
    product = queries.product_by_slug(reading(), product_slug)
    secret = service.replace_identity_secret(writing(), product.id)
    return render_template("programs/identity_secret.html", product=product, secret=secret), 201


def _conflict(form: TrustForm, product: Product) -> Conflict | None:
    trust = queries.trust_of(reading(), product.id)
    if trust is None:
        return None
    saved = TrustForm(formdata=None)
    saved.fill(trust)
    return conflict_with(form, saved, version=version_of(trust), who=trust.changed_by, when=trust.changed_at)


def _page(product: Product, form: TrustForm, conflict: Conflict | None = None) -> str:
    return render_template(
        "programs/trust.html",
        product=product,
        trust=queries.trust_of(reading(), product.id),
        form=form,
        button_form=EmptyForm(),
        conflict_found=conflict,
    )
