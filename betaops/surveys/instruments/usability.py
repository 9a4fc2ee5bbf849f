"""System Usability Scale and UMUX-Lite: one score a person, from 0 to 100. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.analysis.scales import Bar, Score, band, mean_score
from betaops.surveys.definition import Element
from betaops.surveys.instruments.base import Instrument, Item, Pattern, Reading, likert, tallied

#: Sauro and Lewis (2016), Quantifying the User Experience, table 8.5: the curved grading scale.
#: (SUS from here on, grade, percentile ranks it stands for), the highest first.
GRADES = (
    (84.1, "A+", "96–100"),
    (80.8, "A", "90–95"),
    (78.9, "A−", "85–89"),
    (77.2, "B+", "80–84"),
    (74.1, "B", "70–79"),
    (72.6, "B−", "65–69"),
    (71.1, "C+", "60–64"),
    (65.0, "C", "41–59"),
    (62.7, "C−", "35–40"),
    (51.7, "D", "15–34"),
    (0.0, "F", "0–14"),
)


def sus(answers: Sequence[int]) -> float:
    """Ten answers from 1 to 5, odd ones worded well, even ones badly (Brooke 1996): 0 to 100 in steps of 2.5."""
    return 2.5 * sum(each - 1 if at % 2 == 0 else 5 - each for at, each in enumerate(answers))


def umux_lite(answers: Sequence[int]) -> float:
    """Two answers from 1 to 7 (Lewis, Utesch and Maher 2013): 0 to 100."""
    return (sum(answers) - 2) * 100 / 12


def sus_of_umux_lite(score: float) -> float:
    """What SUS would about be (Lewis, Utesch and Maher 2013)."""
    return 0.65 * score + 22.9


def grade(score: float) -> tuple[str, str]:
    """The grade of a mean SUS and the percentile ranks that it stands for; scores are rounded as the table is."""
    rounded = round(score, 1)
    return next((letter, ranks) for edge, letter, ranks in GRADES if rounded >= edge)


def _fit_sus(element: Element, language: str) -> tuple[Item, ...]:
    return likert(
        element,
        language,
        10,
        5,
        _("SUS needs ten statements on one scale of five steps, “strongly agree” last."),
    )


def _fit_umux_lite(element: Element, language: str) -> tuple[Item, ...]:
    return likert(
        element,
        language,
        2,
        7,
        _("UMUX-Lite needs two statements on one scale of seven steps, “strongly agree” last."),
    )


def _scored(
    asked: Sequence[Item], patterns: Sequence[Pattern], score: Callable[[Sequence[int]], float]
) -> tuple[Counter[float], int]:
    """How many people scored what, and how many left something out. Scores count steps from 1."""
    return tallied(asked, patterns, lambda places: score([at + 1 for at in places]))


def _read_sus(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    counted, left_out = _scored(asked, patterns, sus)
    if not counted:
        return Reading(0, left_out=left_out)
    score = mean_score(_("SUS"), counted, (0, 100))
    return Reading(
        counted.total(),
        (score,),
        left_out,
        _graded(score),
        (_("Grades say how it compares with hundreds of other products; 68 is about the middle."),),
        _by_grade(counted),
    )


def _read_umux_lite(asked: Sequence[Item], patterns: Sequence[Pattern]) -> Reading:
    counted, left_out = _scored(asked, patterns, umux_lite)
    if not counted:
        return Reading(0, left_out=left_out)
    score = mean_score(_("UMUX-Lite"), counted, (0, 100))
    low, high = sus_of_umux_lite(score.low), sus_of_umux_lite(score.high)
    alike = Score(_("As SUS it would be about"), sus_of_umux_lite(score.value), low, high, (0, 100), "number")
    return Reading(counted.total(), (score, alike), left_out, _graded(alike))


def _graded(score: Score) -> str:
    letter, ranks = grade(score.value)
    worst, best = grade(score.low)[0], grade(score.high)[0]
    if worst == best:
        return _("Grade %(grade)s (percentile %(ranks)s)", grade=letter, ranks=ranks)
    return _("Grade %(grade)s (percentile %(ranks)s); could be %(worst)s to %(best)s",
             grade=letter, ranks=ranks, worst=worst, best=best)  # fmt: skip


def _by_grade(counted: Counter[float]) -> tuple[Bar, ...]:
    """People by the letter their own score would have: five groups, F to A."""
    edges = [(78.9, "A"), (72.6, "B"), (62.7, "C"), (51.7, "D"), (0.0, "F")]
    words = {"A": _("A (from 78.9)"), "B": _("B (from 72.6)"), "C": _("C (from 62.7)"), "D": _("D (from 51.7)"),
             "F": _("F (below 51.7)")}  # fmt: skip
    groups: Counter[str] = Counter()
    for score, count in counted.items():
        groups[band(score, edges)] += count
    roles = {"A": "good", "B": "good", "C": "neutral", "D": "danger", "F": "danger"}
    return tuple(Bar(words[letter], groups[letter], roles[letter]) for letter in "FDCBA")


SUS = Instrument(
    "sus",
    _l("System Usability Scale (SUS)"),
    _l("Usability, graded against hundreds of products. Ten statements, as published."),
    _l("Brooke 1996; grades: Sauro and Lewis 2016; range: Student"),
    _fit_sus,
    _read_sus,
)
UMUX_LITE = Instrument(
    "umux_lite",
    _l("UMUX-Lite"),
    _l("Usability where ten statements are too many. Two statements."),
    _l("Lewis, Utesch and Maher 2013; range: Student"),
    _fit_umux_lite,
    _read_umux_lite,
)
