"""Files of responses: noted when they came, taken away when nothing speaks of them any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from betaops.kernel.work import Work
from betaops.surveys import queries
from betaops.surveys.models import Response, SurveyUpload


@dataclass(frozen=True)
class Incoming:
    """A file that lies in the store and belongs to nobody yet."""

    id: UUID
    #: Of the field that it was chosen in.
    field: str
    name: str
    content_type: str
    file: str
    size_bytes: int
    address: str

    @property
    def item(self) -> dict[str, Any]:
        """As SurveyJS's answers have it."""
        return {"name": self.name, "type": self.content_type, "content": self.address}


def note(work: Work, response: Response, files: Iterable[Incoming]) -> None:
    """They are this response's from now on."""
    for each in files:
        work.add(
            SurveyUpload(
                id=each.id,
                survey_id=response.survey_id,
                response_id=response.id,
                name=each.name,
                file=each.file,
                content_type=each.content_type,
                size_bytes=each.size_bytes,
                address=each.address,
                at=work.now,
            )
        )
    work.session.flush()


def addresses(work: Work, response: Response) -> frozenset[str]:
    """What may stand as `content` in the response's answers."""
    return frozenset(each.address for each in queries.uploads(work.session, response.id))


def tidy(work: Work, response: Response) -> None:
    """Take away the files that the response's answers do not name."""
    named = set(_contents(response.answers))
    for each in queries.uploads(work.session, response.id):
        if each.address not in named:
            _remove(work, each)


def forget_left_behind(work: Work) -> int:
    """After responses went with their person or survey: their files go too. Returns how many."""
    found = queries.left_behind(work.session)
    for each in found:
        _remove(work, each)
    return len(found)


def _remove(work: Work, upload: SurveyUpload) -> None:
    work.platform.files.delete(upload.file)
    work.delete(upload)


def _contents(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("content"), str):
            yield value["content"]
        for each in value.values():
            yield from _contents(each)
    elif isinstance(value, list):
        for each in value:
            yield from _contents(each)
