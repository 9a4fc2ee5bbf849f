"""Files of a page that was sent: judged and laid into the store before anything is written down about them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from betaops.kernel.files import FileStore
from betaops.kernel.ids import new_id
from betaops.surveys import uploads
from betaops.surveys.definition import Definition, Question
from betaops.surveys.kinds.base import Wrong
from betaops.surveys.kinds.file import most
from betaops.surveys.models import Survey
from betaops.surveys.portal.taking import Sent
from betaops.surveys.service.filing import Incoming


def with_files(sent: Sent, survey: Survey, definition: Definition, store: FileStore) -> Sent:
    """`sent` with the files that came along; those that may not stay leave a sentence at their field."""
    files: list[Incoming] = []
    refused: dict[str, str] = {}
    for name, question, chosen in _chosen(definition):
        for each in chosen:
            try:
                kept = uploads.judged(question, each.filename or "", each.stream.read(uploads.LARGEST + 1))
            except Wrong as wrong:
                refused[name] = str(wrong.message)
                continue
            number = new_id()
            files.append(
                Incoming(
                    id=number,
                    field=name,
                    name=kept.name,
                    content_type=kept.content_type,
                    file=store.put(kept.data, kept.content_type),
                    size_bytes=len(kept.data),
                    address=uploads.address(survey.program.slug, survey.id, number),
                )
            )
    return replace(sent, files=tuple(files), refused=refused)


def question_at(definition: Definition, name: str) -> Question | None:
    """The question whose field is called `name`, wherever it stands: `family[0].photo`."""
    for question in definition.asked:
        if question.name == name:
            return question
        if question.inner is not None and name.startswith(f"{question.name}["):
            rest = name.removeprefix(f"{question.name}[")
            inner = rest.partition("].")[2] or rest.removesuffix("]")
            found = question_at(question.inner, inner)
            if found is not None:
                return found
    return None


def _chosen(definition: Definition) -> Iterator[tuple[str, Question, list[FileStorage]]]:
    """Fields with files in them, at most one more than the question takes: that is said, not stored."""
    for name in request.files:
        question = question_at(definition, name)
        chosen: list[Any] = [each for each in request.files.getlist(name) if each.filename]
        if question is not None and question.kind == "file" and chosen:
            yield name, question, chosen[: most(question) + 1]
