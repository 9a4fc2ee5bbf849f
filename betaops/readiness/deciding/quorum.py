"""When a decision has the signatures that it needs. Pure.

It comes into force when every role that has to sign has signed, agreeing or not; when as many agree as the rules demand;
and when more agree than disagree. So one of three who disagrees is heard, kept and outvoted; one of two stops it.
Whoever disagrees afterwards changes nothing any more, and stays to be read.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID


class Role(NamedTuple):
    """A role that has to sign; `user_id` is who holds it, or None for any member who may sign."""

    name: str
    user_id: UUID | None = None
    holder: str = ""


class Given(NamedTuple):
    """A signature as far as it is counted: the role that it fills, if any."""

    user_id: UUID | None
    fills: str
    agrees: bool


class Quorum(NamedTuple):
    """What is still missing."""

    open_roles: list[Role]
    #: So many more have to agree.
    lacking: int

    @property
    def is_there(self) -> bool:
        return not self.open_roles and self.lacking == 0


def quorum(roles: Sequence[Role], given: Sequence[Given], needed: int) -> Quorum:
    """`needed`: how many have to agree at the least."""
    filled = {each.fills for each in given}
    agreeing = sum(each.agrees for each in given)
    disagreeing = len(given) - agreeing
    return Quorum(
        [role for role in roles if role.name not in filled],
        max(0, max(needed, disagreeing + 1) - agreeing),
    )


def open_to(open_roles: Sequence[Role], user_id: UUID, able: Collection[UUID]) -> list[Role]:
    """The roles that this member may fill. One held by somebody else is free once that one may no longer sign; whoever
    holds one signs for that one."""
    own = [role for role in open_roles if role.user_id == user_id]
    return own or [role for role in open_roles if role.user_id not in able]
