"""Who used which version of a product, kept beside the daily counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, exists, inspect, or_, select

from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared, flavour
from betaops.kernel.work import Work
from betaops.usage.builds import version_in, version_key
from betaops.usage.models import UsageBuild

#: Versions of a product that are kept of one person: years of several releases a day. What says a version is sent by
#: anybody who has the product's public key, and may be another one with each event.
MOST_VERSIONS = 1000


def note_builds(work: Work, product_id: UUID, facts: Iterable[tuple[UUID, Any, datetime]]) -> None:
    """Note (tester, the property that says the version, moment), one for each event.

    A row is written when somebody first uses a version and then once a day, however much they do. Of more than
    `MOST_VERSIONS` those that come later are not noted.
    """
    found: dict[tuple[UUID, str], tuple[str, datetime, datetime]] = {}
    keys: dict[Any, tuple[str, str]] = {}
    for tester_id, told, at in facts:
        if not isinstance(told, str | int | float):
            continue
        if told not in keys:
            version = version_in(told)
            keys[told] = version, version_key(version)
        version, key = keys[told]
        if not key:
            continue
        known = found.get((tester_id, key))
        if known is None:
            found[tester_id, key] = version, at, at
        else:
            spelled, first, last = known
            found[tester_id, key] = (version if at < first else spelled), min(first, at), max(last, at)
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "product_id": product_id,
            "tester_id": tester_id,
            "version_key": key,
            "version": version,
            "first_at": first,
            "last_on": last.date(),
        }
        # In one order for all writers, so that two of them never wait for each other.
        for (tester_id, key), (version, first, last) in sorted(found.items())
    ]
    _NOTE.each(work.session, rows)


def _noting(dialect: str) -> Any:
    columns = inspect(UsageBuild).columns
    given = {name: bindparam(name, type_=column.type) for name, column in columns.items()}
    theirs = (
        UsageBuild.workspace_id == given["workspace_id"],
        UsageBuild.tester_id == given["tester_id"],
        UsageBuild.product_id == given["product_id"],
    )
    is_known = exists().where(*theirs, UsageBuild.version_key == given["version_key"])
    are_too_many = select(UsageBuild.id).where(*theirs).limit(1).offset(MOST_VERSIONS - 1).exists()
    row = (
        flavour(dialect)
        .insert(UsageBuild)
        .from_select(list(given), select(*given.values()).where(or_(is_known, ~are_too_many)))
    )
    new = row.excluded
    is_earlier, is_later = new.first_at < UsageBuild.first_at, new.last_on > UsageBuild.last_on
    return row.on_conflict_do_update(
        index_elements=["product_id", "version_key", "tester_id"],
        set_={
            "version": case((is_earlier, new.version), else_=UsageBuild.version),
            "first_at": case((is_earlier, new.first_at), else_=UsageBuild.first_at),
            "last_on": case((is_later, new.last_on), else_=UsageBuild.last_on),
        },
        where=or_(is_earlier, is_later),
    )


_NOTE = Prepared(_noting)
