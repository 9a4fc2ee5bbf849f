"""Facts that rooms above write down about people, so that rules can read them without looking up."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from betaops.cohorts.models import Trait
from betaops.cohorts.service.following import refresh_tester
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared, inserting
from betaops.kernel.work import Work

LONGEST_NAME = 120


def set_trait(work: Work, tester_id: UUID, name: str, value: Any) -> None:
    """Write one fact (plain JSON; None takes it away). Rules that read it are asked again shortly.

    Names say where they come from: `survey.onboarding.nps`, `usage.notes_this_week`.
    """
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("bad_trait", _("A fact's name has 1 to %(most)s characters.", most=LONGEST_NAME))
    if value is None:
        work.session.execute(delete(Trait).where(Trait.tester_id == tester_id, Trait.name == name))
    else:
        _write(work, tester_id, {name: value})
    if not work.is_quiet:
        work.enqueue(
            "cohorts.refresh_tester",
            {"tester_id": str(tester_id), "changed": ["trait"]},
            unique=f"cohorts.refresh_tester:{tester_id}",
        )


def set_traits(work: Work, tester_id: UUID, values: Mapping[str, Any]) -> None:
    """Write several facts about one person (none of them None), and ask the rules that read them at once."""
    _write(work, tester_id, values)
    if not work.is_quiet:
        refresh_tester(work, tester_id, [f"trait.{name}" for name in values])


def _write(work: Work, tester_id: UUID, values: Mapping[str, Any]) -> None:
    work.session.flush()
    rows = [{"id": new_id(), "name": name, "value": value} for name, value in sorted(values.items())]
    _PUT.each(
        work.session,
        rows,
        {"workspace_id": work.workspace_id, "tester_id": tester_id, "changed_at": work.now},
    )


def _putting(dialect: str) -> Any:
    row = inserting(Trait, dialect)
    return row.on_conflict_do_update(
        index_elements=["workspace_id", "tester_id", "name"],
        set_={"value": row.excluded.value, "changed_at": row.excluded.changed_at},
    )


_PUT = Prepared(_putting)
