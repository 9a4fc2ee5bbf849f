"""The tables of usage."""
