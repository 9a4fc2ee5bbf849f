"""What the product says about people (`$set`), written down as traits for rules and flags.

It is the product's word, sent with a key that everybody can read: it never changes what is known about a
tester from elsewhere, and counts only where nothing else is known under that name.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, literal_column, select

from betaops.cohorts import service as cohort_service
from betaops.cohorts.models import PRODUCT_SAID, Trait
from betaops.kernel.payloads import is_storable
from betaops.kernel.prepared import Prepared, as_text, listed
from betaops.kernel.work import Work
from betaops.usage.capture import Captured

#: What SDKs say by themselves and people ask for; the rest of their own names changes with every page.
DEVICE = frozenset(
    {"$os", "$os_version", "$browser", "$browser_version", "$device_type", "$app_version", "$app_build"}
)
MOST_NAMES = 50
LONGEST_NAME = 80
LARGEST_VALUE = 1_000


def describe(work: Work, told: Iterable[tuple[UUID, Captured]]) -> None:
    """Keep what `told`, events with their testers, say about those people; the newest word counts."""
    said: dict[UUID, list[tuple[str, Any, bool]]] = {}
    for tester_id, event in sorted(told, key=lambda each: (each[1].at, str(each[1].uuid))):
        if words := list(_words(event.properties)):
            said.setdefault(tester_id, []).extend(words)
    if not said:
        return
    known = _known(work, said)
    for tester_id in sorted(said):
        _write(work, tester_id, known.get(tester_id, {}), said[tester_id])


def _write(work: Work, tester_id: UUID, known: Mapping[str, Any], words: list[tuple[str, Any, bool]]) -> None:
    wanted = dict(known)
    for name, value, is_once in words:
        if name in wanted:
            wanted[name] = wanted[name] if is_once else value
        elif len(wanted) < MOST_NAMES:
            wanted[name] = value
    new = {
        PRODUCT_SAID + name: value
        for name, value in wanted.items()
        if name not in known or known[name] != value
    }
    if new:
        cohort_service.set_traits(work, tester_id, new)


def _words(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    """(name, value, whether it only counts where nothing was said yet) for everything that can be kept."""
    for field, is_once in (("$set_once", True), ("$set", False)):
        words = properties.get(field)
        for name, value in words.items() if isinstance(words, dict) else ():
            if _is_kept(name, value):
                yield name, value, is_once


def _is_kept(name: str, value: Any) -> bool:
    if not 0 < len(name) <= LONGEST_NAME or (name.startswith("$") and name not in DEVICE) or name == "email":
        return False
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, str | int | float | bool) for item in items) and is_storable(
        value, LARGEST_VALUE
    )


def _known(work: Work, said: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    known: dict[UUID, dict[str, Any]] = {}
    rows = _SAID.rows(work.session, workspace_id=work.workspace_id, tester_ids=as_text(sorted(said)))
    for tester_id, name, value in rows:
        known.setdefault(tester_id, {})[name.removeprefix(PRODUCT_SAID)] = value
    return known


_SAID = Prepared(
    lambda dialect: select(Trait.tester_id, Trait.name, Trait.value).where(
        Trait.workspace_id == bindparam("workspace_id", type_=Uuid()),
        Trait.tester_id.in_(select(listed(dialect, "tester_ids"))),
        Trait.name.startswith(literal_column(f"'{PRODUCT_SAID}'")),
    )
)
