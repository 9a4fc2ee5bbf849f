"""What the tables of `wiring` name is there, though a process imports much of it only when it is called."""

import pytest

from betaops import wiring
from betaops.wiring.naming import named

HANDLERS = (
    {handler for _event, handler in wiring.SUBSCRIPTIONS} | set(wiring.WANTING) | set(wiring.WANTING.values())
)
JOBS = {job for job, _is_long in wiring.JOBS}
NAMERS = {names for _what, names in wiring.NAMERS}


@pytest.mark.parametrize("path", sorted(HANDLERS | JOBS | NAMERS))
def test_what_a_table_names_can_be_called(path: str) -> None:
    assert callable(named(path))
