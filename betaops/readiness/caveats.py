"""What stands under *How we know*: how the range was made, and what a reading cannot promise."""

from collections.abc import Callable, Mapping
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.figures import Unit, figure
from betaops.readiness.judging.flipping import Kind
from betaops.readiness.verdict import Direction, Mode, Verdict
from betaops.readiness.wording import Found, word


def limits(found: Found, sample: Mapping[str, Any]) -> list[str]:
    """What the reading cannot promise, each as a sentence; `sample` as a reading keeps it."""
    outcome, lines = found.outcome, []
    asked = found.n + outcome["waiting"]
    if outcome["method"] == "count":
        return [_("Counted, not estimated: it says what was found, not what is there.")]
    if outcome["mode"] == Mode.ANYTIME:
        lines.append(
            _(
                "No close was fixed before answers came, so it takes more of them: daily looks have to be paid for."
            )
        )
    if outcome["mode"] == Mode.CLOSE:
        lines.append(_("Read at the close, and it stands: answers that came later are not in it."))
    if outcome["mode"] == Mode.LIVE:
        lines.append(
            _(
                "Answers still come in: only overwhelming evidence is believed before the close, so daily looks do no harm."
            )
        )
    if asked and found.n < asked / 2:
        lines.append(
            _(
                "Only %(answered)s of %(asked)s have answered, and those who are quick to answer are often the keen ones.",
                answered=found.n,
                asked=asked,
            )
        )
    if sample.get("is_anonymous"):
        lines.append(_("Anonymous answers: one per person; they cannot be narrowed, weighted or paired."))
    lines += [*unheard(found, sample), *left_out(sample.get("excluded", {}))]
    if outcome["method"] == "dirichlet":
        lines.append(
            _("The bound for means holds in every simulation we ran; a general proof is still missing.")
        )
    return lines


def unheard(found: Found, sample: Mapping[str, Any]) -> list[str]:
    """Whether the late say something else than the early, and who left without a word."""
    lines = []
    drift = sample.get("drift")
    if drift:
        values = {"early": found.figure(drift["early"]), "late": found.figure(drift["late"])}
        lines.append(
            _(
                "Who answered first says something else: %(early)s, the later half %(late)s. "
                "The silent may be like the late ones.",
                **values,
            )
            if drift["is_shown"]
            else _("Early and late answers are alike: %(early)s, then %(late)s.", **values)
        )
    gone = sample.get("left", 0) - sample.get("left_answered", 0)
    if gone > 0:
        lines.append(
            ngettext(
                "%(num)s tester left without an answer: who stays is often more content than who leaves.",
                "%(num)s testers left without an answer: who stays is often more content than who leaves.",
                gone,
            )
        )
    return lines


def _doubtful(found: Found, told: Mapping[str, Any]) -> str:
    """The reading without answers that look careless, where it stays what it is."""
    text = ngettext(
        "Without the one person whose answers are doubtful it stays: %(verdict)s.",
        "Without the %(num)s people whose answers are doubtful it stays: %(verdict)s.",
        told["left_out"],
        verdict=word(Verdict(told["verdict"])).lower(),
    )
    if told["estimate"] is None:
        return text
    return text + " " + _("Then it is %(estimate)s.", estimate=found.figure(told["estimate"]))


def flips(found: Found, sample: Mapping[str, Any]) -> list[str]:
    """What would flip the verdict, each as a sentence; `sample` as a reading keeps it."""
    if found.outcome["method"] == "count" or not found.n:
        return []
    lines = [_flip(each) for each in sample.get("flips", [])]
    doubtful = sample.get("doubtful")
    if doubtful and doubtful["verdict"] == found.own:
        lines.append(_doubtful(found, doubtful))
    if found.turning is not None:
        lines.append(_turning(found))
    if sample.get("is_anonymous"):
        return lines  # whose answers they are nobody knows, so nobody's can be left out
    is_every_cohort = sample.get("is_every_cohort", True)
    if not lines and found.own is not Verdict.INCONCLUSIVE and is_every_cohort:
        lines.append(_("No cohort, no group of loud reporters and no doubtful answers decide it alone."))
    if not is_every_cohort:
        lines.append(_("Cohorts were not looked at: they have too many people."))
    return lines


def _flip(told: Mapping[str, Any]) -> str:
    values = {"verdict": word(Verdict(told["verdict"])).lower(), "name": told["name"]}
    number = told["left_out"]
    if told["kind"] == Kind.COHORT:
        return ngettext(
            "Without the one person of “%(name)s” it would be: %(verdict)s.",
            "Without the %(num)s people of “%(name)s” it would be: %(verdict)s.",
            number,
            **values,
        )
    if told["kind"] == Kind.LOUDEST:
        return ngettext(
            "Without the one who reports most it would be: %(verdict)s.",
            "Without the %(num)s who report most it would be: %(verdict)s.",
            number,
            **values,
        )
    return ngettext(
        "Without the one person whose answers are doubtful it would be: %(verdict)s.",
        "Without the %(num)s people whose answers are doubtful it would be: %(verdict)s.",
        number,
        **values,
    )


