"""A published version as PostHog's SDK shows it inside the product, and what it sends back. Pure.

A survey is shown there as its author made it or not at all: with an element left out, answers from the product
could not be counted together with those from links, and whatever rests on that element would never be asked.
"""
