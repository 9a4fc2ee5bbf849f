"""The claim of `bench/readiness`, with few runs: whoever looks every day is not fooled."""

from bench.readiness.peeking import ERROR, METRICS, peeked, together, yes_no


def test_who_looks_every_day_at_a_truth_on_the_line_is_rarely_told_met() -> None:
    for metric in (yes_no(0.7), METRICS[3]):
        met, not_met, usual = peeked(metric, 1, 150)
        assert max(met, not_met) <= ERROR
        # The simulation would show it: the usual range, read every day, is wrong three times as often.
        assert usual > 3 * ERROR


def test_of_twelve_together_hardly_any_is_falsely_met() -> None:
    any_met, usual = together(1, 40)
    assert any_met <= ERROR
    assert usual > 0.5
