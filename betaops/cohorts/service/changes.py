"""Rooms above say that facts changed which they hand in; whoever a rule asks about is looked at again soon."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from betaops.cohorts.queries.rulebooks import Book, book, books_of_product
from betaops.kernel.ingest import kept
from betaops.kernel.work import Work

#: Somebody who does ten things in a row is asked about once.
SOON = timedelta(seconds=10)


def facts_changed(work: Work, product_id: UUID, changed: Mapping[UUID, Collection[str]]) -> None:
    """By person: whole names of facts. Nothing happens where no rule of the product reads them."""
    if work.is_quiet or not changed:
        return
    books = _books(work, product_id)
    read = {
        fact for fact in set().union(*changed.values()) if any(each.rules.places([fact]) for each in books)
    }
    for tester_id in sorted(changed):
        for source in sorted({fact.partition(".")[0] for fact in read.intersection(changed[tester_id])}):
            work.enqueue(
                "cohorts.refresh_tester",
                {"tester_id": str(tester_id), "changed": [source], "stands_in_flags": False},
                at=work.now + SOON,
                unique=f"cohorts.refresh_tester:{tester_id}:{source}",
            )


def _books(work: Work, product_id: UUID) -> list[Book]:
    """The product's, read once for grouped writes that follow each other: none of them changes a rule."""
    held, place = kept(work.session), ("cohorts.books", product_id)
    if place not in held:
        held[place] = books_of_product(work.session, product_id)
    books: list[Book] = held[place]
    return books


def everybody_changed(work: Work, program_id: UUID, source: str) -> None:
    """Facts of `source` changed for the whole program: rules that read any are asked about everybody."""
    for cohort_id in book(work.session, program_id).rules.readers([source]):
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort_id)},
            unique=f"cohorts.refresh_cohort:{cohort_id}",
        )
