"""How alike reports are, how much they matter, when they are stale."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.feedback import triage

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)

LOST = triage.fingerprint(
    "Sync loses my note after airplane mode", "Wrote a note on the train; online again it was gone."
)
LOST_TOO = triage.fingerprint(
    "Sync lost a note when I was offline", "Wrote a note on the train in airplane mode, then gone."
)
IMPORT = triage.fingerprint("Import from Evernote stops at 99 %", "2,300 notes, never ends.")
DARK = triage.fingerprint("Dark mode in the editor", "For writing at night.")
UMLAUT = triage.fingerprint("Search does not find umlauts", "Searching Muller does not find Müller.")

texts = st.text(max_size=200)


def test_two_reports_of_one_bug_are_alike_and_others_are_not():
    alike, *others = triage.similarities(LOST, [LOST_TOO, IMPORT, DARK, UMLAUT])
    assert alike > triage.ALIKE
    assert all(other < triage.ALIKE for other in others)


def test_case_accents_and_spacing_do_not_matter():
    assert triage.fingerprint("Über  Notizen", "") == triage.fingerprint("uber notizen", "")


def test_nothing_is_like_an_empty_text():
    assert triage.similarities(triage.fingerprint("", ""), [LOST, triage.fingerprint("", "")]) == [0.0, 0.0]
    assert triage.similarities(LOST, []) == []


@given(texts, texts, st.lists(texts, max_size=5))
def test_similarity_is_a_cosine_and_a_text_is_like_itself(title, body, others):
    wanted = triage.fingerprint(title, body)
    found = triage.similarities(wanted, [wanted, *(triage.fingerprint(other, "") for other in others)])
    assert all(0 <= value <= 1 for value in found)
    assert found[0] == pytest.approx(1) if wanted else found[0] == 0


@given(st.text(), st.text())
def test_any_text_has_a_fingerprint_of_bounded_size(title, body):
    assert len(triage.fingerprint(title[:200], body)) <= 2 * 2 * (2 * 3 * 200 + 3 * 600) * 4


def test_impact_is_weight_times_popularity():
    assert triage.impact("bug", "blocker", 0) == 8
    assert triage.impact("bug", "blocker", 1) == 16
    assert triage.impact("bug", "minor", 3) == 6
    assert triage.impact("idea", None, 7) == 8
    assert triage.impact("praise", None, 0) == 0.5


@given(st.integers(0, 10_000), st.integers(1, 1000))
def test_more_people_never_make_a_report_matter_less(others, more):
    assert triage.popularity(others + more) > triage.popularity(others)


def test_versions_are_ordered_as_people_mean_them():
    ordered = ["1.9", "2.0-beta.3", "v2.0-beta.10", "2.0-rc1", "2.0", "2.0.1", "2.10"]
    assert sorted(ordered, key=triage.version_key) == ordered
    assert triage.version_key("2.0") == triage.version_key("v2.0.0")
    assert triage.latest(["", "2.0-beta.9", "2.0-beta.10"]) == "2.0-beta.10"
    assert triage.latest([]) == ""


@given(st.lists(st.text(max_size=30)))
def test_any_text_can_stand_as_a_version(versions):
    assert triage.latest(versions) in {"", *versions}


def test_an_open_report_is_stale_by_version_or_by_silence():
    def stale(**more):
        facts = {"is_open": True, "version": "2.1", "latest_version": "2.1", "touched_at": NOW, "now": NOW}
        return triage.staleness(**{**facts, **more})

    assert stale() is None
    assert stale(version="2.0") is triage.Staleness.OLD_VERSION
    assert stale(version="") is None
    assert stale(touched_at=NOW - timedelta(days=21)) is triage.Staleness.UNTOUCHED
    assert stale(touched_at=NOW - timedelta(days=90), is_open=False) is None
