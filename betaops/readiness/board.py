"""One expectation with its last reading, ready to be said and drawn. No session: everything is loaded."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from babel.dates import format_date

from betaops.kernel import i18n, ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness import by_weight, caveats, course, evidence, measures, wording
from betaops.readiness.by_weight import ByWeight
from betaops.readiness.course import Course
from betaops.readiness.deciding.recommendation import FAILED, Choice, Standing, Weight, recommend
from betaops.readiness.figures import figure, gap, span
from betaops.readiness.measures import Evidence, Measure
from betaops.readiness.models import Expectation, Reading
from betaops.readiness.verdict import Direction, Verdict, reconciled
from betaops.readiness.wording import Found


@dataclass
class Row:
    expectation: Expectation
    reading: Reading | None
    #: Name of the cohort; empty for everybody.
    cohort: str = ""

    @property
    def whom(self) -> str:
        """Whose answers count, in words; empty for everybody's."""
        expectation, parts = self.expectation, []
        if self.cohort:
            parts.append(_("only %(cohort)s", cohort=self.cohort))
        if expectation.wave is not None:
            parts.append(
                _("wave %(number)s", number=expectation.wave) if expectation.wave else _("outside waves")
            )
        if expectation.build:
            parts.append(_("build %(name)s", name=expectation.build))
        return ", ".join(parts)

    @cached_property
    def measure(self) -> Measure:
        return measures.named(self.expectation.measure)

    @cached_property
    def parameters(self) -> Any:
        return self.measure.read(self.expectation.parameters)

    @property
    def is_must(self) -> bool:
        return self.expectation.weight is Weight.MUST

    @property
    def verdict(self) -> Verdict:
        return self.reading.verdict if self.reading is not None else Verdict.INCONCLUSIVE

    @property
    def is_current(self) -> bool:
        """Whether the reading is of the expectation as it now stands."""
        return self.reading is not None and self.reading.version == self.expectation.version

    @cached_property
    def title(self) -> str:
        """What is measured: “testers who answer 4 or more to “How easy was the import?””."""
        return self.measure.title(self.parameters)

    @cached_property
    def line(self) -> str:
        """“at least 70%”."""
        text = figure(self.expectation.threshold, self.measure.unit)
        if self.expectation.direction is Direction.AT_LEAST:
            return _("at least %(threshold)s", threshold=text)
        return _("at most %(threshold)s", threshold=text)

    @cached_property
    def found(self) -> Found | None:
        if self.reading is None:
            return None
        value = self.reading.sample.get("value")
        counted = self.reading.outcome["method"] == "count"
        return Found.of(
            self.reading.outcome,
            self.reading.verdict,
            self.measure.unit,
            (lambda number: number)
            if counted
            else lambda score: self.measure.from_score(score, self.parameters),
            told=self.measure.told(value) if counted and value is not None else "",
            not_elapsed=self.reading.sample.get("excluded", {}).get("not_elapsed", 0),
        )

    @cached_property
    def sentence(self) -> str:
        if self.found is None:
            return _("Not measured yet.")
        return wording.sentence(self.found)

    @property
    def rest(self) -> str:
        """The sentence for places that have the verdict beside."""
        text = wording.rest(self.found) if self.found is not None else _("not measured yet.")
        return text[:1].upper() + text[1:]

    @property
    def heading(self) -> str:
        """What is measured, as a line of its own."""
        return self.title[:1].upper() + self.title[1:]

    @property
    def short(self) -> str:
        """“91% of 64, needs at least 97%”: for lists that have the verdict beside."""
        if self.found is None or self.reading is None:
            return self.line
        if self.measure.is_counted:
            return f"{self.found.told} ({self.found.line})"
        if self.reading.estimate is None:
            return _("nothing yet, %(line)s", line=self.found.line)
        return _(
            "%(estimate)s from %(people)s, %(line)s",
            estimate=self.found.figure(self.reading.estimate),
            people=self.reading.n,
            line=self.found.line,
        )

    def in_words(self, value: float) -> str:
        """A value of the measure, as papers say it too."""
        return figure(value, self.measure.unit)

    def gap_in_words(self, difference: float) -> str:
        """How much more, of a difference of scores in [−1, 1]."""
        low, high = self.measure.span(self.parameters)
        return gap(difference * (high - low), self.measure.unit)

    def told(self, past: Any) -> str:
        """The estimate of a former reading (`queries.Past`) in words."""
        return "–" if past.estimate is None else figure(past.estimate, self.measure.unit)

    @property
    def method(self) -> str:
        return caveats.method(self.found) if self.found is not None else ""

    @property
    def close(self) -> str:
        """When it is read for good, in words; empty for counts."""
        expectation = self.expectation
        if self.measure.is_counted:
            return ""
        if expectation.amended_at is not None:
            return _("never: it was changed after it was fixed")
        words = []
        if expectation.closes_on is not None:
            words.append(_("after %(day)s", day=format_date(expectation.closes_on, locale=i18n.locale())))
        if expectation.closes_at is not None:
            words.append(ngettext("at %(num)s person", "at %(num)s people", expectation.closes_at))
        return _(" or ").join(words) or _("never: no close was fixed")

    @property
    def limits(self) -> list[str]:
        if self.found is None or self.reading is None:
            return []
        return caveats.limits(self.found, self.reading.sample)

    @property
    def left_out(self) -> list[str]:
        """Where nothing is measured, the answers that came all the same: else people look for them in vain."""
        if self.found is None or self.reading is None or self.measure.is_counted or self.found.n:
            return []
        return caveats.left_out(self.reading.sample.get("excluded", {}))

    @property
    def flips(self) -> list[str]:
        """What would flip it, each as a sentence."""
        if self.found is None or self.reading is None:
            return []
        return caveats.flips(self.found, self.reading.sample)

    @property
    def could_be(self) -> str:
        """“57–92%”: what chance leaves possible."""
        return span(self.found.low, self.found.high, self.measure.unit) if self.found is not None else ""

    @cached_property
    def by_weight(self) -> ByWeight | None:
        """What it is weighted to the market; None where that is not declared."""
        if self.found is None or self.reading is None:
            return None
        return by_weight.of_reading(self.reading.sample, self.found.own, self.measure.unit)

    @cached_property
    def course(self) -> Course | None:
        """How it went day by day; None where it is no matter of days."""
        if self.reading is None:
            return None
        return course.of_reading(self.measure, self.reading.sample, self.expectation.confidence)

    @property
    def evidence(self) -> Evidence:
        return self.measure.evidence(self.parameters)

    @property
    def span(self) -> tuple[float, float]:
        """The axis of the drawing, in the measure's unit."""
        low, high = self.measure.span(self.parameters)
        if self.found is not None and self.measure.is_counted:
            high = max(high, self.found.high, self.found.threshold)
        return low, high

    @property
    def standing(self) -> Standing:
        return Standing(self.expectation.weight, self.verdict, self._leans(), bool(self.far))

    @property
    def far(self) -> list[str]:
        """Facts by which those who answered are far from the market; none where it is not declared."""
        weighed = self.reading.sample.get("weighted") if self.reading is not None else None
        return list(weighed.get("far", ())) if weighed else []

    def _leans(self) -> bool:
        """To the wanted side, and with as many people as could have proven it had they all been content.

        Never where no number of people could, and not for a count of nothing that nobody made.
        """
        if self.reading is None or self.reading.estimate is None:
            return False
        smallest = self.reading.outcome["smallest_sample"]
        if smallest is None or self.reading.n < smallest:
            return False
        if self.expectation.direction is Direction.AT_LEAST:
            return self.reading.estimate >= self.expectation.threshold
        return self.reading.estimate <= self.expectation.threshold

    def to_json(self) -> dict[str, Any]:
        """For snapshots, reports and the API: all the verdict rests on, nothing about any person."""
        expectation, reading = self.expectation, self.reading
        return {
            "id": ids.encode("exp", expectation.id),
            "need": expectation.need,
            "source": expectation.source,
            "weight": expectation.weight.value,
            "measure": expectation.measure,
            "parameters": expectation.parameters,
            "threshold": expectation.threshold,
            "direction": expectation.direction.value,
            "scope": ids.encode("coh", expectation.cohort_id) if expectation.cohort_id else None,
            "wave": expectation.wave,
            "build": expectation.build,
            "confidence": expectation.confidence,
            "closes_on": expectation.closes_on.isoformat() if expectation.closes_on else None,
            "closes_at": expectation.closes_at,
            "least_answered": expectation.least_answered,
            "amended_at": evidence.moment(expectation.amended_at) if expectation.amended_at else None,
            "version": expectation.version,
            "reading": None if reading is None else reading_json(reading),
        }


