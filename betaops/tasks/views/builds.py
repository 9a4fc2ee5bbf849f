"""Builds of a program's product: written, released to testers, retired."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from betaops.kernel.i18n import gettext as _
from betaops.tasks import policy, queries, service, words
from betaops.tasks.forms import BuildForm
from betaops.tasks.views.frame import blueprint, build_of, program_of, tabs, version_of
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals


@blueprint.get("/builds")
@needs(policy.SEE)
def builds(slug: str) -> str:
    """Drafts first, then the newest."""
    program = program_of(slug)
    current = queries.current_build(reading(), program.product_id)
    everything = queries.builds(reading(), program.product_id)
    return render_template(
        "tasks/builds.html",
        program=program,
        tabs=tabs(slug, "builds"),
        builds=everything,
        counted=queries.counts_by_build(reading(), [each.id for each in everything]),
        current_id=current.id if current is not None else None,
        using=queries.people_using(reading(), program.product_id),
        unannounced=queries.unannounced(reading(), program.product_id),
        words=words,
    )


@blueprint.route("/builds/new", methods=["GET", "POST"])
@needs(policy.WRITE)
def new_build(slug: str) -> Response | tuple[str, int]:
    """A draft, or released at once where the other button was pressed."""
    program = program_of(slug)
    form = BuildForm()
    if form.validate_on_submit():
        with refusals(form):
            build = service.add_build(writing(), program.product_id, **_said(form))
            if request.form.get("then") == "release":
                service.release(writing(), build.id)
                flash(_("Testers see %(build)s now.", build=build.name))
            else:
                flash(_("The build is written. Testers see it when you release it."))
            return _to_list(slug)
    page = render_template("tasks/build.html", program=program, form=form, build=None)
    return page, 422 if form.errors else 200


@blueprint.route("/builds/<id(bld):build_id>/edit", methods=["GET", "POST"])
@needs(policy.WRITE)
def edit_build(slug: str, build_id: UUID) -> Response | tuple[str, int]:
    program = program_of(slug)
    build = build_of(program, build_id)
    form = BuildForm()
    if not form.is_submitted():
        form.fill(build)
    elif form.validate():
        with refusals(form):
            service.change_build(writing(), build.id, version_of(form.version.data), **_said(form))
            flash(_("Saved."))
            return _to_list(slug)
        form.version.data = str(build.version)
    page = render_template("tasks/build.html", program=program, form=form, build=build)
    return page, 422 if form.errors else 200


@blueprint.post("/builds/seen")
@needs(policy.WRITE)
def adopt_build(slug: str) -> Response:
    """Make a version that events told of a build: a draft, which says nothing to testers yet."""
    program = program_of(slug)
    if EmptyForm().validate_on_submit():
        build = service.adopt_build(writing(), program.product_id, request.form.get("version", ""))
        flash(_("%(build)s is a build now. Release it when testers are to read of it.", build=build.name))
    return _to_list(slug)


def _said(form: BuildForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("name", "app_version", "notes", "to_try", "url")}


@blueprint.post("/builds/<id(bld):build_id>/release")
@needs(policy.WRITE)
def release_build(slug: str, build_id: UUID) -> Response:
    build = service.release(writing(), build_of(program_of(slug), build_id).id)
    flash(_("Testers see %(build)s now.", build=build.name))
    return _to_list(slug)


@blueprint.post("/builds/<id(bld):build_id>/retirement")
@needs(policy.WRITE)
def retire_build(slug: str, build_id: UUID) -> Response:
    build = service.retire(writing(), build_of(program_of(slug), build_id).id)
    flash(_("Testers do not see %(build)s any more.", build=build.name))
    return _to_list(slug)


@blueprint.post("/builds/<id(bld):build_id>/deletion")
@needs(policy.WRITE)
def delete_build(slug: str, build_id: UUID) -> Response:
    service.delete_build(writing(), build_of(program_of(slug), build_id).id)
    flash(_("The draft is gone."))
    return _to_list(slug)


def _to_list(slug: str) -> Response:
    return redirect(url_for("tasks.builds", slug=slug), 303)
