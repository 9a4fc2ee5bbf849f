"""What can be done with expectations, readings and decisions."""

from betaops.readiness.service.amending import seal
from betaops.readiness.service.deciding import Condition, propose, sign, withdraw
from betaops.readiness.service.expecting import add, change, move, remove, write
from betaops.readiness.service.participating import count_weeks
from betaops.readiness.service.reading import soon, take_readings
from betaops.readiness.service.ruling import declare, forget, judge_strictly, rule
from betaops.readiness.service.sharing import count_openings, revoke, share
from betaops.readiness.service.tallying import count_people, count_soon, keep_people

__all__ = [
    "Condition",
    "add",
    "change",
    "count_openings",
    "count_people",
    "count_soon",
    "count_weeks",
    "declare",
    "forget",
    "judge_strictly",
    "keep_people",
    "move",
    "propose",
    "remove",
    "revoke",
    "rule",
    "seal",
    "share",
    "sign",
    "soon",
    "take_readings",
    "withdraw",
    "write",
]
