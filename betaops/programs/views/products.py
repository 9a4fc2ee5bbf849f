"""Products: list, page with keys and snippet."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for

from betaops.kernel.i18n import gettext as _
from betaops.programs import policy, queries, service
from betaops.programs.forms import ProductForm, lines
from betaops.programs.views import trust
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import EmptyForm, refusals

blueprint = Blueprint("products", __name__, url_prefix="/console")
blueprint.register_blueprint(trust.blueprint)


@blueprint.get("/products")
@needs(policy.READ)
def index() -> str:
    return render_template(
        "programs/products.html", products=queries.products(reading()), programs=queries.programs(reading())
    )


@blueprint.route("/products/new", methods=["GET", "POST"])
@needs(policy.WRITE)
def new() -> Any:
    form = ProductForm()
    if form.validate_on_submit():
        with refusals(form):
            product, secret = service.create_product(
                writing(), name=form.name.data or "", origins=lines(form.origins.data)
            )
            return _with_secret(product.slug, secret)
    return render_template("programs/product_new.html", form=form), 422 if form.errors else 200


@blueprint.get("/products/<product_slug>")
@needs(policy.READ)
def show(product_slug: str) -> str:
    product = queries.product_by_slug(reading(), product_slug)
    form = ProductForm(formdata=None)
    form.fill(product)
    return _page(product, form)


@blueprint.post("/products/<product_slug>")
@needs(policy.WRITE)
def change(product_slug: str) -> Any:
    product = queries.product_by_slug(reading(), product_slug)
    form = ProductForm()
    if form.validate_on_submit():
        with refusals(form):
            service.change_product(
                writing(),
                product.id,
                version=number(form.version.data),
                name=form.name.data or "",
                origins=lines(form.origins.data),
            )
            flash(_("Saved."))
            return redirect(url_for(".show", product_slug=product.slug), 303)
    saved = ProductForm(formdata=None)
    saved.fill(product)
    conflict = conflict_with(
        form, saved, version=product.version, who=product.changed_by, when=product.changed_at
    )
    return _page(product, form, conflict=conflict), 422


@blueprint.post("/products/<product_slug>/secret-key")
@needs(policy.WRITE)
def replace_secret_key(product_slug: str) -> Any:
    product = queries.product_by_slug(reading(), product_slug)
    return _with_secret(product.slug, service.replace_secret_key(writing(), product.id))


def _page(product: Any, form: ProductForm, conflict: Any = None) -> str:
    return render_template(
        "programs/product.html",
        product=product,
        trust=queries.trust_of(reading(), product.id),
        programs=queries.programs_of_product(reading(), product.id),
        form=form,
        button_form=EmptyForm(),
        conflict_found=conflict,
        host=current_app.platform.settings.base_url,  # type: ignore[attr-defined]  # our Application
    )


def _with_secret(slug: str, secret: str) -> Any:
    """Shown in this very answer and nowhere kept: a reload does not bring it back."""
    product = queries.product_by_slug(writing().session, slug)
    return render_template("programs/secret_key.html", product=product, secret=secret), 201
