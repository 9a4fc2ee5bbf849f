"""Facts that stand elsewhere than in a person's own row: looked up only where a rule reads them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts import providers
from betaops.cohorts.models import CohortMember
from betaops.cohorts.rules import COUNTED
from betaops.enrollment.models import Consent, Enrollment
from betaops.kernel.ids import decode, encode
from betaops.programs.models import Agreement

_AT_ONCE = 500
Found = dict[UUID, dict[str, dict[str, Any]]]


def looked_up(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], reads: Collection[str]
) -> Found:
    """By person and source: those of the facts in `reads` that are to be looked up."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for fact in reads:
        source, _dot, name = fact.partition(".")
        wanted[source].add(name)
    found: Found = {tester_id: {} for tester_id in tester_ids}
    for source in sorted(wanted):
        provider = _OWN.get(source) or providers.of(source)
        if provider is None:
            if source in COUNTED:
                raise LookupError(f"nobody hands in facts of {source!r}")
            continue
        for start in range(0, len(tester_ids), _AT_ONCE):
            some = tester_ids[start : start + _AT_ONCE]
            known = provider(session, program_id, some, wanted[source])
            for tester_id in some:
                found[tester_id][source] = dict(known.get(tester_id, {}))
    return found


def _agreements(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], names: Collection[str]
) -> Mapping[UUID, Mapping[str, Any]]:
    """`in_force`: they accepted the newest that is published; `number`: all they accepted; `signed_at`: the last time."""
    newest = session.scalar(
        select(func.max(Agreement.number)).where(
            Agreement.program_id == program_id, Agreement.published_at.is_not(None)
        )
    )
    if newest is None:
        return {}
    found: dict[UUID, dict[str, Any]] = {tester_id: {"in_force": False} for tester_id in tester_ids}
    for tester_id, number, signed_at in session.execute(
        select(Enrollment.tester_id, Consent.number, Consent.signed_at)
        .join(Enrollment, Enrollment.id == Consent.enrollment_id)
        .where(Enrollment.program_id == program_id, Enrollment.tester_id.in_(tester_ids))
        .order_by(Consent.signed_at)
    ):
        facts = found[tester_id]
        facts["number"] = [*facts.get("number", ()), number]
        facts["in_force"] = facts["in_force"] or number == newest
        facts["signed_at"] = signed_at
    return found


def _memberships(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], names: Collection[str]
) -> Mapping[UUID, Mapping[str, Any]]:
    """Which of the named cohorts each person is in."""
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for tester_id, cohort_id in session.execute(
        select(CohortMember.tester_id, CohortMember.cohort_id).where(
            CohortMember.cohort_id.in_([decode("coh", name) for name in names]),
            CohortMember.tester_id.in_(tester_ids),
        )
    ):
        found[tester_id][encode("coh", cohort_id)] = True
    return found


_OWN: dict[str, providers.Provider] = {"agreement": _agreements, "cohort": _memberships}