def _turning(found: Found) -> str:
    values = {"point": figure(found.turning or 0.0, found.unit)}
    if (found.own is Verdict.MET) is (found.direction is Direction.AT_LEAST):
        return ngettext(
            "It would fall if the %(num)s silent tester came out below %(point)s.",
            "It would fall if the %(num)s silent testers came out below %(point)s.",
            found.outcome["waiting"],
            **values,
        )
    return ngettext(
        "It would fall if the %(num)s silent tester came out above %(point)s.",
        "It would fall if the %(num)s silent testers came out above %(point)s.",
        found.outcome["waiting"],
        **values,
    )


def method(found: Found) -> str:
    """How the range was made."""
    outcome = found.outcome
    if outcome["method"] == "count":
        return _("A count against a limit.")
    values = {"confidence": figure(1 - outcome["error"], Unit.SHARE)}
    text = {
        "betting": _(
            "Evidence by betting, which may be looked at on any day: one score for each person, %(confidence)s confidence.",
            **values,
        ),
        "clopper_pearson": _(
            "Exact range for a share (Clopper–Pearson), one score for each person, %(confidence)s confidence.",
            **values,
        ),
        "dirichlet": _(
            "Dirichlet bound for a mean, one score for each person, %(confidence)s confidence.", **values
        ),
    }[outcome["method"]]
    if outcome["n_expectations"] > 1 and outcome.get("is_strict"):
        text += " " + _(
            "Judged together with others, %(count)s in all, so that it holds for the whole list "
            "whatever they have to do with each other (Holm).",
            count=outcome["n_expectations"],
        )
    elif outcome["n_expectations"] > 1:
        text += " " + _(
            "Judged together with others, %(count)s in all, so that it holds for the whole list (Hochberg).",
            count=outcome["n_expectations"],
        )
    return text


def left_out(excluded: Mapping[str, int]) -> list[str]:
    """Whose answers do not count and why, a sentence for each reason."""
    return [EXCLUDED[reason](number) for reason, number in excluded.items() if number and reason in EXCLUDED]


EXCLUDED: dict[str, Callable[[int], str]] = {
    "anonymous": lambda n: ngettext(
        "%(num)s anonymous answer was left out: it belongs to no tester.",
        "%(num)s anonymous answers were left out: they belong to no tester.",
        n,
    ),
    "public": lambda n: ngettext(
        "%(num)s answer came by a public link and was left out: it may be anybody's.",
        "%(num)s answers came by public links and were left out: they may be anybody's.",
        n,
    ),
    "narrowed": lambda n: ngettext(
        "%(num)s anonymous answer was left out: nobody knows whether it belongs to this cohort, wave or build.",
        "%(num)s anonymous answers were left out: nobody knows whether they belong to this cohort, wave or build.",
        n,
    ),
    "outside": lambda n: ngettext(
        "%(num)s answer came from somebody outside the scope and was left out.",
        "%(num)s answers came from people outside the scope and were left out.",
        n,
    ),
    "removed": lambda n: ngettext(
        "%(num)s removed tester was left out.", "%(num)s removed testers were left out.", n
    ),
    "opted_out": lambda n: ngettext(
        "%(num)s tester opted out of the task and was left out.",
        "%(num)s testers opted out of the task and were left out.",
        n,
    ),
    "untimed": lambda n: ngettext(
        "%(num)s tester completed the task without saying when they began and was left out.",
        "%(num)s testers completed the task without saying when they began and were left out.",
        n,
    ),
    "skipped": lambda n: ngettext(
        "%(num)s tester finished the survey without this question, which not everybody is asked.",
        "%(num)s testers finished the survey without this question, which not everybody is asked.",
        n,
    ),
    "later_series": lambda n: ngettext(
        "%(num)s tester answered after a new series of the question began. Choose the question again to count such answers.",
        "%(num)s testers answered after a new series of the question began. Choose the question again to count such answers.",
        n,
    ),
    "unscored": lambda n: ngettext(
        "%(num)s tester finished the survey without an answer to every part of it as it is asked here.",
        "%(num)s testers finished the survey without an answer to every part of it as it is asked here.",
        n,
    ),
    "does_not_count": lambda n: ngettext(
        "%(num)s tester no longer uses the product and does not count.",
        "%(num)s testers no longer use the product and do not count.",
        n,
    ),
    "not_elapsed": lambda n: ngettext(
        "%(num)s tester has not been there long enough yet and does not count so far.",
        "%(num)s testers have not been there long enough yet and do not count so far.",
        n,
    ),
    "no_number": lambda n: ngettext(
        "%(num)s answer is not on the scale and was left out.",
        "%(num)s answers are not on the scale and were left out.",
        n,
    ),
}
