"""The papers that a product manager owes, each written from the same evidence."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from babel.dates import format_datetime

from betaops.kernel import i18n
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.documents import Document
from betaops.readiness.papers import business_case, market_needs, release_notes, report, roadmap
from betaops.readiness.papers.base import Material


class Paper(NamedTuple):
    """`write` gives the document in the language of whoever reads."""

    title: Any
    about: Any
    write: Callable[[Material], Document]


#: By the name in addresses and commands.
PAPERS: dict[str, Paper] = {
    "report": Paper(
        _l("Release report"),
        _l(
            "For executives: what was asked, who tested, what was found, the risks, and the decision with its signatures."
        ),
        report.write,
    ),
    "market-needs": Paper(
        _l("Market needs"),
        _l("Each need with its source, its weight, the evidence and what else people ask for."),
        market_needs.write,
    ),
    "business-case": Paper(
        _l("Inputs to the business case"),
        _l("Adoption, satisfaction and demand as figures with ranges."),
        business_case.write,
    ),
    "roadmap": Paper(
        _l("Roadmap"),
        _l("Each need with its verdict and what follows from it."),
        roadmap.write,
    ),
    "release-notes": Paper(
        _l("Release notes"),
        _l("What changed because testers said so."),
        release_notes.write,
    ),
}


def moment(at: datetime) -> str:
    """In words, with its zone: papers go to people elsewhere."""
    return format_datetime(at, "d MMM y, HH:mm 'UTC'", locale=i18n.locale())


__all__ = ["PAPERS", "Material", "Paper", "moment"]
