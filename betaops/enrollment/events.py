"""What happened between a person and a program.

An import of many people is one event (`TestersImported`), not one for each of them.
"""

from dataclasses import dataclass, field
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class TesterCreated(Event):
    """Somebody new in the workspace, with `mail_key` and `tst_…` as identities."""

    __test__ = False
    said = _l("added %(tester)s")

    tester_id: UUID


@dataclass(frozen=True, kw_only=True)
class TesterChanged(Event):
    """Name, mail, language or attributes; `changed` names the fields, `attributes` those that came, changed or went."""

    __test__ = False
    said = _l("changed %(tester)s: %(changed)s")

    tester_id: UUID
    changed: list[str]
    attributes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Event):
    """Usage under `distinct_id` belongs to this person from now on."""

    said = _l("linked an identity to %(tester)s")

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

    said = _l("sent in %(tester)s's application to %(program)s")


@dataclass(frozen=True, kw_only=True)
class EnrollmentWaitlisted(EnrollmentChanged):
    said = _l("put %(tester)s on the waitlist of %(program)s")


@dataclass(frozen=True, kw_only=True)
class EnrollmentAccepted(EnrollmentChanged):
    """`promoted` is true when a freed seat did it, not a person."""

    said = _l("accepted %(tester)s into %(program)s")

    promoted: bool = False


@dataclass(frozen=True, kw_only=True)
class EnrollmentActivated(EnrollmentChanged):
    said = _l("started %(tester)s in %(program)s")


@dataclass(frozen=True, kw_only=True)
class EnrollmentDeclined(EnrollmentChanged):
    said = _l("declined %(tester)s for %(program)s")


@dataclass(frozen=True, kw_only=True)
class EnrollmentCompleted(EnrollmentChanged):
    said = _l("completed %(program)s for %(tester)s")


@dataclass(frozen=True, kw_only=True)
class EnrollmentWithdrawn(EnrollmentChanged):
    said = _l("withdrew %(tester)s from %(program)s")


@dataclass(frozen=True, kw_only=True)
class EnrollmentRemoved(EnrollmentChanged):
    said = _l("removed %(tester)s from %(program)s")


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Event):
    said = _l("signed agreement %(number)s of %(program)s for %(tester)s")

    consent_id: UUID
    enrollment_id: UUID
    program_id: UUID
    tester_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class QuotingChosen(Event):
    """How far somebody may be quoted from what they write in a program; a `Quoting`."""

    said = _l("said how %(tester)s may be quoted in %(program)s: %(quoting)s")

    enrollment_id: UUID
    program_id: UUID
    tester_id: UUID
    quoting: str


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Event):
    said = _l("invited somebody to %(program)s")

    invitation_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    said = _l("took back an invitation to %(program)s")

    invitation_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class TestersImported(Event):
    """A file was read to its end; the counts are of people, `refused` of rows."""

    __test__ = False
    said = _l(
        "imported testers into %(program)s: %(created)s created, %(updated)s updated, %(refused)s refused"
    )

    import_id: UUID
    program_id: UUID
    created: int
    updated: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class TesterErased(Event):
    """The person is gone; rooms above drop or pseudonymise what they still hold under this id."""

    __test__ = False
    said = _l("erased a tester")

    tester_id: UUID
