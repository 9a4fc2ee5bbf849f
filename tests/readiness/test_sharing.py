"""A paper behind a link: frozen, revocable, and seen by nobody else."""

from datetime import timedelta, timezone
from itertools import count
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import evidence, queries, service
from betaops.readiness.documents import Document
from betaops.readiness.models import SharedPaper
from betaops.readiness.papers import PAPERS
from betaops.readiness.portal import handed_out
from tests.factories.programs import a_program
from tests.factories.readiness import an_expectation
from tests.support.browsers import Browser

_addresses = count(1)


@pytest.fixture
def client(client: Browser) -> Browser:
    """From an address of its own: what others looked at counts for them."""
    client.environ_base = client.environ_base | {"REMOTE_ADDR": f"192.0.2.{next(_addresses)}"}
    return client


@pytest.fixture
def program(work: Work) -> Program:
    found = a_program(work)
    an_expectation(work, found, need="Nothing <stops> me")
    return found


def a_link(work: Work, program: Program, **options: Any) -> tuple[SharedPaper, str]:
    document = PAPERS["report"].write(queries.material(work.session, program, at="2 Mar 2026, 09:00 UTC"))
    found = service.share(work, program, "report", document, **options)
    work.session.flush()
    return found


def test_what_was_sent_does_not_change(work: Work, program: Program, client: Any) -> None:
    _row, token = a_link(work, program)
    before = client.get(f"/shared/{token}").text
    assert "Nothing &lt;stops&gt; me" in before
    an_expectation(work, program, need="Something new")
    program.name = "Another name"
    assert client.get(f"/shared/{token}").text == before


def test_the_token_is_kept_nowhere_and_the_audit_log_has_the_hash(work: Work, program: Program) -> None:
    row, token = a_link(work, program)
    assert row.digest == evidence.digest(row.document)
    assert len(token) == 43
    assert token not in str(vars(row))
    event = work.session.query(RecordedEvent).filter_by(kind="paper_shared").one()
    assert event.data["digest"] == row.digest
    assert token not in str(event.data)


@pytest.mark.parametrize("days", [-1, 4000, 2_900_000])
def test_a_link_ends_ahead_and_within_ten_years(work: Work, program: Program, days: int) -> None:
    """In any zone: the last day of the calendar has no name in ours."""
    far = (work.now + timedelta(days=days)).replace(tzinfo=timezone(timedelta(hours=-12)))
    with pytest.raises(Invalid):
        a_link(work, program, expires_at=far)


def test_it_is_taken_along_as_a_file(work: Work, program: Program, client: Any) -> None:
    _row, token = a_link(work, program)
    assert client.get(f"/shared/{token}/paper.md").text.startswith("# Readiness of")


@pytest.mark.parametrize("ending", ["", "/file", "/paper.pdf", "/paper.md"])
def test_no_search_engine_no_other_page_and_no_cache_learns_of_it(
    work: Work, program: Program, client: Any, ending: str
) -> None:
    _row, token = a_link(work, program)
    for answer in (client.get(f"/shared/{token}{ending}"), client.get(f"/shared/nonsense{ending}")):
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("ending", ["", "/file", "/paper.pdf", "/paper.md"])
def test_a_link_that_was_revoked_or_ran_out_looks_like_one_that_never_was(
    work: Work, program: Program, client: Any, clock: Any, ending: str
) -> None:
    revoked, first = a_link(work, program)
    _row, second = a_link(work, program, expires_at=work.now + timedelta(days=7))
    assert client.get(f"/shared/{second}{ending}").status_code < 400
    service.revoke(work, program, revoked.id)
    clock.shift(days=7)
    never = client.get(f"/shared/nonsense{ending}")
    assert never.status_code == 404
    for token in (first, second):
        gone = client.get(f"/shared/{token}{ending}")
        assert (gone.status_code, gone.text) == (404, never.text)


def test_who_tries_one_token_after_another_is_stopped(client: Any) -> None:
    answers = [client.get(f"/shared/{each}/paper.md").status_code for each in range(2 * handed_out.FILES)]
    assert answers[: handed_out.FILES] == [404] * handed_out.FILES
    assert answers[-1] == 429


def test_revoking_twice_changes_nothing(work: Work, program: Program) -> None:
    row, _token = a_link(work, program)
    first = service.revoke(work, program, row.id).revoked_at
    service.revoke(work, program, row.id)
    assert row.revoked_at == first
    assert work.session.query(RecordedEvent).filter_by(kind="paper_revoked").count() == 1


