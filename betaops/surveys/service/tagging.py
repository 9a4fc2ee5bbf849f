"""Tags on written answers: what the team reads in them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work
from betaops.surveys.models import AnswerTag
from betaops.surveys.queries import TextKey, check_written

LONGEST_TAG = 60
#: Rows of one statement.
BATCH = 200


def tag_answer(work: Work, question_id: UUID, key: TextKey, name: str) -> None:
    """Put a tag on a written answer of a question. It has each only once, however it is spelled."""
    check_written(work.session, question_id, key)
    tag_answers(work, question_id, [key], name)


def tag_answers(work: Work, question_id: UUID, keys: Sequence[TextKey], name: str) -> None:
    """Put a tag on several written answers of a question, which the caller has looked up."""
    words = " ".join(name.replace("\0", "").split())
    if not words:
        raise Invalid("no_tag", _("Write a tag: one or two words."))
    if len(words) > LONGEST_TAG or len(words.lower()) > LONGEST_TAG:
        raise Invalid("long_tag", _("A tag has at most %(most)s letters.", most=LONGEST_TAG))
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "response_id": key.response_id,
            "question_id": question_id,
            "row": key.row,
            "code": key.code,
            "name": words,
            "key": words.lower(),
            "created_at": work.now,
            "created_by": work.actor.name,
        }
        for key in keys
    ]
    insert = sqlite.insert if work.platform.database.is_sqlite else postgresql.insert
    for at in range(0, len(rows), BATCH):
        work.session.execute(insert(AnswerTag).values(rows[at : at + BATCH]).on_conflict_do_nothing())


def untag_answer(work: Work, question_id: UUID, key: TextKey, tag: str) -> None:
    """Take a tag off; nothing happens where it is gone already."""
    check_written(work.session, question_id, key)
    work.session.execute(
        delete(AnswerTag).where(
            AnswerTag.response_id == key.response_id,
            AnswerTag.question_id == question_id,
            AnswerTag.row == key.row,
            AnswerTag.code == key.code,
            AnswerTag.key == tag,
        )
    )
