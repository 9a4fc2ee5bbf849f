"""When a decision has the signatures that it needs."""

from uuid import UUID

import pytest

from betaops.readiness.deciding.quorum import Given, Role, open_to, quorum

ANA, BEN, CLEO = UUID(int=1), UUID(int=2), UUID(int=3)
ROLES = [Role("Product", ANA, "Ana"), Role("Engineering", BEN, "Ben"), Role("Support")]


def given(*stances: tuple[str, bool]) -> list[Given]:
    return [Given(UUID(int=at), fills, agrees) for at, (fills, agrees) in enumerate(stances, start=1)]


@pytest.mark.parametrize(
    ("signed", "needed", "is_there"),
    [
        ([("Product", True), ("Engineering", True)], 1, False),
        ([("Product", True), ("Engineering", True), ("Support", False)], 1, True),
        ([("Product", True), ("Engineering", True), ("Support", False)], 2, True),
        ([("Product", True), ("Engineering", False), ("Support", False)], 1, False),
        ([("Product", True), ("Engineering", False), ("Support", False), ("", True), ("", True)], 1, True),
        ([("Product", True), ("", True), ("", True)], 1, False),
    ],
)
def test_every_role_signs_and_more_agree_than_disagree(
    signed: list[tuple[str, bool]], needed: int, is_there: bool
) -> None:
    assert quorum(ROLES, given(*signed), needed).is_there is is_there


@pytest.mark.parametrize(
    ("signed", "needed", "lacking"),
    [
        ([("", True)], 1, 0),
        ([("", True)], 2, 1),
        ([("", True), ("", False)], 1, 1),
        ([("", True), ("", True), ("", False)], 2, 0),
    ],
)
def test_without_roles_so_many_agree_as_the_rules_demand_and_more_than_disagree(
    signed: list[tuple[str, bool]], needed: int, lacking: int
) -> None:
    assert quorum([], given(*signed), needed).lacking == lacking


def test_a_held_role_is_its_holders_until_they_may_no_longer_sign() -> None:
    able = {ANA, BEN, CLEO}
    assert [role.name for role in open_to(ROLES, ANA, able)] == ["Product"]
    assert [role.name for role in open_to(ROLES, CLEO, able)] == ["Support"]
    assert [role.name for role in open_to(ROLES, CLEO, able - {BEN})] == ["Engineering", "Support"]
