"""Accepting an agreement."""

from datetime import datetime

from sqlalchemy import select

from betaops.enrollment import consent
from betaops.enrollment.events import AgreementSigned
from betaops.enrollment.models import Consent, Enrollment, Tester
from betaops.kernel.work import Work
from betaops.programs.models import Agreement


def sign(
    work: Work,
    enrollment: Enrollment,
    tester: Tester,
    agreement: Agreement,
    *,
    name: str,
    address: str,
    at: datetime | None = None,
) -> Consent:
    """Freeze the agreement as this tester accepted it. Accepted before, the first copy stands."""
    signed = work.session.scalar(
        select(Consent).where(Consent.enrollment_id == enrollment.id, Consent.agreement_id == agreement.id)
    )
    if signed is not None:
        return signed
    moment = at or work.now
    copy = Consent(
        enrollment_id=enrollment.id,
        agreement_id=agreement.id,
        number=agreement.number,
        name=name.strip()[:200] or tester.name,
        mail=tester.mail,
        text=agreement.markdown,
        digest=b"",
        signed_at=moment,
        address=address[:64],
    )
    copy.digest = consent.digest(
        text=copy.text, number=copy.number, name=copy.name, mail=copy.mail, signed_at=copy.signed_at
    )
    work.add(copy)
    work.session.flush()
    work.record(
        AgreementSigned(
            consent_id=copy.id,
            enrollment_id=enrollment.id,
            program_id=enrollment.program_id,
            tester_id=tester.id,
            number=copy.number,
        )
    )
    return copy