def of_snapshot(item: dict[str, Any]) -> Row:
    """A row again from what `Row.to_json` wrote: what a decision was signed on, said as it was then."""
    told = item["reading"]
    expectation = Expectation(
        need=item["need"],
        source=item["source"],
        weight=Weight(item["weight"]),
        measure=item["measure"],
        parameters=item["parameters"],
        threshold=item["threshold"],
        direction=Direction(item["direction"]),
        wave=item.get("wave"),
        build=item.get("build"),
        confidence=item["confidence"],
        closes_on=date.fromisoformat(item["closes_on"]) if item.get("closes_on") else None,
        closes_at=item.get("closes_at"),
        least_answered=item.get("least_answered", 0.0),
        amended_at=datetime.fromisoformat(item["amended_at"]) if item.get("amended_at") else None,
        version=item["version"],
    )
    if told is None:
        return Row(expectation, None)
    reading = Reading(
        taken_at=datetime.fromisoformat(told["taken_at"]),
        version=told["version"],
        verdict=Verdict(told["verdict"]),
        n=told["n"],
        estimate=told["estimate"],
        low=told["low"],
        high=told["high"],
        outcome=told["outcome"],
        sample=told["sample"],
    )
    return Row(expectation, reading)


def reading_json(reading: Reading) -> dict[str, Any]:
    return {
        "taken_at": evidence.moment(reading.taken_at),
        "version": reading.version,
        "verdict": reading.verdict.value,
        "n": reading.n,
        "estimate": reading.estimate,
        "low": reading.low,
        "high": reading.high,
        "outcome": reading.outcome,
        "sample": reading.sample,
    }


