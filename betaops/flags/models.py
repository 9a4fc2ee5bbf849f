"""The tables of flags."""
