"""What can be done with builds, tasks and their outcomes."""

from betaops.tasks.service.builds import add_build, adopt_build, change_build, delete_build, release, retire
from betaops.tasks.service.outcomes import Said, rate, record, start, view
from betaops.tasks.service.planning import Taken, take_in
from betaops.tasks.service.tasks import Draft, change, close, delete_task, move_on, place, publish, write

__all__ = [
    "Draft",
    "Said",
    "Taken",
    "add_build",
    "adopt_build",
    "change",
    "change_build",
    "close",
    "delete_build",
    "delete_task",
    "move_on",
    "place",
    "publish",
    "rate",
    "record",
    "release",
    "retire",
    "start",
    "take_in",
    "view",
    "write",
]
