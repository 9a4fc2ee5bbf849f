"""What keeps a program from recruiting."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from betaops.programs.checklist import Light, checklist, is_blocked
from betaops.programs.screener import Question
from betaops.programs.story import Charter, Story

TODAY = date(2026, 3, 2)
TOLD = Story(title="T", lines=("a",), audience="b", minutes_per_week=10)
WHOLE = Charter(hypothesis="h", baseline="b", threshold="t", decider="d")


@dataclass
class Draft:
    name: str = "Aurora 2"
    codename: str = "Lantern"
    capacity: int = 100
    goals: str = ""
    starts_on: date = TODAY
    ends_on: date = TODAY + timedelta(days=30)


def lights(
    program: Draft | None = None,
    *,
    story: Story = TOLD,
    charter: Charter = WHOLE,
    screener: bool = True,
    agreement: bool = True,
) -> dict[str, Light]:
    items = checklist(
        program or Draft(),
        story=story,
        charter=charter,
        screener=[Question(name="a", label="A")] if screener else [],
        has_published_agreement=agreement,
        today=TODAY,
    )
    assert is_blocked(items) == any(item.light is Light.RED for item in items)
    return {item.key: item.light for item in items}


def test_a_whole_set_up_is_all_green() -> None:
    assert set(lights().values()) == {Light.GREEN}


@pytest.mark.parametrize(
    ("key", "light", "given"),
    [
        ("story", Light.RED, {"story": Story()}),
        ("agreement", Light.RED, {"agreement": False}),
        ("dates", Light.RED, {"program": Draft(ends_on=TODAY)}),
        ("dates", Light.ORANGE, {"program": Draft(ends_on=TODAY + timedelta(days=3))}),
        ("capacity", Light.RED, {"program": Draft(capacity=0)}),
        ("capacity", Light.ORANGE, {"program": Draft(capacity=10)}),
        ("codename", Light.ORANGE, {"program": Draft(codename="aurora 2")}),
        ("screener", Light.ORANGE, {"screener": False}),
        ("charter", Light.ORANGE, {"charter": Charter()}),
    ],
)
def test_each_gap_shows_its_light(key: str, light: Light, given: dict[str, object]) -> None:
    assert lights(**given)[key] is light  # type: ignore[arg-type]
