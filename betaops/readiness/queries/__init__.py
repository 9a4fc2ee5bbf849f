"""Expectations with what was found about them, decisions with their signatures, the people behind the numbers."""

from betaops.readiness.queries.decisions import (
    count_unsigned,
    decision,
    decision_that_stands,
    decisions,
    signatures,
)
from betaops.readiness.queries.dossier import dossier_contents
from betaops.readiness.queries.evidence import (
    HISTORY,
    Past,
    amendments,
    board,
    expectation,
    expectation_page,
    expectations,
    find_expectations,
    histories,
    latest_readings,
    reading_page,
    seal,
)
from betaops.readiness.queries.papers import material
from betaops.readiness.queries.people import (
    count_answering,
    measured_programs,
    scope,
    silent_testers,
    weeks,
)
from betaops.readiness.queries.portfolio import portfolio
from betaops.readiness.queries.problems import began, problems
from betaops.readiness.queries.segmenting import segments
from betaops.readiness.queries.tallies import COUNT, Going, count, going, goings
from betaops.readiness.queries.waiting import READ, is_not_awaited, unique_key

__all__ = [
    "COUNT",
    "HISTORY",
    "READ",
    "Going",
    "Past",
    "amendments",
    "began",
    "board",
    "count",
    "count_answering",
    "count_unsigned",
    "decision",
    "decision_that_stands",
    "decisions",
    "dossier_contents",
    "expectation",
    "expectation_page",
    "expectations",
    "find_expectations",
    "going",
    "goings",
    "histories",
    "is_not_awaited",
    "latest_readings",
    "material",
    "measured_programs",
    "portfolio",
    "problems",
    "reading_page",
    "scope",
    "seal",
    "segments",
    "signatures",
    "silent_testers",
    "unique_key",
    "weeks",
]
