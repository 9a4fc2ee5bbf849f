"""Lists of people, pasted or out of a file, into a cohort picked by hand."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from betaops.cohorts.events import CohortListTaken
from betaops.cohorts.service.members import (
    exceptions,
    follow,
    hold_by_hand,
    picked_by_hand,
    touch_program,
)
from betaops.cohorts.service.moves import BY_HAND, enter
from betaops.enrollment.addresses import mail_key
from betaops.enrollment.models import Enrollment, Identity
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

#: Longer lists are taken by a job, in portions of so many.
AT_ONCE = 1_000
MOST_ENTRIES = 100_000
#: So many of a kind are named in the report; the numbers count all.
MOST_NAMED = 200
LONGEST_ENTRY = 400
KEEP_LISTS = timedelta(days=1)


@dataclass
class Taken:
    """What became of a list: numbers of people, and entries of whom nothing came."""

    added: int = 0
    already: int = 0
    kept_out: int = 0
    elsewhere: int = 0
    unknown: int = 0
    #: By kind ("kept_out", "elsewhere", "unknown"): the first of them as they were written.
    named: dict[str, list[str]] = field(default_factory=dict)

    def name(self, kind: str, entries: Sequence[str]) -> None:
        setattr(self, kind, getattr(self, kind) + len(entries))
        named = self.named.setdefault(kind, [])
        named += [entry[:100] for entry in entries[: MOST_NAMED - len(named)]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def take_list(work: Work, cohort_id: UUID, entries: Sequence[str], taken: Taken | None = None) -> Taken:
    """Put the program's people whom `entries` name (mail addresses, `tst_…`, ids of the product) into the cohort.

    What names nobody, or nobody of this program, is reported and changes nothing. `taken` is added to.
    """
    taken = taken or Taken()
    cohort = picked_by_hand(work, cohort_id)
    cleaned = [entry.replace("\0", "").strip()[:LONGEST_ENTRY] for entry in entries]
    wanted = list(dict.fromkeys(entry for entry in cleaned if entry))
    if len(wanted) > AT_ONCE:
        raise Invalid("too_many", _("At most %(most)s entries at once.", most=AT_ONCE), field="entries")
    owners = _owners(work, wanted)
    taken.name("unknown", [entry for entry in wanted if entry not in owners])
    people = {owners[entry]: entry for entry in wanted if entry in owners}
    enrolled = set(
        work.session.scalars(
            select(Enrollment.tester_id).where(
                Enrollment.program_id == cohort.program_id, Enrollment.tester_id.in_(people)
            )
        )
    )
    taken.name("elsewhere", [entry for tester_id, entry in people.items() if tester_id not in enrolled])
    kept_out = exceptions(work, cohort, enrolled, is_in=False)
    taken.name("kept_out", [people[tester_id] for tester_id in sorted(kept_out)])
    hold_by_hand(work, cohort, enrolled)
    entered = enter(work, cohort, enrolled - kept_out, BY_HAND)
    taken.added += len(entered)
    taken.already += len(enrolled) - len(kept_out) - len(entered)
    if entered:
        work.record(
            CohortListTaken(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, added=len(entered)
            )
        )
        touch_program(work, cohort.program_id, entered)
        follow(work, cohort, entered)
    return taken


def take_list_soon(work: Work, cohort_id: UUID, entries: Sequence[str]) -> UUID:
    """Have a job take a long list; the job's id."""
    cohort = picked_by_hand(work, cohort_id)
    if len(entries) > MOST_ENTRIES:
        raise Invalid("too_many", _("At most %(most)s entries at once.", most=MOST_ENTRIES), field="entries")
    file = work.platform.files.put(orjson.dumps(list(entries)), "application/json")
    work.enqueue("cohorts.drop_list", {"file": file}, at=work.now + KEEP_LISTS)
    actor = {"id": str(work.actor.id) if work.actor.id else None, "name": work.actor.name}
    job_id = work.enqueue("cohorts.take_list", {"cohort_id": str(cohort.id), "file": file, "actor": actor})
    assert job_id is not None  # it has no key that another one could hold
    return job_id


def _owners(work: Work, entries: Sequence[str]) -> dict[str, UUID]:
    """Whom each entry names, as far as known; an address counts in every spelling."""
    spellings = {entry: mail_key(entry) if "@" in entry else entry for entry in entries}
    known: dict[str, UUID] = {}
    ordered = sorted({*spellings, *spellings.values()})
    for start in range(0, len(ordered), 500):
        rows = work.session.execute(
            select(Identity.distinct_id, Identity.tester_id).where(
                Identity.distinct_id.in_(ordered[start : start + 500])
            )
        )
        known.update((row.distinct_id, row.tester_id) for row in rows)
    found = {entry: known.get(entry) or known.get(spelling) for entry, spelling in spellings.items()}
    return {entry: tester_id for entry, tester_id in found.items() if tester_id is not None}
