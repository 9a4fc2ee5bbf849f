"""Testers and their places, as each kind of viewer may see them."""
