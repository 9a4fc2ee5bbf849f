"""Flags that rooms beside and above need for themselves: which survey is for whom.

Evaluated like any other for clients that ask `/flags`, and shown, listed and exported nowhere. `wiring` hands in
who has some.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

#: Of (session, product id) to definitions in PostHog's format, each with `id`, `key` and `filters`.
#: Their conditions may name a program's number (`cohorts.models.number_for` of its id) as a cohort: all with a seat.
Provider = Callable[[Session, UUID], Sequence[dict[str, Any]]]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Saying the same twice changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def definitions(session: Session, product_id: UUID) -> list[dict[str, Any]]:
    """All of a product."""
    return [definition for provider in _providers for definition in provider(session, product_id)]
