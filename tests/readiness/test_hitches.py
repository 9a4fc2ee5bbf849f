"""What keeps features from being released."""

from datetime import date
from uuid import UUID

import pytest

from betaops.readiness.deciding.hitches import Condition, Decided, HitchKind, Must, hitches, said
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.verdict import Verdict

TODAY, YESTERDAY = date(2026, 5, 2), date(2026, 5, 1)
SYNC = UUID(int=1)


def kinds(
    verdict: Verdict = Verdict.MET, decided: Decided | None = None, suspended: tuple[str, ...] = ()
) -> list[HitchKind]:
    must = Must(SYNC, "Sync never loses a note", verdict)
    return [each.kind for each in hitches([must], decided, suspended, TODAY)]


GO = Decided(Choice.GO, is_in_force=True)


def test_a_go_in_force_on_what_is_met_opens_the_gate() -> None:
    assert kinds(Verdict.MET, GO) == []


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.NOT_MET, HitchKind.NOT_MET),
        (Verdict.INCONCLUSIVE, HitchKind.UNSETTLED),
        (Verdict.CONTRADICTED, HitchKind.CONTRADICTED),
    ],
)
def test_a_must_have_that_is_not_met_shuts_it_until_it_is_waived_by_name(
    verdict: Verdict, expected: HitchKind
) -> None:
    assert kinds(verdict, GO) == [expected]
    assert kinds(verdict, Decided(Choice.GO, True, waived={SYNC: TODAY})) == []
    assert kinds(verdict, Decided(Choice.GO, True, waived={SYNC: YESTERDAY})) == [HitchKind.WAIVER_OVER]
    assert kinds(verdict, Decided(Choice.GO, True, waived={UUID(int=2): TODAY})) == [expected]


def test_a_waiver_that_ran_out_is_no_matter_once_the_need_is_met() -> None:
    assert kinds(Verdict.MET, Decided(Choice.GO, True, waived={SYNC: YESTERDAY})) == []


@pytest.mark.parametrize(
    ("due_on", "is_met", "expected"),
    [
        (TODAY, False, []),
        (YESTERDAY, True, []),
        (YESTERDAY, False, [HitchKind.CONDITION_OVERDUE]),
    ],
)
def test_a_conditional_go_lasts_until_a_condition_is_overdue(
    due_on: date, is_met: bool, expected: list[HitchKind]
) -> None:
    decided = Decided(Choice.CONDITIONAL, True, [Condition("Fix sync", "Ana", due_on, is_met)])
    assert kinds(Verdict.INCONCLUSIVE, decided) == expected
    assert kinds(Verdict.NOT_MET, decided) == [HitchKind.NOT_MET, *expected]


def test_what_is_not_signed_or_not_a_go_opens_nothing() -> None:
    assert kinds(Verdict.MET, None) == [HitchKind.UNDECIDED]
    assert kinds(Verdict.MET, Decided(Choice.GO, is_in_force=False)) == [HitchKind.UNSIGNED]
    assert kinds(Verdict.MET, Decided(Choice.NO_GO, is_in_force=True)) == [HitchKind.NO_GO]


def test_a_suspension_shuts_it_whatever_was_decided() -> None:
    assert kinds(Verdict.MET, GO, ("A guardrail is broken",)) == [HitchKind.SUSPENDED]
    assert hitches([], None, [], TODAY) == []


def test_every_hitch_is_said_with_the_programs_name_and_what_it_is_about() -> None:
    overdue = Decided(Choice.CONDITIONAL, True, [Condition("Fix sync", "Ana", YESTERDAY, False)])
    found = hitches([Must(SYNC, "Sync", Verdict.NOT_MET)], overdue, ["It burns"], TODAY)
    assert [said(each, "Lantern") for each in found] == [
        "Lantern: “Sync” is not met, and nobody waived it.",
        "Lantern: the condition “Fix sync” (Ana) was due on 1 May 2026 and is not met.",
        "Lantern is suspended: It burns. Somebody has to resume it first.",
    ]
