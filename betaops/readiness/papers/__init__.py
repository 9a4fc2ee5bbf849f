"""The papers that a product manager owes, each written from the same evidence as Markdown."""

from collections.abc import Callable
from typing import Any, NamedTuple

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.papers import business_case, market_needs, release_notes, report, roadmap
from betaops.readiness.papers.base import Material


class Paper(NamedTuple):
    """`write` gives the Markdown in the language of whoever reads."""

    title: Any
    about: Any
    write: Callable[[Material], str]


#: By the name in addresses and commands.
PAPERS: dict[str, Paper] = {
    "report": Paper(
        _l("Release report"),
        _l("What was asked, what was found, the risks and the decision."),
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

__all__ = ["PAPERS", "Material", "Paper"]
