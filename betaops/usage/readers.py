"""What other rooms make of events with a meaning of their own (a survey's answers, a choice). `wiring` hands the readers in."""

from collections.abc import Callable
from uuid import UUID

from betaops.kernel.work import Work
from betaops.usage.capture import Captured

#: Of (work, product id, whose event it is as far as known, the event). Called once for each event, in the
#: transaction that keeps it; what it raises refuses that event's meaning, never the event.
Reader = Callable[[Work, UUID, UUID | None, Captured], None]

_readers: dict[str, Reader] = {}


_proved: set[str] = set()


def register(name: str, reader: Reader, *, needs_proof: bool = False) -> None:
    """Have `reader` called for events of this name; `needs_proof`: where the product wants signatures, only for those
    that prove whom they are about."""
    _readers[name] = reader
    if needs_proof:
        _proved.add(name)


def needs_proof(name: str) -> bool:
    return name in _proved


def of(name: str) -> Reader | None:
    return _readers.get(name)


_noters: dict[str, Reader] = {}


def register_noter(name: str, noter: Reader) -> None:
    """Have `noter` called likewise. It only remembers: it asks no database, raises nothing, and bears being told of
    an event that is not kept after all."""
    _noters[name] = noter


def noter_of(name: str) -> Reader | None:
    return _noters.get(name)
