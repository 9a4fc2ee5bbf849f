"""Builds over the REST API."""

from flask import Response

from betaops.programs import queries as program_queries
from betaops.tasks import policy, queries, service
from betaops.tasks.api.shapes import (
    BuildChange,
    BuildList,
    NewBuild,
    OfBuild,
    OfProduct,
    SeenBuild,
    SeenBuildList,
    ShownBuild,
    blueprint,
    shown_build,
)
from betaops.tasks.models import Build
from betaops.web.access import scope
from betaops.web.api import Paging, shown
from betaops.web.application import reading, writing


@blueprint.get("/products/<product_id>/builds", responses={200: BuildList})
@scope(policy.SEE)
def builds(path: OfProduct, query: Paging) -> Response:
    """Builds of a product, the newest first."""
    product = program_queries.product(reading(), path.product_id)
    page = queries.builds_page(reading(), product.id, cursor=query.cursor, size=query.limit)
    current = queries.current_build(reading(), product.id)
    return shown(BuildList(items=[shown_build(each, current) for each in page.items], next=page.next))


@blueprint.post("/products/<product_id>/builds", responses={201: ShownBuild})
@scope(policy.WRITE)
def create_build(path: OfProduct, body: NewBuild) -> Response:
    """Add a build; a draft unless it is released at once."""
    build = service.add_build(
        writing(),
        path.product_id,
        name=body.name,
        app_version=body.app_version,
        notes=body.notes,
        to_try=body.to_try,
        url=body.url,
    )
    if body.release:
        service.release(writing(), build.id)
    return _one(build, 201)


@blueprint.get("/products/<product_id>/seen-builds", responses={200: SeenBuildList})
@scope(policy.SEE)
def seen_builds(path: OfProduct) -> Response:
    """Versions that events told of and that are no build; adding a build of that name or version adopts one."""
    product = program_queries.product(reading(), path.product_id)
    found = queries.unannounced(reading(), product.id)
    items = [
        SeenBuild(version=each.version, people=each.people, first_at=each.first_at, last_on=each.last_on)
        for each in found
    ]
    return shown(SeenBuildList(items=items, next=None))


@blueprint.get("/builds/<build_id>", responses={200: ShownBuild})
@scope(policy.SEE)
def build(path: OfBuild) -> Response:
    """One build."""
    return _one(queries.build(reading(), path.build_id))


@blueprint.patch("/builds/<build_id>", responses={200: ShownBuild})
@scope(policy.WRITE)
def change_build(path: OfBuild, body: BuildChange) -> Response:
    """Say it anew."""
    said = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"version"})
    return _one(service.change_build(writing(), path.build_id, body.version, **said))


@blueprint.delete("/builds/<build_id>", responses={204: None})
@scope(policy.WRITE)
def delete_build(path: OfBuild) -> Response:
    """Only one that was never released and that no task is about."""
    service.delete_build(writing(), path.build_id)
    return Response(status=204)


@blueprint.post("/builds/<build_id>/release", responses={200: ShownBuild})
@scope(policy.WRITE)
def release_build(path: OfBuild) -> Response:
    """Testers have it from now on. Repeating changes nothing."""
    return _one(service.release(writing(), path.build_id))


@blueprint.post("/builds/<build_id>/retirement", responses={200: ShownBuild})
@scope(policy.WRITE)
def retire_build(path: OfBuild) -> Response:
    """Testers do not see it any more. Repeating changes nothing."""
    return _one(service.retire(writing(), path.build_id))


def _one(build: Build, status: int = 200) -> Response:
    return shown(shown_build(build, queries.current_build(reading(), build.product_id)), status)
