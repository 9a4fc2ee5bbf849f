"""The mails that were queued, opened for reading."""

import re
from collections.abc import Iterator

from sqlalchemy import select

from betaops.kernel.mail import Letter, Mail
from betaops.kernel.work import Platform

_LINK = re.compile(r"https?://[^\s<>\"]+")


class Outbox:
    """A live list of letters, the oldest first: `outbox[-1].subject`, `len(outbox)`, `outbox.to("a@example.com")`."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def letters(self) -> list[Letter]:
        with self._platform.database.reading() as session:
            letters = [
                mail.letter(self._platform.vault) for mail in session.scalars(select(Mail).order_by(Mail.id))
            ]
        return [letter for letter in letters if letter is not None]

    def __iter__(self) -> Iterator[Letter]:
        return iter(self.letters())

    def __len__(self) -> int:
        return len(self.letters())

    def __getitem__(self, position: int) -> Letter:
        return self.letters()[position]

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self if letter.to == address]

    def of_kind(self, kind: str) -> list[Letter]:
        return [letter for letter in self if letter.kind == kind]

    @staticmethod
    def links(letter: Letter) -> list[str]:
        """Every address in the text, in order."""
        return _LINK.findall(letter.text)
