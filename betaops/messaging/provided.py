"""What messaging puts on enrollment's pages."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from betaops.enrollment.models import Tester
from betaops.messaging import queries


def preferences_url(session: Session, tester: Tester) -> str:
    """Where a tester says which mails they want."""
    return url_for("messaging_portal.wishes")


def data(session: Session, tester: Tester) -> Any:
    """Every mail to a person and what they chose, for their own export."""
    return {
        "wanted": {topic.value: wanted for topic, wanted in queries.preferences(session, tester.id).items()},
        "mails": queries.mails_to(session, tester.id),
    }
