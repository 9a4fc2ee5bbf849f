"""What happened between a person and a program.

An import of many people is one event (`TestersImported`), not one for each of them.
"""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class TesterCreated(Event):
    """Somebody new in the workspace, with `mail_key` and `tst_…` as identities."""

    __test__ = False

    tester_id: UUID


@dataclass(frozen=True, kw_only=True)
class TesterChanged(Event):
    """Name, mail, language or attributes; `changed` names the fields."""

    __test__ = False

    tester_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Event):
    """Usage under `distinct_id` belongs to this person from now on."""

    tester_id: UUID
    distinct_id: str


@dataclass(frozen=True, kw_only=True)
class EnrollmentChanged(Event):
    """What all changes of an enrollment's state have in common; never recorded itself."""

    enrollment_id: UUID
    program_id: UUID
    tester_id: UUID
    #: The state before; empty when the enrollment is new.
    former: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EnrollmentApplied(EnrollmentChanged):
    """A confirmed application, or one that was opened again."""


@dataclass(frozen=True, kw_only=True)
class EnrollmentWaitlisted(EnrollmentChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrollmentAccepted(EnrollmentChanged):
    """`promoted` is true when a freed seat did it, not a person."""

    promoted: bool = False


@dataclass(frozen=True, kw_only=True)
class EnrollmentActivated(EnrollmentChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrollmentDeclined(EnrollmentChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrollmentCompleted(EnrollmentChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrollmentWithdrawn(EnrollmentChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrollmentRemoved(EnrollmentChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Event):
    consent_id: UUID
    enrollment_id: UUID
    program_id: UUID
    tester_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Event):
    invitation_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    invitation_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class TestersImported(Event):
    """A file was read to its end; the counts are of people, `refused` of rows."""

    __test__ = False

    import_id: UUID
    program_id: UUID
    created: int
    updated: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class TesterErased(Event):
    """The person is gone; rooms above drop or pseudonymise what they still hold under this id."""

    __test__ = False

    tester_id: UUID
