"""Builds of the product: those that were announced, and those that its events alone know; who used which from when."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.readiness.scope import Span
from betaops.tasks import queries as task_queries
from betaops.usage.builds import in_order, version_key
from betaops.usage.queries import versions

#: More builds than anybody compares: the newest of those that were announced come first, then what most people use.
MOST_BUILDS = 50


class Build(NamedTuple):
    """By the name it was announced with; else as the product spells it."""

    name: str
    #: Testers who used it.
    people: int


def builds(session: Session, product_id: UUID) -> list[Build]:
    """In the order of their versions, those included that nobody used yet."""
    announced = {
        each.version_key or each.name: each.name for each in task_queries.builds(session, product_id)
    }
    used = {each.key: each for each in versions.used(session, product_id)}
    first = sorted(announced, key=in_order)[-MOST_BUILDS:]
    others = sorted(
        used.keys() - announced.keys(), key=lambda key: (used[key].people, in_order(key)), reverse=True
    )
    keys = sorted([*first, *others[: MOST_BUILDS - len(first)]], key=in_order)
    return [
        Build(
            announced[key] if key in announced else used[key].version, used[key].people if key in used else 0
        )
        for key in keys
    ]


def spans(session: Session, product_id: UUID, build: str) -> dict[UUID, Span]:
    """When each tester used a build: from its first event until the first of the next build that they took."""
    key = _key(session, product_id, build)
    return {
        tester_id: Span(since, until)
        for tester_id, since, until in versions.first_used(session, product_id, key)
    }


def _key(session: Session, product_id: UUID, build: str) -> str:
    """What its version is matched by: an announced build's own, else that of what was written."""
    named = task_queries.build_named(session, product_id, build)
    return named.version_key if named is not None and named.version_key else version_key(build)
