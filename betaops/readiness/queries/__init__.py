"""Expectations with what was found about them, decisions with their signatures, the people behind the numbers."""

from betaops.readiness.queries.builds import Build, builds
from betaops.readiness.queries.comparing import Compared, Moment, compared, moments
from betaops.readiness.queries.decisions import (
    count_unsigned,
    decision,
    decision_that_stands,
    decisions,
    signatures,
)
from betaops.readiness.queries.dossier import AT_ONCE, DOSSIER, count_let_in, dossier_contents, dossier_job
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
from betaops.readiness.queries.market import (
    Known,
    cells,
    composition,
    ground_rules,
    known_fact,
    known_facts,
    margins_of,
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
from betaops.readiness.queries.sharing import paper_behind, shared_paper, shared_paper_page, shared_papers
from betaops.readiness.queries.tallies import COUNT, Going, count, going, goings
from betaops.readiness.queries.waiting import READ, is_not_awaited, unique_key
from betaops.readiness.queries.waves import waves, waves_of_program

__all__ = [
    "AT_ONCE",
    "COUNT",
    "DOSSIER",
    "HISTORY",
    "READ",
    "Build",
    "Compared",
    "Going",
    "Known",
    "Moment",
    "Past",
    "amendments",
    "began",
    "board",
    "builds",
    "cells",
    "compared",
    "composition",
    "count",
    "count_answering",
    "count_let_in",
    "count_unsigned",
    "decision",
    "decision_that_stands",
    "decisions",
    "dossier_contents",
    "dossier_job",
    "expectation",
    "expectation_page",
    "expectations",
    "find_expectations",
    "going",
    "goings",
    "ground_rules",
    "histories",
    "is_not_awaited",
    "known_fact",
    "known_facts",
    "latest_readings",
    "margins_of",
    "material",
    "measured_programs",
    "moments",
    "paper_behind",
    "portfolio",
    "problems",
    "reading_page",
    "scope",
    "seal",
    "segments",
    "shared_paper",
    "shared_paper_page",
    "shared_papers",
    "signatures",
    "silent_testers",
    "unique_key",
    "waves",
    "waves_of_program",
    "weeks",
]
