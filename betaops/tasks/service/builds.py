"""Builds: written, released to testers, retired."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import edit, stamp
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product
from betaops.tasks import policy, queries
from betaops.tasks.events import BuildAdded, BuildChanged, BuildDeleted, BuildReleased, BuildRetired
from betaops.tasks.models import Build, BuildState
from betaops.usage.builds import LONGEST_VERSION, version_key


def add_build(
    work: Work,
    product_id: UUID,
    *,
    name: str,
    app_version: str = "",
    notes: str = "",
    to_try: str = "",
    url: str = "",
) -> Build:
    """A draft: testers see it when it is released. `Invalid` for a name or version that the product has a build of already."""
    product = program_queries.product(work.session, product_id)
    work.lock(Product, product.id)
    build = Build(
        product_id=product.id,
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
        **_values(
            work, product.id, None, name=name, app_version=app_version, notes=notes, to_try=to_try, url=url
        ),
    )
    work.add(build)
    work.record(BuildAdded(build_id=build.id, product_id=product.id, name=build.name))
    return build


def adopt_build(work: Work, product_id: UUID, version: str) -> Build:
    """A draft of a version that the product's events told of. Adopted before, that build."""
    product = program_queries.product(work.session, product_id)
    work.lock(Product, product.id)
    key = version_key(version)
    former = next(
        (each for each in queries.builds(work.session, product.id) if each.version_key == key), None
    )
    if former is not None and key:
        return former
    seen = next((each for each in queries.unannounced(work.session, product.id) if each.key == key), None)
    if seen is None:
        raise NotFound
    return add_build(work, product.id, name=seen.version)


def change_build(work: Work, build_id: UUID, version: int | None = None, **values: str) -> Build:
    """Name, app_version, notes, to_try and url: what is left out stays."""
    build = work.lock(Build, build_id)
    work.lock(Product, build.product_id)
    if "name" in values or "app_version" in values:
        values = {"name": build.name, "app_version": build.app_version, **values}
    changed = edit(work, build, version, **_values(work, build.product_id, build.id, **values))
    if changed:
        work.record(
            BuildChanged(build_id=build.id, product_id=build.product_id, name=build.name, changed=changed)
        )
    return build


def release(work: Work, build_id: UUID) -> Build:
    """Testers have it from now on, and it is the current one; one that was retired comes back."""
    build = work.lock(Build, build_id)
    if build.state is BuildState.LIVE:
        return build
    build.released_at, build.retired_at = work.now, None
    build.version += 1
    stamp(work, build)
    work.record(BuildReleased(build_id=build.id, product_id=build.product_id, name=build.name))
    return build


def retire(work: Work, build_id: UUID) -> Build:
    """Testers do not see it any more, nor tasks that are about it; what they said stays."""
    build = work.lock(Build, build_id)
    if build.state is BuildState.RETIRED:
        return build
    if build.state is BuildState.DRAFT:
        raise Refused("not_released", _("This build was never released. Delete it instead."))
    build.retired_at = work.now
    build.version += 1
    stamp(work, build)
    work.record(BuildRetired(build_id=build.id, product_id=build.product_id, name=build.name))
    return build


def delete_build(work: Work, build_id: UUID) -> None:
    """Only one that was never released and that no task is about."""
    build = work.lock(Build, build_id)
    if build.state is not BuildState.DRAFT:
        raise Refused("was_released", _("This build was released: it stays, with what was said about it."))
    if queries.count_tasks(work.session, build.id):
        raise Refused("has_tasks", _("Tasks are about this build. Give them another one first."))
    work.record(BuildDeleted(build_id=build.id, product_id=build.product_id, name=build.name))
    work.delete(build)


def _values(work: Work, product_id: UUID, build_id: UUID | None, **typed: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: policy.text(typed[name]) for name in ("notes", "to_try") if name in typed}
    if "url" in typed:
        values["url"] = policy.address(typed["url"])
    if "name" in typed:
        values["name"] = name = _name(work, product_id, build_id, policy.line(typed["name"]))
        values["app_version"] = version = _app_version(policy.line(typed.get("app_version", "")), name)
        values["version_key"] = _version_key(work, product_id, build_id, version or name)
    return values


def _app_version(typed: str, name: str) -> str:
    """Empty where it is called as it is named."""
    if len(typed) > LONGEST_VERSION:
        raise Invalid(
            "bad_version",
            _("A version has at most %(most)s characters.", most=LONGEST_VERSION),
            field="app_version",
        )
    return "" if typed == name else typed


def _version_key(work: Work, product_id: UUID, build_id: UUID | None, version: str) -> str:
    key = version_key(version)
    taken = work.session.scalar(
        select(Build).where(Build.product_id == product_id, Build.version_key == key, Build.version_key != "")
    )
    if taken is not None and taken.id != build_id:
        raise Invalid(
            "version_taken",
            _(
                "“%(version)s” is the version of the build %(name)s already.",
                version=version,
                name=taken.name,
            ),
            field="name",
        )
    return key


def _name(work: Work, product_id: UUID, build_id: UUID | None, name: str) -> str:
    if not name or len(name) > policy.LONGEST_NAME:
        raise Invalid(
            "bad_name",
            _("Give the build a name of up to %(most)s characters.", most=policy.LONGEST_NAME),
            field="name",
        )
    taken = work.session.scalar(select(Build.id).where(Build.product_id == product_id, Build.name == name))
    if taken is not None and taken != build_id:
        raise Invalid("name_taken", _("There is a build of this name already."), field="name")
    return name
