"""Forms about cohorts."""
