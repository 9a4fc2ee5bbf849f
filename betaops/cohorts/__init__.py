"""Cohorts: groups of testers, picked by hand or by a rule, and the facts that rules read."""
