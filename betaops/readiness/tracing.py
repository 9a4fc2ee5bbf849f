"""Whether a dossier's parts belong together: criteria with their amendments, people with the counts made of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from betaops.readiness.judging.criteria import FIXED
from betaops.readiness.models import AmendmentKind

#: Figures are kept with nine digits.
_CLOSE_ENOUGH = 2e-9
#: What criteria call otherwise than expectations.
_CALLED = {"cohort_id": "scope"}
#: Why no people stand beside counts of an anonymous survey.
ANONYMOUS = "anonymous answers, one of each person: there are counts alone"
#: What is signed of a waiver.
_WAIVED = ("need", "reason", "ends_on")


class Disagreement(NamedTuple):
    """Where the file says one thing and its own evidence another; `place` is a JSON pointer."""

    place: str
    told: Any
    found: Any


def same(place: str, told: Any, found: Any) -> Iterator[Disagreement]:
    """Nothing where both are the same, numbers but for their last digit."""
    is_number = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (told, found))
    if told != found and not (is_number and abs(told - found) <= _CLOSE_ENOUGH):
        yield Disagreement(place, told, found)


def criteria(
    sealed: Sequence[Mapping[str, Any]],
    amendments: Sequence[tuple[int, Mapping[str, Any]]],
    expectations: Sequence[Mapping[str, Any]],
) -> Iterator[Disagreement]:
    """What was sealed, with every amendment, is what is expected now. Amendments come with their place in the file."""
    wanted: dict[str, dict[str, Any]] = {each["id"]: {name: each[name] for name in FIXED} for each in sealed}
    for number, amendment in amendments:
        which, kind = amendment["expectation"], AmendmentKind(amendment["kind"])
        if kind is AmendmentKind.ADDED:
            wanted[which] = {}
        elif kind is AmendmentKind.REMOVED:
            wanted.pop(which)
        for at, change in enumerate(amendment["changes"]):
            before = wanted[which].get(change["what"], change["before"])
            yield from same(f"/amendments/{number}/changes/{at}/before", change["before"], before)
            wanted[which][change["what"]] = change["after"]
    listed = [each["id"] for each in expectations]
    yield from same("/expectations", sorted(listed), sorted(wanted))
    for at, item in enumerate(expectations):
        for name, value in wanted[item["id"]].items():
            called = _CALLED.get(name, name)
            yield from same(f"/expectations/{at}/{called}", item[called], value)


def ground_rules(
    sealed: Mapping[str, Any] | None,
    amendments: Sequence[tuple[int, Mapping[str, Any]]],
    now: Mapping[str, Any],
) -> Iterator[Disagreement]:
    """The same of how all are judged; of seals from before that was sealed nothing can be said."""
    if sealed is None:
        return
    wanted = dict(sealed)
    for number, amendment in amendments:
        for at, change in enumerate(amendment["changes"]):
            yield from same(
                f"/amendments/{number}/changes/{at}/before", change["before"], wanted[change["what"]]
            )
            wanted[change["what"]] = change["after"]
    yield from same("/ground_rules", now, wanted)


def people(told: Mapping[str, Any]) -> Iterator[Disagreement]:
    """The people make up the counts, and the consents their numbers."""
    items, traced = told["expectations"], told["evidence"]
    yield from same("/evidence", [each["expectation"] for each in traced], [each["id"] for each in items])
    for at, (item, each) in enumerate(zip(items, traced, strict=True)):
        if (item["reading"] or {}).get("sample", {}).get("is_anonymous"):
            yield from same(f"/evidence/{at}/withheld", each["withheld"], ANONYMOUS)
        if each["withheld"] is not None:
            yield from same(f"/evidence/{at}/scores", each["scores"], [])
            continue
        sample, here = item["reading"]["sample"], f"/evidence/{at}/scores"
        levels = Counter(level for _person, level in each["scores"])
        counts = {
            level: count for level, count in zip(sample["levels"], sample["counts"], strict=True) if count
        }
        yield from same(here, _by_level(levels), _by_level(counts))
        yield from same(here, len(each["scores"]), len({person for person, _level in each["scores"]}))
    given = told["consents"]["given"]
    accepted = Counter(each["agreement"] for each in given)
    for at, agreement in enumerate(told["consents"]["agreements"]):
        number = accepted.pop(agreement["number"], 0)
        yield from same(f"/consents/agreements/{at}/accepted", agreement["accepted"], number)
    yield from same("/consents/given", sorted(accepted), [])
    both = [(each["person"], each["agreement"]) for each in given]
    yield from same("/consents/given", len(both), len(set(both)))


def afterwards(place: str, decision: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Only conditions that it has are met, each once; what was waived first is what was signed, and only that renewed."""
    met = [each["condition"] for each in decision["fulfilments"]]
    known = range(1, len(decision["conditions"]) + 1)
    yield from same(f"{place}/fulfilments", met, [number for number in known if number in met])
    signed = decision["snapshot"].get("gate", {}).get("waivers", ())
    first: dict[str, Mapping[str, Any]] = {}
    for each in decision["waivers"]:
        first.setdefault(each["expectation"], {name: each[name] for name in _WAIVED})
    yield from same(
        f"{place}/waivers",
        first,
        {each["expectation"]: {name: each[name] for name in _WAIVED} for each in signed},
    )


def without_consent(told: Mapping[str, Any]) -> int:
    """People in the evidence who accepted no agreement, by what the file says."""
    scored = {person for each in told["evidence"] for person, _level in each["scores"]}
    return len(scored - {each["person"] for each in told["consents"]["given"]})


def _by_level(counts: Mapping[float, int]) -> dict[str, int]:
    return {f"{level:.9g}": count for level, count in sorted(counts.items())}
