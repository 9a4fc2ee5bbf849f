"""The tables of cohorts."""
