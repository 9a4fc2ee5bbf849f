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
    """What is expected was fixed when the program started; `digest` is SHA-256 of the criteria's canonical JSON."""

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
