"""Builds, tasks, and what became of them with each tester."""