def test_a_link_cannot_have_run_out_before_it_is_made(work: Work, program: Program) -> None:
    with pytest.raises(Invalid):
        a_link(work, program, expires_at=work.now)


def test_another_programs_link_is_not_found(work: Work, program: Program) -> None:
    row, _token = a_link(work, program)
    with pytest.raises(NotFound):
        service.revoke(work, a_program(work), row.id)


def test_openings_are_counted_and_looks_at_files_are_not(
    work: Work, program: Program, client: Any, platform: Any
) -> None:
    row, token = a_link(work, program)
    client.get(f"/shared/{token}")
    client.get(f"/shared/{token}")
    client.get(f"/shared/{token}/paper.md")
    client.head(f"/shared/{token}")
    work.session.commit()
    platform.tallies.flush()
    work.session.expire_all()
    assert row.opened == 2
    assert row.opened_at is not None


def test_a_link_is_made_in_the_console_shown_once_listed_and_revoked(
    work: Work, program: Program, member_client: Any, client: Any
) -> None:
    manager = member_client("manager")
    where = f"/console/programs/{program.slug}/readiness/papers"
    made = manager.post(f"{where}/report/links/new", data={"note": "Board in March", "days": "30"})
    assert made.status_code == 303
    first, second = manager.get(where).text, manager.get(where).text
    address = first.split('value="http')[1].split('"')[0]
    path = "/" + address.split("/", 3)[3]
    assert path.startswith("/shared/")
    assert path not in second
    assert "Board in March" in second
    assert client.get(path).status_code == 200
    row = work.session.query(SharedPaper).one()
    kept = manager.get(f"{where}/links/{ids.encode('shp', row.id)}")
    assert "Nothing &lt;stops&gt; me" in kept.text
    manager.post(f"{where}/links/{ids.encode('shp', row.id)}/revocation")
    assert client.get(path).status_code == 404
    assert "Revoked" in manager.get(where).text


def test_a_form_that_is_wrong_makes_nothing_and_keeps_what_was_typed(
    work: Work, program: Program, member_client: Any
) -> None:
    answer = member_client("manager").post(
        f"/console/programs/{program.slug}/readiness/papers/report/links/new",
        data={"note": "x" * 201, "days": "30000"},
    )
    assert answer.status_code == 422
    assert "x" * 201 in answer.text
    assert work.session.query(SharedPaper).count() == 0


def test_a_paper_that_was_changed_in_the_database_is_told(
    work: Work, program: Program, member_client: Any
) -> None:
    row, _token = a_link(work, program)
    row.document = row.document | {"title": "All is well"}
    page = member_client("viewer").get(
        f"/console/programs/{program.slug}/readiness/papers/links/{ids.encode('shp', row.id)}"
    )
    assert "It is not as it was sent" in page.text


def test_a_paper_kept_by_an_older_version_can_still_be_read() -> None:
    """Change this only together with whatever reads papers that were sent before."""
    kept = {
        "title": "T",
        "language": "en",
        "direction": "ltr",
        "at": "then",
        "blocks": [
            {"kind": "heading", "level": 2, "text": "H"},
            {"kind": "paragraph", "words": [{"text": "p"}], "is_muted": True},
            {"kind": "bullets", "items": [[{"text": "b", "is_strong": True}]]},
            {"kind": "facts", "pairs": [["a", [{"text": "b", "is_code": True}]]]},
            {"kind": "table", "title": "t", "head": ["a"], "rows": [["1"]], "numeric": [0]},
            {"kind": "banner", "role": "good", "label": "l", "word": "w", "said": "s"},
            {
                "kind": "finding",
                "need": "n",
                "role": "danger",
                "word": "w",
                "sentence": "s",
                "notes": ["n"],
                "drawing": {
                    "low_end": 0.0,
                    "high_end": 1.0,
                    "estimate": 0.5,
                    "low": 0.4,
                    "high": 0.6,
                    "threshold": 0.7,
                    "is_at_most": False,
                    "low_end_words": "0",
                    "high_end_words": "1",
                    "threshold_words": "0.7",
                    "alt": "a",
                },
            },
            {
                "kind": "appendix",
                "title": "more",
                "parts": [{"kind": "paragraph", "words": [], "is_muted": False}],
            },
            {
                "kind": "signatures",
                "signed": [
                    {"name": "n", "note": "n", "role": "good", "word": "w", "reason": [{"text": "r"}]}
                ],
            },
        ],
    }
    assert len(Document.from_json(kept).blocks) == 9
