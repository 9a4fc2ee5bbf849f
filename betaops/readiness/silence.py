"""Testers who gave no sign of life lately, as a filter of the testers list."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_
from sqlalchemy.orm import Session

from betaops.enrollment.models import INSIDE, Enrollment, Tester
from betaops.enrollment.providers import Filter
from betaops.kernel import clock
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.programs.models import Program

#: Spans offered, in days; the overview speaks of the first.
DAYS = (7, 14, 30)


def _options(session: Session, program: Program) -> Sequence[tuple[str, str]]:
    return [(str(days), ngettext("for %(num)s day", "for %(num)s days", days)) for days in DAYS]


def _narrow(statement: Select[Any], value: str) -> Select[Any]:
    """Whoever is in since before that span and was not seen in it; an unknown span matches nobody."""
    days = int(value) if value.isdecimal() and len(value) < 4 else 0
    since = clock.now() - timedelta(days=days)
    return statement.where(
        Enrollment.state.in_(INSIDE if days else ()),
        Enrollment.accepted_at < since,
        or_(Tester.seen_at.is_(None), Tester.seen_at < since),
    )


SILENT = Filter(name="silent", label=_l("Silent"), options=_options, narrow=_narrow)
