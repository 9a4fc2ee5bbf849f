"""Definitions from files that other tools wrote."""

from betaops.surveys.importers.report import Report
from betaops.surveys.importers.surveyjs import read_file, report_on

__all__ = ["Report", "read_file", "report_on"]
