"""What happened to expectations, verdicts and decisions."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class ExpectationAdded(Event):
    said = _l("added the expectation “%(need)s” to %(program)s")

    expectation_id: UUID
    program_id: UUID
    need: str


@dataclass(frozen=True, kw_only=True)
class ExpectationChanged(Event):
    """`changes` is a line for each field: "threshold: 0.7 → 0.6"."""

    said = _l("changed the expectation “%(need)s”: %(changes)s")

    expectation_id: UUID
    program_id: UUID
    need: str
    changes: list[str]


@dataclass(frozen=True, kw_only=True)
class ExpectationRemoved(Event):
    """Gone with its readings; decisions keep what they were signed on."""

    said = _l("removed the expectation “%(need)s” from %(program)s")

    expectation_id: UUID
    program_id: UUID
    need: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class CriteriaSealed(Event):
    """What is expected was fixed when the program started; `digest` is the seal's (`CriteriaSeal`)."""

    said = _l("sealed what %(program)s is expected to do: %(count)s expectations, SHA-256 %(digest)s")

    program_id: UUID
    count: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class CriterionAmended(Event):
    """`how` is added, changed or removed; the row `Amendment` has what it was."""

    said = _l("amended what is expected after the seal: “%(need)s” (%(how)s), because: %(reason)s")

    program_id: UUID
    expectation_id: UUID
    how: str
    need: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class VerdictChanged(Event):
    """A reading says otherwise than the one before; `former` is empty for the first."""

    said = _l("found an expectation of %(program)s to be %(verdict)s (n = %(n)s)")

    expectation_id: UUID
    program_id: UUID
    former: str
    verdict: str
    n: int


@dataclass(frozen=True, kw_only=True)
class DecisionProposed(Event):
    said = _l("proposed %(choice)s for %(program)s")

    decision_id: UUID
    program_id: UUID
    choice: str
    recommended: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class DecisionSigned(Event):
    said = _l("signed a decision on %(program)s: %(stance)s")

    decision_id: UUID
    program_id: UUID
    signature_id: UUID
    stance: str


@dataclass(frozen=True, kw_only=True)
class DecisionTaken(Event):
    """It has all the signatures it needs and is in force."""

    said = _l("put the decision on %(program)s into force: %(choice)s")

    decision_id: UUID
    program_id: UUID
    choice: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class DecisionWithdrawn(Event):
    said = _l("withdrew the decision on %(program)s: %(reason)s")

    decision_id: UUID
    program_id: UUID
    choice: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaperShared(Event):
    """A link was made; `paper` is its title, `digest` SHA-256 of the document's canonical JSON."""

    said = _l("made a link to “%(paper)s”, SHA-256 %(digest)s")

    program_id: UUID
    shared_paper_id: UUID
    paper: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class PaperRevoked(Event):
    said = _l("revoked the link to “%(paper)s”")

    program_id: UUID
    shared_paper_id: UUID
    paper: str


@dataclass(frozen=True, kw_only=True)
class GroundRulesChanged(Event):
    """`margins` are the titles of the facts by which testers are weighted to the market."""

    said = _l("changed how the expectations of %(program)s are judged")

    program_id: UUID
    is_strict: bool
    margins: list[str]
    reason: str


@dataclass(frozen=True, kw_only=True)
class ConditionMet(Event):
    """`number` is the condition's in its decision, from 1."""

    said = _l("marked a condition of %(program)s as met: %(text)s")

    decision_id: UUID
    program_id: UUID
    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class ConditionReopened(Event):
    said = _l("said that a condition of %(program)s is not met after all: %(text)s")

    decision_id: UUID
    program_id: UUID
    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class NeedWaived(Event):
    """With a decision, or renewed later; `ends_on` is an ISO date."""

    said = _l("waived “%(need)s” until %(ends_on)s, because: %(reason)s")

    decision_id: UUID
    program_id: UUID
    waiver_id: UUID
    need: str
    reason: str
    ends_on: str


@dataclass(frozen=True, kw_only=True)
class DecisionLapsed(Event):
    """Something that a decision hangs on ran out; `what` is a `LapseKind`."""

    said = _l("noticed that a decision on %(program)s ran out: %(about)s")

    decision_id: UUID
    program_id: UUID
    lapse_id: UUID
    what: str
    about: str


@dataclass(frozen=True, kw_only=True)
class DecisionShaken(Event):
    """Without the people who withdrew since, verdicts of a decision in force would be others."""

    said = _l(
        "noticed that verdicts of a decision on %(program)s would change without %(gone)s people who withdrew"
    )

    decision_id: UUID
    program_id: UUID
    gone: int
    needs: list[str]


@dataclass(frozen=True, kw_only=True)
class CriterionChanged(Event):
    """`how` is added, ticked, reopened or removed."""

    said = _l("changed the gate of %(program)s: “%(text)s” (%(how)s)")

    program_id: UUID
    criterion_id: UUID
    how: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SignersChanged(Event):
    """`roles` as they are from now on, with who holds them."""

    said = _l("changed who has to sign decisions on %(program)s")

    program_id: UUID
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class ProgramSuspended(Event):
    said = _l("suspended releases of %(program)s: %(because)s")

    program_id: UUID
    suspension_id: UUID
    because: str


@dataclass(frozen=True, kw_only=True)
class ProgramResumed(Event):
    said = _l("resumed releases of %(program)s")

    program_id: UUID
    suspension_id: UUID
    note: str


@dataclass(frozen=True, kw_only=True)
class DecisionShared(Event):
    """Testers may know it from now on."""

    said = _l("told testers of %(program)s what was decided")

    decision_id: UUID
    program_id: UUID
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ProductLaunched(Event):
    """The day on which it reached customers, as a member said; an ISO date."""

    said = _l("said that %(program)s reached customers on %(launched_on)s")

    decision_id: UUID
    program_id: UUID
    launched_on: str


@dataclass(frozen=True, kw_only=True)
class RealityNoted(Event):
    """What predictions of a decision came to be; `source` is a `Source`."""

    said = _l("noted what came of %(count)s predictions on %(program)s after %(days)s days")

    decision_id: UUID
    program_id: UUID
    days: int
    count: int
    source: str


@dataclass(frozen=True, kw_only=True)
class QuotePicked(Event):
    """What it says stands in no event: events outlive consent."""

    said = _l("picked a quote for “%(need)s” in %(program)s")

    program_id: UUID
    quote_id: UUID
    need: str


@dataclass(frozen=True, kw_only=True)
class QuoteRemoved(Event):
    said = _l("let a quote for “%(need)s” in %(program)s go")

    program_id: UUID
    quote_id: UUID
    need: str
