"""Saying how all expectations of a program are judged: strictly or as usual, and for which market."""

from collections.abc import Mapping, Sequence
from typing import Any

from betaops.cohorts import queries as cohort_queries
from betaops.cohorts.rules import SOURCES
from betaops.kernel import versions
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.events import GroundRulesChanged
from betaops.readiness.judging import criteria
from betaops.readiness.judging.market import MOST_CATEGORIES, MOST_MARGINS, Margin
from betaops.readiness.models import GroundRules
from betaops.readiness.service import amending
from betaops.readiness.service.reading import take_readings

LONGEST_CATEGORY = 200
#: How far shares may be from adding up to the whole: they are written in whole percent.
_OFF = 0.01


def judge_strictly(
    work: Work, program: Program, is_strict: bool, *, version: int | None, reason: str = ""
) -> GroundRules:
    """Share the error of expectations by Holm, or by Hochberg again; all are judged anew.

    `reason` is why, where criteria are sealed already.
    """
    row = _held(work, program)
    _change(work, program, row, version, reason, is_strict=is_strict)
    return row


def rule(
    work: Work,
    program: Program,
    *,
    is_strict: bool,
    margins: Sequence[Margin],
    version: int | None,
    reason: str = "",
) -> GroundRules:
    """All of it at once, in place of what was said before. `reason` as in `judge_strictly`."""
    for each in margins:
        _check(each)
    if len({each.fact for each in margins}) < len(margins):
        raise Invalid("margins", _("Each fact stands there once."))
    row = _held(work, program)
    _check_facts(work, program, row, margins)
    told = [_whole(each).to_json() for each in margins]
    _change(work, program, row, version, reason, is_strict=is_strict, margins=told)
    return row


def declare(
    work: Work, program: Program, margin: Margin, *, version: int | None = None, reason: str = ""
) -> GroundRules:
    """Say how the market spreads over a fact; what was said of the same fact goes. `Invalid` names what cannot be.

    `reason` as in `judge_strictly`.
    """
    _check(margin)
    row = _held(work, program)
    _check_facts(work, program, row, [margin])
    others = [each for each in row.margins if each["fact"] != margin.fact]
    if len(others) >= MOST_MARGINS:
        raise Invalid(
            "margins",
            _("At most %(most)s facts: each costs people. Remove one first.", most=MOST_MARGINS),
        )
    told = _whole(margin).to_json()
    known = [told if each["fact"] == margin.fact else each for each in row.margins]
    if len(known) == len(others):
        known.append(told)
    _change(work, program, row, version, reason, margins=known)
    return row


def forget(work: Work, program: Program, fact: str, *, reason: str = "") -> GroundRules:
    """Testers are not weighted by that fact any more; nothing happens where they were not. `reason` as in `declare`."""
    row = _held(work, program)
    _change(work, program, row, None, reason, margins=[each for each in row.margins if each["fact"] != fact])
    return row


def _held(work: Work, program: Program) -> GroundRules:
    """The program's own, made (version 0) where there are none; nobody else changes them until the end of the work."""
    amending.hold(work, program)
    row = queries.ground_rules(work.session, program.id, locked=True)
    if row is None:
        row = GroundRules(program_id=program.id, is_strict=False, margins=[], version=0)
        versions.stamp(work, row)
        work.add(row)
        work.session.flush()
    return row


def _change(
    work: Work, program: Program, row: GroundRules, version: int | None, reason: str, **values: Any
) -> None:
    before = criteria.ground_rules(row)
    if not versions.edit(work, row, version, **values):
        return
    amending.ruled(work, row, before, reason)
    work.session.flush()
    work.record(
        GroundRulesChanged(
            program_id=program.id,
            is_strict=row.is_strict,
            margins=[each["title"] for each in row.margins],
            reason=reason.strip()[: amending.LONGEST_REASON],
        )
    )
    take_readings(work, program)


def _whole(margin: Margin) -> Margin:
    """With shares that add up to exactly 1."""
    total = sum(margin.shares.values())
    return margin._replace(shares={name: share / total for name, share in margin.shares.items()})


def _check_facts(work: Work, program: Program, row: GroundRules, margins: Sequence[Margin]) -> None:
    """What is declared already stays, whatever became of it. Another must be a fact, and a cohort of this program: of one
    that is not there every reading would fail, from the first tester on."""
    declared = {each["fact"] for each in row.margins}
    for fact in {each.fact for each in margins} - declared:
        source, _dot, name = fact.partition(".")
        is_known = source in SOURCES and bool(name.strip())
        if source == "cohort":
            is_known = fact in cohort_queries.labels(work.session, program)
        if not is_known:
            raise Invalid("fact", _("This program knows no such fact."), field="fact")


def _check(margin: Margin) -> None:
    shares: Mapping[str, float] = margin.shares
    if not 2 <= len(shares) <= MOST_CATEGORIES:
        raise Invalid(
            "categories",
            _("Say the share of at least two and at most %(most)s categories.", most=MOST_CATEGORIES),
        )
    if any(not name.strip() or len(name) > LONGEST_CATEGORY for name in shares):
        raise Invalid(
            "categories",
            _("A category has a name of at most %(most)s characters.", most=LONGEST_CATEGORY),
        )
    if any(not 0 < share < 1 for share in shares.values()):
        raise Invalid("shares", _("A share lies between 0% and 100%. Leave out who is not in the market."))
    total = sum(shares.values())
    if abs(total - 1) > _OFF + 1e-9:
        raise Invalid(
            "shares", _("The shares add up to %(total)s%%, not to 100%%.", total=f"{100 * total:g}")
        )
