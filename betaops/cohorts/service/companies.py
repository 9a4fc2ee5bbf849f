"""Companies in cohorts picked by hand: everybody of them is in, also who comes later."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from betaops.cohorts.events import CohortCompaniesChanged
from betaops.cohorts.models import Cohort, CohortCompany
from betaops.cohorts.service.members import picked_by_hand, refresh_soon, touch_program
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

LONGEST_NAME = 200
LONGEST_ATTRIBUTE = 120
#: In one cohort; more are rather a rule.
MOST_COMPANIES = 1_000


def add_companies(work: Work, cohort_id: UUID, names: Sequence[str], *, attribute: str = "company") -> int:
    """Whose attribute names one of these companies is in; how many companies are new."""
    cohort = picked_by_hand(work, cohort_id)
    attribute = attribute.replace("\0", "").strip()
    if not attribute or len(attribute) > LONGEST_ATTRIBUTE:
        raise Invalid("bad_attribute", _("Say which attribute names the company."), field="attribute")
    wanted = {name.casefold(): name for name in map(_name, names) if name}
    if not wanted:
        raise Invalid("no_company", _("Name at least one company."), field="companies")
    present = work.session.execute(
        select(CohortCompany.attribute, CohortCompany.key).where(CohortCompany.cohort_id == cohort.id)
    ).all()
    known = {row.key for row in present if row.attribute == attribute}
    new = {key: name for key, name in wanted.items() if key not in known}
    if len(present) + len(new) > MOST_COMPANIES:
        raise Invalid(
            "too_many",
            _("A cohort holds at most %(most)s companies.", most=MOST_COMPANIES),
            field="companies",
        )
    for key, name in new.items():
        work.add(
            CohortCompany(
                cohort_id=cohort.id,
                attribute=attribute,
                name=name,
                key=key,
                at=work.now,
                who=work.actor.name,
            )
        )
    if new:
        _changed(work, cohort, added=len(new))
    return len(new)


def remove_companies(work: Work, cohort_id: UUID, company_ids: Sequence[UUID]) -> int:
    """Whoever is in because of these companies alone leaves; how many companies there were."""
    cohort = picked_by_hand(work, cohort_id)
    gone = work.session.scalars(
        delete(CohortCompany)
        .where(CohortCompany.cohort_id == cohort.id, CohortCompany.id.in_(company_ids))
        .returning(CohortCompany.id)
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        _changed(work, cohort, removed=len(gone))
    return len(gone)


def _changed(work: Work, cohort: Cohort, *, added: int = 0, removed: int = 0) -> None:
    work.record(
        CohortCompaniesChanged(
            cohort_id=cohort.id,
            program_id=cohort.program_id,
            name=cohort.name,
            added=added,
            removed=removed,
        )
    )
    touch_program(work, cohort.program_id)
    refresh_soon(work, cohort)


def _name(text: str) -> str:
    cleaned = " ".join(text.replace("\0", "").split())
    if len(cleaned) > LONGEST_NAME:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_NAME), field="companies"
        )
    return cleaned
