"""What may stand in the way of a feature's next stage, asked before it is promoted. `wiring` hands the functions in."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from betaops.flags.models import Flag, Stage

#: Of (session, product id, the feature's flag, the stage it is to have): sentences that say what blocks it.
Gate = Callable[[Session, UUID, Flag, Stage], Sequence[str]]

_gates: list[Gate] = []


def register(gate: Gate) -> None:
    """Saying the same twice changes nothing."""
    if gate not in _gates:
        _gates.append(gate)


def blocks(session: Session, product_id: UUID, flag: Flag, to_stage: Stage) -> list[str]:
    """Everything that blocks it; nothing means that it may be promoted."""
    return [sentence for gate in _gates for sentence in gate(session, product_id, flag, to_stage)]
