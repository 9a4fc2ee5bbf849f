"""Sending, announcing, and keeping to what people want to get."""

from betaops.messaging.service.announcing import Text, discard, draft, finish, order, redraft, stop, turns
from betaops.messaging.service.posting import forget_person, post, send_again
from betaops.messaging.service.wishes import prefer, release, suppress, tester_behind

__all__ = [
    "Text",
    "discard",
    "draft",
    "finish",
    "forget_person",
    "order",
    "post",
    "prefer",
    "redraft",
    "release",
    "send_again",
    "stop",
    "suppress",
    "tester_behind",
    "turns",
]