def recommended(rows: Sequence[Row]) -> Choice | None:
    return recommend([row.standing for row in rows])


def is_strict(rows: Sequence[Row]) -> bool:
    """Whether they were judged strictly, as their readings say; counts are judged alike either way."""
    return any(row.reading is not None and row.reading.outcome.get("is_strict") for row in rows)


def missing(rows: Sequence[Row]) -> list[Row]:
    """Must-haves that are not met, the failed ones first: what stands between here and GO."""
    found = [row for row in rows if row.is_must and row.verdict is not Verdict.MET]
    return sorted(found, key=lambda row: row.verdict not in FAILED)


def far(rows: Sequence[Row]) -> list[str]:
    """Facts by which those who answered for some must-have are far from the market."""
    return sorted({fact for row in rows if row.is_must for fact in row.far})


def tally(rows: Sequence[Row]) -> dict[Verdict, int]:
    """How many expectations stand where; every verdict is named."""
    return {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}


def reconciled_by_need(said: Sequence[tuple[str, str]]) -> list[Verdict]:
    """The verdicts as they count, in their order: measures of one need are heard together. Given as (need, verdict)."""
    needs: dict[str, list[int]] = defaultdict(list)
    for at, (need, _verdict) in enumerate(said):
        needs[need_key(need)].append(at)
    found = [Verdict(word) for _need, word in said]
    for group in needs.values():
        for at, word in zip(group, reconciled([found[each] for each in group]), strict=True):
            found[at] = word
    return found


def need_key(need: str) -> str:
    """What makes two wordings the same need: letters without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", " ", need.casefold()).strip()
