"""Passages are picked as quotes for a need, and let go."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.quoting import Quoting
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import QuotePicked, QuoteRemoved
from betaops.readiness.models import LONGEST_QUOTE, Expectation, Quote
from betaops.surveys.queries import AnswerKey

#: What stands where words were left out.
_GAP = re.compile(r"\s*(?:\[(?:…|\.\.\.)\]|…)\s*")
_APOSTROPHES = "'’"


def pick(
    work: Work,
    program: Program,
    expectation_id: UUID,
    passage: str,
    *,
    report_id: UUID | None = None,
    answer: AnswerKey | None = None,
) -> Quote:
    """A passage of a report or a written answer, word for word but for places marked `[…]`. Picked before, the first stays.

    `Refused` where whoever wrote it does not allow it; `Invalid` for words that are not theirs.
    """
    expectation = work.lock(Expectation, expectation_id)
    queries.expectation(work.session, program.id, expectation.id)
    found = queries.text_of(work.session, program.id, report_id=report_id, answer=answer)
    if found.said.quoting is Quoting.NEVER:
        raise Refused("not_allowed", _("Whoever wrote this does not allow to be quoted with it."))
    words = _one_line(passage)
    _check(words, _one_line(found.said.text))
    source = _source(report_id, found.answer)
    former = work.session.scalar(select(Quote).filter_by(expectation_id=expectation.id, text=words, **source))
    if former is not None:
        return former
    row = Quote(
        program_id=program.id,
        expectation_id=expectation.id,
        enrollment_id=found.said.enrollment_id,
        text=words,
        picked_at=work.now,
        picked_by=work.actor.name,
        **source,
    )
    work.add(row)
    work.session.flush()
    work.record(QuotePicked(program_id=program.id, quote_id=row.id, need=expectation.need))
    return row


def let_go(work: Work, program: Program, quote_id: UUID) -> None:
    """It is quoted no more, in papers that were handed out neither."""
    row = queries.quote(work.session, program.id, quote_id)
    need = queries.expectation(work.session, program.id, row.expectation_id).need
    work.record(QuoteRemoved(program_id=program.id, quote_id=row.id, need=need))
    work.delete(row)


def _source(report_id: UUID | None, answer: AnswerKey | None) -> dict[str, Any]:
    """Columns that say where the words are from."""
    if answer is None:
        return {"report_id": report_id}
    return {**answer.text._asdict(), "question_id": answer.question_id}


def _check(words: str, source: str) -> None:
    parts = [part for part in _GAP.split(words) if part]
    if not parts:
        raise Invalid("no_passage", _("Choose the words to quote."), field="passage")
    if len(words) > LONGEST_QUOTE:
        raise Invalid(
            "too_long",
            _(
                "A quote has at most %(most)s letters. Leave something out, and put […] there.",
                most=LONGEST_QUOTE,
            ),
            field="passage",
        )
    at = 0
    for part in parts:
        found = _place_of(part, source, at)
        if found < 0:
            raise Invalid(
                "not_their_words",
                _(
                    "These are not their words: “%(part)s”. Quote word for word; where you leave something out, put […].",
                    part=part[:80],
                ),
                field="passage",
            )
        at = found + len(part)


def _place_of(part: str, source: str, start: int) -> int:
    """Where it stands in whole words, -1: nowhere. Who wrote “unusable” or “can't” has said neither “usable” nor “can”."""
    at = source.find(part, start)
    while at >= 0 and (_is_in_a_word(source, at) or _is_in_a_word(source, at + len(part))):
        at = source.find(part, at + 1)
    return at


def _is_in_a_word(text: str, at: int) -> bool:
    """Whether what stands before and after this place is one word; an apostrophe is part of it."""
    before, after = text[max(at - 2, 0) : at], text[at : at + 2]
    if after[:1] and after[0] in _APOSTROPHES:
        after = after[1:]
    elif before and before[-1] in _APOSTROPHES:
        before = before[:-1]
    return _is_of_a_word(before[-1:]) and _is_of_a_word(after[:1])


def _is_of_a_word(letter: str) -> bool:
    """Digits, and letters of scripts with capitals: those put spaces between words, which not all others do."""
    return letter.isdecimal() or letter.lower() != letter.upper()


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())
