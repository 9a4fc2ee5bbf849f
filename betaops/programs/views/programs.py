"""The list of programs, and the start of a new one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.programs import policy, queries, service
from betaops.programs.forms import ProgramForm
from betaops.programs.models import Phase
from betaops.programs.outlines import outlines
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals

blueprint = Blueprint("programs", __name__, url_prefix="/console")


@blueprint.get("/programs")
@needs(policy.READ)
def index() -> str:
    shows_archived = request.args.get("archived") == "1"
    found = queries.programs(reading())
    return render_template(
        "programs/index.html",
        programs=[program for program in found if shows_archived or program.phase is not Phase.ARCHIVED],
        archived=sum(program.phase is Phase.ARCHIVED for program in found),
        shows_archived=shows_archived,
        has_products=bool(queries.products(reading())),
    )


@blueprint.route("/programs/new", methods=["GET", "POST"])
@needs(policy.WRITE)
def new() -> Any:
    products = queries.products(reading())
    if not products:
        flash(_("A program tests a product: name the product first."), "info")
        return redirect(url_for("products.new"), 303)
    form = ProgramForm()
    plans = outlines(products[0].name)
    form.offer(products, plans, [ids.encode("prd", product.id) for product in products])
    if form.validate_on_submit():
        with refusals(form):
            program = service.create_program(
                writing(),
                product_id=ids.decode("prd", form.product.data),
                name=form.name.data or "",
                codename=form.codename.data or "",
                template=form.template.data,
                starts_on=form.starts_on.data,
            )
            flash(_("The program is there as a draft. The checklist says what is missing."))
            return redirect(url_for("program_settings.show", slug=program.slug), 303)
    return render_template("programs/new.html", form=form, plans=plans), 422 if form.errors else 200


def find(session: Any, query: str, limit: int) -> list[dict[str, str]]:
    """For the command palette."""
    words = query.casefold()
    return [
        {
            "label": program.name,
            "note": program.product.name,
            "url": f"/console/programs/{program.slug}",
            "icon": "flask-conical",
        }
        for program in queries.programs(session, with_archived=False)
        if words in program.name.casefold() or words in program.codename.casefold()
    ][:limit]
