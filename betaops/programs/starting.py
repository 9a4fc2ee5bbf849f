"""What rooms above do when a program starts, in the very transaction in which it does. `wiring` hands the functions in."""

from collections.abc import Callable

from betaops.kernel.work import Work
from betaops.programs.models import Program

#: May be called again: a program that is closing can go back to running.
Step = Callable[[Work, Program], object]

_steps: list[Step] = []


def register(step: Step) -> None:
    """Saying the same twice changes nothing."""
    if step not in _steps:
        _steps.append(step)


def started(work: Work, program: Program) -> None:
    """It runs from now on; whoever holds the program sees all of this or nothing.

    A quiet work (samples, history) tells nobody, so it does what belongs to the start itself, when it has planted it.
    """
    for step in () if work.is_quiet else _steps:
        step(work, program)
