"""What is thrown away by itself, each night: keeping it longer would only be a risk."""

from datetime import timedelta
from typing import TYPE_CHECKING

from betaops.kernel import idempotency, jobs, mail

if TYPE_CHECKING:
    from betaops.kernel.work import Work

#: Nobody writes at one file for so long.
KEEP_HALF_WRITTEN = timedelta(days=1)


def tidy(work: "Work") -> None:
    """Jobs done long ago, answers given under idempotency keys, the texts of old mails, files half written."""
    jobs.forget_done(work.session, work.now)
    idempotency.forget(work.session, work.now - idempotency.KEEP)
    mail.forget_texts(work)
    work.platform.files.sweep(work.now - KEEP_HALF_WRITTEN)
