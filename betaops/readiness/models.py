"""The tables of readiness."""
