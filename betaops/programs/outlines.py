"""Program templates: what a new program is filled with, so that nobody starts from an empty page. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from betaops.kernel.i18n import gettext as _
from betaops.programs.screener import Kind, Question
from betaops.programs.story import Charter, Story


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A program before it has a name."""

    key: str
    label: str
    description: str
    weeks: int
    capacity: int
    accepts_automatically: bool
    story: Story
    charter: Charter
    goals: str
    agreement: str
    screener: tuple[Question, ...] = field(default=())


def outlines(product: str) -> list[Outline]:
    """The templates, with `product` (its name) in their sentences, in the language of the moment."""
    return [make(product) for make in (_closed_beta, _open_beta, _customer_pilot)]


def outline(key: str, product: str) -> Outline:
    """`KeyError` for a template that does not exist."""
    makers: dict[str, Callable[[str], Outline]] = {
        "closed_beta": _closed_beta,
        "open_beta": _open_beta,
        "customer_pilot": _customer_pilot,
    }
    return makers[key](product)


def _platform() -> Question:
    return Question(
        name="platform",
        label=_("Where do you use it most?"),
        kind=Kind.CHOICE,
        options=("iOS", "Android", "Web", "macOS", "Windows"),
        keep_as="platform",
    )


def _closed_beta(product: str) -> Outline:
    return Outline(
        key="closed_beta",
        label=_("Closed beta"),
        description=_("Chosen people, six weeks, under an agreement. You decide who gets in; the rest wait."),
        weeks=6,
        capacity=100,
        accepts_automatically=False,
        story=Story(
            title=_("Help us finish something we are proud of"),
            lines=(
                _("A small group uses the next version before anyone else."),
                _("You use it for real work, not for show."),
                _("You tell us what helps, what hurts and what is missing."),
                _("We answer every report, and say what we changed because of it."),
                _("It stays between us until the day it ships."),
            ),
            audience=_(
                "People who use a product like this every week and will say so when something is wrong."
            ),
            asked=_("Use it as you normally would, answer a short survey each week, report what breaks."),
            minutes_per_week=30,
            reward=_(
                "Early access, a direct line to the team, and your name in the release notes if you like."
            ),
        ),
        charter=Charter(
            hypothesis=_(
                "People who use %(product)s every week keep using the new version, and prefer it, within six weeks.",
                product=product,
            ),
            baseline=_("Of the people on the present version, the share that comes back in the second week."),
            threshold=_(
                "At least 80 % of active testers prefer the new version; no blocker is open for more than two days."
            ),
        ),
        goals=_(
            "- Learn whether the new version holds up in daily use\n"
            "- Find the problems that 1 in 20 people would meet\n"
            "- Decide on the release with evidence"
        ),
        agreement=_confidential(product),
        screener=(
            _platform(),
            Question(
                name="how_often",
                label=_("How often do you use a product like this?"),
                kind=Kind.CHOICE,
                options=(_("Every day"), _("Every week"), _("Less often"), _("Never")),
                knock_out=(_("Never"),),
                keep_as="how_often",
            ),
            Question(
                name="role",
                label=_("What do you do?"),
                hint=_("Your work, in a few words."),
                required=False,
                keep_as="role",
            ),
            Question(name="why", label=_("What would you like to see better?"), required=False),
        ),
    )


def _open_beta(product: str) -> Outline:
    return Outline(
        key="open_beta",
        label=_("Open beta"),
        description=_("Everybody who wants may try it. Seats are given at once, until they are gone."),
        weeks=4,
        capacity=1000,
        accepts_automatically=True,
        story=Story(
            title=_("Try the next version today"),
            lines=(
                _("The next version is ready to be tried by everybody."),
                _("It works, and it is not finished: expect a rough edge."),
                _("Tell us about it in two clicks, from inside the product."),
            ),
            audience=_("Anyone who is curious and can live with an occasional surprise."),
            asked=_("Use it, and tell us when something is off."),
            minutes_per_week=10,
            reward=_("The new version before its release."),
        ),
        charter=Charter(
            hypothesis=_(
                "%(product)s is ready for everybody: at scale it is as reliable as the present version.",
                product=product,
            ),
            baseline=_("Crash-free sessions and support requests of the present version."),
            threshold=_(
                "At least 99.5 % of sessions without a crash; fewer than 2 % of testers report a blocker."
            ),
        ),
        goals=_("- See the new version under real load\n- Catch what a small group could not meet"),
        agreement=_light(product),
        screener=(_platform(),),
    )


def _customer_pilot(product: str) -> Outline:
    return Outline(
        key="customer_pilot",
        label=_("Customer pilot"),
        description=_("One customer, a charter with a threshold and an end date, and a person who decides."),
        weeks=8,
        capacity=30,
        accepts_automatically=False,
        story=Story(
            title=_("The pilot at your company"),
            lines=(
                _("Your company tries the product with a real team, for a limited time."),
                _("We have agreed with your company what has to become better, and by how much."),
                _("Your experience decides whether it stays."),
            ),
            audience=_("The people of the pilot team."),
            asked=_("Do your usual work with it, and answer a short survey every second week."),
            minutes_per_week=20,
            reward=_("A say in whether and how your company uses it."),
        ),
        charter=Charter(
            hypothesis=_(
                "With %(product)s the pilot team saves two hours per person and week within eight weeks.",
                product=product,
            ),
            baseline=_("Hours per person and week measured in the two weeks before the start."),
            threshold=_("At least 1.5 hours saved, by at least 70 % of the team."),
        ),
        goals=_(
            "- Prove the saving in the customer's own terms\n- Settle on a date whether the pilot becomes a contract"
        ),
        agreement=_pilot(product),
        screener=(
            Question(name="team", label=_("Which team are you in?"), keep_as="team"),
            Question(
                name="hours",
                label=_("How many hours a week do you spend on the work this is meant to shorten?"),
                kind=Kind.NUMBER,
                keep_as="hours_before",
            ),
        ),
    )


def _confidential(product: str) -> str:
    return _(
        """## In plain words

You get %(product)s before it is released. Please keep what you see to yourself, and tell us honestly what you think.

## What you promise

1. You do not show or describe the unreleased version to anyone outside this program.
2. You use it only to try it out, at your own risk, and keep copies of what matters to you.
3. What you suggest, we may use freely in our products.

## What we promise

1. We use what you tell us, and what the product records while you test, only to make the product better.
2. We show your name to nobody outside the team without asking you.
3. You may leave at any time, with one click and without a reason. Then nothing more is collected.
4. On your request we send you everything we hold about you, or delete it.

## How long it holds

The promise to keep quiet ends on the day of release, at the latest two years after you accept.
""",
        product=product,
    )


def _light(product: str) -> str:
    return _(
        """## In plain words

This is an unfinished version of %(product)s. You may talk about it. Keep copies of what matters to you.

1. It can fail, and can lose data.
2. What you suggest, we may use freely in our products.
3. We use what you tell us, and what the product records while you test, only to make the product better.
4. You may leave at any time, with one click. On your request we send you what we hold about you, or delete it.
""",
        product=product,
    )


def _pilot(product: str) -> str:
    return _(
        """## In plain words

Your company tries %(product)s with your team. This page is about you; the contract with your company stands apart.

1. We measure how the product is used and ask for your opinion, to judge the pilot as a whole and never you.
2. Your company sees results of the group, not answers of a person.
3. What you suggest, we may use freely in our products.
4. You may stop at any time, without a reason.
""",
        product=product,
    )
