"""Who hears of which event. `wiring` fills the table; `Work.record` turns it into job rows.

A delivery is a job whose arguments name one event, written in the transaction of the event itself:
either both are there or neither.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from betaops.kernel.events import Event
    from betaops.kernel.work import Work


class Subscription(NamedTuple):
    """`name` is kept in job rows (`messaging.welcome`): never rename.

    `wants` (session, event) says at the event whether the handler has anything to do; without it, it always has.
    `is_at_once`: it is called in the transaction of the event, and what it raises undoes that; no job is written but
    where others hold what it needs.
    """

    name: str
    handler: Callable[["Work", Any], None]
    wants: Callable[["Session", Any], bool] | None = None
    is_at_once: bool = False


_by_kind: dict[str, dict[str, Subscription]] = {}
_by_name: dict[str, Subscription] = {}


def subscribe(
    event: type["Event"],
    name: str,
    handler: Callable[["Work", Any], None],
    wants: Callable[["Session", Any], bool] | None = None,
    *,
    is_at_once: bool = False,
) -> None:
    """`handler` runs once for each `event`, in a Work of its own, at least once: it must bear repetition."""
    subscription = Subscription(name, handler, wants, is_at_once)
    _by_kind.setdefault(event.kind, {})[name] = subscription
    _by_name[name] = subscription


def subscriptions(kind: str) -> list[Subscription]:
    return list(_by_kind.get(kind, {}).values())


def subscription(name: str) -> Subscription:
    """`KeyError` where the subscription is gone; the delivery then becomes a dead letter."""
    return _by_name[name]
