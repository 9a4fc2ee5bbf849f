"""A tester says, program by program, how far they may be quoted, and takes it back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.enrollment.models import QuoteConsent, Tester
from betaops.enrollment.queries import quoting as queries
from betaops.enrollment.quoting import Choice, Quoting, allowed
from betaops.enrollment.service import leaving
from betaops.enrollment.service import quoting as service
from betaops.kernel.work import Work
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program

EARLY = datetime(2026, 3, 2, tzinfo=UTC)
LATE = EARLY + timedelta(days=1)
NEVER, ANONYMOUS, NAMED = Quoting


@pytest.mark.parametrize(
    ("standing", "own", "holds"),
    [
        (None, None, NEVER),
        (Choice(NAMED, EARLY), None, NAMED),
        (None, Choice(ANONYMOUS, EARLY), ANONYMOUS),
        # One text has its own word, also where less or more is allowed elsewhere.
        (Choice(NAMED, EARLY), Choice(NEVER, LATE), NEVER),
        (Choice(NEVER, EARLY), Choice(NAMED, LATE), NAMED),
        # Said later for everything, less holds and more does not.
        (Choice(NEVER, LATE), Choice(NAMED, EARLY), NEVER),
        (Choice(ANONYMOUS, LATE), Choice(NAMED, EARLY), ANONYMOUS),
        (Choice(NAMED, LATE), Choice(NEVER, EARLY), NEVER),
    ],
)
def test_one_text_has_its_own_word_until_less_is_allowed_for_all(
    standing: Choice | None, own: Choice | None, holds: Quoting
) -> None:
    assert allowed(standing, own) is holds


def test_a_tester_may_allow_it_and_take_it_back_on_their_page(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place, slug = an_enrollment(work, program=program), program.slug
    browser = tester_client(place)
    page = browser.get("/portal/me").text
    assert "Being quoted" in page
    assert "checked" not in page.split('id="quoting"')[1]
    for quoting in (NAMED, NEVER):
        answer = browser.submit("/portal/me", {f"{slug}-quoting": quoting.value}, action=f"/quoting/{slug}")
        assert answer.status_code == 303
        standing = queries.standing_of(work.session, place.id)
        assert standing is not None
        assert standing.quoting is quoting
    said = work.session.scalars(select(QuoteConsent).order_by(QuoteConsent.signed_at, QuoteConsent.id)).all()
    assert [row.text for row in said] == ["Yes, with my name", "No, do not quote me"]
    exported = browser.get("/portal/me/data.json").get_json()["programs"][0]["quoting"]
    assert [each["may_be_quoted"] for each in exported] == ["named", "never"]


def test_nothing_chosen_is_said_so_and_changes_nothing(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place, slug = an_enrollment(work, program=program), program.slug
    for said in (None, "everything"):
        answer = tester_client(place).submit(
            "/portal/me", {f"{slug}-quoting": said}, action=f"/quoting/{slug}"
        )
        assert answer.status_code == 422
    assert "Choose one of the three." in tester_client(place).submit(
        "/portal/me", {f"{slug}-quoting": None}, action=f"/quoting/{slug}"
    ).text  # fmt: skip
    assert queries.standing_of(work.session, place.id) is None


def test_only_ones_own_programs_are_asked_about(work: Work, tester_client: Any) -> None:
    place = an_enrollment(work, program=a_program(work))
    other = a_program(work, name="Other")
    browser = tester_client(place)
    assert browser.post(f"/portal/me/quoting/{other.slug}", data={}).status_code == 404
    tester = work.session.get_one(Tester, place.tester_id)
    waiting = an_enrollment(work, program=other, tester=tester, state="waitlisted")
    assert browser.post(f"/portal/me/quoting/{other.slug}", data={}).status_code == 404
    assert waiting.accepted_at is None


def test_what_was_said_goes_with_the_person(work: Work) -> None:
    place = an_enrollment(work, program=a_program(work))
    service.choose(work, place, ANONYMOUS)
    leaving.erase(work, place.tester_id)
    work.session.flush()
    assert work.session.scalar(select(QuoteConsent)) is None
