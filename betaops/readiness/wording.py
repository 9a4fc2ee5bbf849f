"""The one plain sentence that goes with every verdict.

Made from the numbers alone. All figures are in the measure's unit (`Found.of` converts an outcome).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.figures import Unit, about, figure, span
from betaops.readiness.verdict import Direction, Mode, Verdict, tipping_point

#: Below this chance the honest sentence is that it will not be settled with these people.
UNLIKELY = 0.2


@dataclass(frozen=True, kw_only=True)
class Found:
    """An outcome in the unit that people read, with the verdict as it counts."""

    verdict: Verdict
    own: Verdict
    unit: Unit
    direction: Direction
    n: int
    threshold: float
    estimate: float | None
    low: float
    high: float
    outcome: Mapping[str, Any]
    #: What the silent would have to be on the whole for the verdict to fall; None where they cannot turn it.
    turning: float | None = None
    #: For counted facts: the count in words, "2 open blockers".
    told: str = ""
    #: How many in scope have not been there long enough to count.
    not_elapsed: int = 0

    @classmethod
    def of(
        cls,
        outcome: Mapping[str, Any],
        verdict: Verdict,
        unit: Unit,
        convert: Callable[[float], float],
        told: str = "",
        not_elapsed: int = 0,
    ) -> "Found":
        """`convert` takes the score scale to the unit."""
        estimate, turning = outcome["estimate"], tipping_point(outcome)
        return cls(
            verdict=verdict,
            own=Verdict(outcome["verdict"]),
            unit=unit,
            direction=Direction(outcome["direction"]),
            n=outcome["n"],
            threshold=convert(outcome["threshold"]),
            estimate=None if estimate is None else convert(estimate),
            low=convert(outcome["low"]),
            high=convert(outcome["high"]),
            outcome=outcome,
            turning=None if turning is None else convert(turning),
            told=told,
            not_elapsed=not_elapsed,
        )

    def figure(self, value: float) -> str:
        return figure(value, self.unit, against=self.threshold if value != self.threshold else None)

    @property
    def line(self) -> str:
        """“needed 70%” or “allowed 10%”."""
        text = figure(self.threshold, self.unit)
        if self.direction is Direction.AT_LEAST:
            return _("needed %(threshold)s", threshold=text)
        return _("allowed %(threshold)s", threshold=text)


def sentence(found: Found) -> str:
    """One or two sentences: the verdict, the numbers it rests on, and what is missing."""
    return _("%(verdict)s: %(rest)s", verdict=word(found.verdict), rest=rest(found))


def rest(found: Found) -> str:
    """The sentence without its first word, for places that have the verdict beside."""
    own = _own(found)
    if found.verdict is Verdict.CONTRADICTED:
        return _(
            "another measure of this need says otherwise. By this one it is %(verdict)s: %(own)s",
            verdict=word(found.own).lower(),
            own=own,
        )
    return own


def word(verdict: Verdict) -> str:
    """The verdict in a word or two."""
    return {
        Verdict.MET: _("Met"),
        Verdict.NOT_MET: _("Not met"),
        Verdict.INCONCLUSIVE: _("Not settled"),
        Verdict.CONTRADICTED: _("Contradicted"),
    }[verdict]


def _own(found: Found) -> str:
    if found.outcome["method"] == "count":
        return _counted(found)
    if not found.n:
        return _nothing_yet(found)
    if found.own is Verdict.INCONCLUSIVE:
        return _open(found)
    is_low = (found.direction is Direction.AT_LEAST) is (found.own is Verdict.MET)
    values = {
        "estimate": found.figure(found.estimate or 0.0),
        "people": _people(found.n),
        "bound": found.figure(found.low if is_low else found.high),
        "line": found.line,
    }
    if is_low:
        return _("%(estimate)s from %(people)s, at least %(bound)s allowing for chance (%(line)s).", **values)
    return _("%(estimate)s from %(people)s, at most %(bound)s allowing for chance (%(line)s).", **values)


def _counted(found: Found) -> str:
    if found.own is Verdict.INCONCLUSIVE:
        return _("nobody has used the product yet who could have found anything (%(line)s).", line=found.line)
    return _("%(told)s (%(line)s).", told=found.told, line=found.line)


def _nothing_yet(found: Found) -> str:
    smallest = found.outcome["smallest_sample"]
    if smallest is None:
        return _("no number of people can prove this. Choose a lower threshold.")
    return ngettext(
        "nothing measured yet. Even if all goes well, %(num)s person is needed to prove it.",
        "nothing measured yet. Even if all goes well, %(num)s people are needed to prove it.",
        smallest,
    )


def _held(found: Found) -> str:
    asked = found.n + found.outcome["waiting"]
    return _(
        "%(estimate)s from %(people)s (%(line)s). At least %(gate)s of the %(asked)s who are asked must have answered "
        "before it is called.",
        estimate=found.figure(found.estimate or 0.0),
        people=_people(found.n),
        line=found.line,
        gate=figure(found.outcome["gate"], Unit.SHARE),
        asked=asked,
    )


def _open(found: Found) -> str:
    if found.outcome.get("is_held"):
        return _held(found)
    smallest = found.outcome["smallest_sample"]
    best = 1.0 if found.direction is Direction.AT_LEAST else 0.0
    if smallest is not None and found.n < smallest and found.outcome["estimate"] == best:
        return _too_few(found, smallest)
    return _(
        "%(estimate)s from %(people)s, could be %(span)s (%(line)s).",
        estimate=found.figure(found.estimate or 0.0),
        people=_people(found.n),
        span=span(found.low, found.high, found.unit),
        line=found.line,
    ) + _ahead(found)


def _too_few(found: Found, smallest: int) -> str:
    """As good as can be, and still no proof."""
    values = {"threshold": figure(found.threshold, found.unit), "smallest": smallest}
    if found.outcome["mode"] == Mode.ANYTIME:
        return ngettext(
            "one answer, however good, cannot prove %(threshold)s, %(smallest)s people are needed.",
            "even %(num)s of %(num)s cannot prove %(threshold)s, %(smallest)s people are needed.",
            found.n,
            **values,
        )
    return ngettext(
        "one answer, however good, cannot prove %(threshold)s: %(smallest)s people are needed at the close, "
        "%(early)s to call it early.",
        "even %(num)s of %(num)s cannot prove %(threshold)s: %(smallest)s people are needed at the close, "
        "%(early)s to call it early.",
        found.n,
        early=found.outcome.get("smallest_early") or smallest,
        **values,
    )


def _ahead(found: Found) -> str:
    """What would settle it, with a space before it; the silent people first, for they can be asked today."""
    early, likely, late = (found.outcome[name] for name in ("more_early", "more_likely", "more_late"))
    waiting, settles = found.outcome["waiting"], found.outcome["settles"]
    parts = [""]
    if likely is None:
        parts.append(_("The truth lies so near the line that thousands more would not settle it."))
    elif late is None or late > 8 * likely:
        parts.append(
            _(
                "About %(likely)s more would probably settle it, at the very least %(early)s.",
                likely=about(likely),
                early=about(early),
            )
        )
    elif about(early) == about(late):
        parts.append(_("About %(likely)s more would probably settle it.", likely=about(likely)))
    else:
        parts.append(
            _(
                "About %(likely)s more would probably settle it (%(early)s–%(late)s).",
                likely=about(likely),
                early=about(early),
                late=about(late),
            )
        )
    if waiting and settles is not None and settles < UNLIKELY:
        parts.append(
            ngettext(
                "The %(num)s silent tester is unlikely to be enough.",
                "The %(num)s silent testers are unlikely to be enough.",
                waiting,
            )
        )
    elif waiting:
        parts.append(ngettext("%(num)s tester is silent.", "%(num)s testers are silent.", waiting))
    elif found.not_elapsed:
        parts.append(
            ngettext(
                "%(num)s tester has not been there long enough to count yet.",
                "%(num)s testers have not been there long enough to count yet.",
                found.not_elapsed,
            )
        )
    else:
        parts.append(_("Everybody in scope is counted already: it takes more testers."))
    return " ".join(parts)


def _people(n: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", n)
