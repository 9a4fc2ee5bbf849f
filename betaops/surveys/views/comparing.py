"""Two questions against each other, and one survey at two times."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import request

from betaops.surveys import policy, queries
from betaops.surveys.analysis import crosstabs, waves
from betaops.surveys.analysis.crosstabs import Side
from betaops.surveys.analysis.narrowing import Given, Narrowing
from betaops.surveys.models import Survey
from betaops.surveys.views import counted
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.surveys.views.narrowed import Links, filters_of, wave_name
from betaops.surveys.views.results import fixed
from betaops.web.access import needs
from betaops.web.application import reading


@blueprint.get("/<id(svy):survey_id>/results/crosstab")
@needs(policy.READ)
def crosstab(slug: str, survey_id: UUID) -> str:
    """`down` and `across` name questions, or rows of matrices; without both there is only the choice."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    filters = filters_of(program, survey)
    sides = crosstabs.sides(counted.questions(survey))
    if arms := [name for name, _count in queries.arms_answered(reading(), survey)]:
        sides.append(crosstabs.arm_side(arms))
    down, across = _side(sides, "down"), _side(sides, "across")
    links = Links(program, survey, filters.narrowing)
    table = _crossed(survey, down, across, filters.narrowing) if down and across and down != across else None
    return draw(
        "crosstab",
        program,
        survey,
        "results",
        sides=sides,
        down=down,
        across=across,
        table=table,
        filters=filters,
        links=links,
        behind=lambda row, column: _behind(links, down, across, row, column),
        fixed=fixed,
    )


def _crossed(survey: Survey, down: Side, across: Side, narrowing: Narrowing) -> crosstabs.Crosstab:
    if down.is_arm or across.is_arm:
        return _crossed_with_arm(survey, down, across, narrowing)
    places = (down.question_id, down.row), (across.question_id, across.row)
    if down.is_several or across.is_several:
        rows = queries.crossed_several(reading(), survey.id, *places, narrowing)
        n, totals = queries.crossed_people(reading(), survey.id, *places, narrowing)
    else:
        rows = queries.crossed(reading(), survey.id, *places, narrowing)
        totals = _totals(rows)
        n = sum(totals.values())
    counts = {(first, second): count for first, second, count in rows}
    return crosstabs.crosstab(down, across, counts, totals, n, smallest=policy.smallest_group(survey))


def _crossed_with_arm(survey: Survey, down: Side, across: Side, narrowing: Narrowing) -> crosstabs.Crosstab:
    question = across if down.is_arm else down
    place = (question.question_id, question.row)
    rows, n, by_arm, by_code = queries.crossed_with_arm(reading(), survey.id, place, narrowing)
    counts = {(arm, code) if down.is_arm else (code, arm): count for code, arm, count in rows}
    totals = by_code if down.is_arm else by_arm
    return crosstabs.crosstab(down, across, counts, totals, n, smallest=policy.smallest_group(survey))


def _totals(rows: Sequence[Any]) -> dict[str, int]:
    found = Counter[str]()
    for _first, second, count in rows:
        found[second] += count
    return dict(found)


def _side(sides: list[Side], name: str) -> Side | None:
    return next((side for side in sides if side.name == request.args.get(name)), None)


def _behind(links: Links, down: Side | None, across: Side | None, row: str, column: str) -> str:
    """The responses that one cell counts."""
    chosen = [(side, code) for side, code in ((down, row), (across, column)) if side is not None]
    given = [Given(side.question_id, side.row, (code,)) for side, code in chosen if not side.is_arm]
    arm = next((code for side, code in chosen if side.is_arm), "")
    return links.responses(*given, arm=arm)


@blueprint.get("/<id(svy):survey_id>/results/waves")
@needs(policy.READ)
def compare_waves(slug: str, survey_id: UUID) -> str:
    """`before` and `after` are waves; the last two where the address does not say."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    filters = filters_of(program, survey)
    known = queries.waves(reading(), survey.id)
    numbers = [number for number, _count in known]
    before = _wave(numbers, "before", -2)
    after = _wave(numbers, "after", -1)
    compared = []
    if before is not None and after is not None and before != after:
        narrowing = replace(filters.narrowing, wave=None)  # waves are chosen here, not filtered
        compared = waves.compare(
            crosstabs.sides(counted.questions(survey)),
            queries.paired(reading(), survey.id, (before, after), narrowing),
            queries.fresh(reading(), survey.id, before, after, narrowing),
            queries.fresh(reading(), survey.id, after, before, narrowing),
            smallest=policy.smallest_group(survey),
        )
    return draw(
        "waves",
        program,
        survey,
        "results",
        known=known,
        before=before,
        after=after,
        compared=compared,
        filters=filters,
        links=Links(program, survey, filters.narrowing),
        wave_name=wave_name,
        fixed=fixed,
    )


def _wave(numbers: list[int], name: str, usual: int) -> int | None:
    wanted = request.args.get(name, type=int)
    if wanted in numbers:
        return wanted
    return numbers[usual] if len(numbers) > 1 else None
