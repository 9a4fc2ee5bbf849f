"""Running what waits, here and now, as a worker would."""

import dataclasses
from datetime import timedelta

from sqlalchemy import select

from betaops import worker
from betaops.kernel import clock, jobs
from betaops.kernel.work import Work
from betaops.web.application import Application

MOST = 5000


@dataclasses.dataclass
class RunJobs:
    """`run_jobs()` drains what is due; `run_jobs(ahead=timedelta(days=1))` also what is due by then.

    Returns the names in the order in which they ran. A job that fails fails the test, unless `may_fail`.
    """

    app: Application
    work: Work

    def __call__(self, *, ahead: timedelta = timedelta(), may_fail: bool = False) -> list[str]:
        self.work.session.commit()
        database = self.app.platform.database
        names: list[str] = []
        while len(names) < MOST:
            with database.writing() as session:
                claimed = jobs.claim(session, clock.now() + ahead, limit=1)
            if not claimed:
                break
            worker.execute(self.app, claimed[0])
            names.append(claimed[0].name)
            if not may_fail:
                self._check(claimed[0])
        self.work.session.expire_all()
        return names

    def _check(self, claimed: jobs.Claimed) -> None:
        with self.app.platform.database.reading() as session:
            job = session.scalars(select(jobs.Job).where(jobs.Job.id == claimed.id)).one_or_none()
            assert job is None or job.error is None, f"job {claimed.name} failed:\n{job.error}"
