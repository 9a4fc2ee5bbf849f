"""The signed text in an unsubscribe link: whom and what it is about, for as long as the mail lies in a mailbox.

It can only turn mails off and on again for one person, so it needs no expiry and no row.
"""

from typing import NamedTuple
from uuid import UUID

from betaops.kernel import tokens
from betaops.kernel.settings import Settings
from betaops.messaging.models import Topic

_PURPOSE = "messaging.unsubscribe"


class Subject(NamedTuple):
    """Whom an unsubscribe link is about, and which topic its mail was of."""

    workspace_id: UUID
    tester_id: UUID
    topic: Topic


def write(settings: Settings, subject: Subject) -> str:
    """The text for the link."""
    said = [subject.workspace_id.hex, subject.tester_id.hex, subject.topic.value]
    return tokens.sign(settings.secret_key, _PURPOSE, said)


def read(settings: Settings, text: str) -> Subject | None:
    """What `write` was told, also under a former secret; None for anything else."""
    for secret in (settings.secret_key, *settings.former_secret_keys):
        said = tokens.read(secret, _PURPOSE, text)
        if said is not None:
            return Subject(UUID(said[0]), UUID(said[1]), Topic(said[2]))
    return None
