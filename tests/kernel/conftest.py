"""The kernel is tried without the rooms above it."""

import pytest

from betaops.kernel import jobs, mail
from betaops.kernel.work import Platform
from betaops.web.application import Application


@pytest.fixture
def app(platform: Platform) -> Application:
    """An application without a single route: enough for jobs to run in."""
    return Application(platform)


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the kernel's own job, and those that a test registers."""
    monkeypatch.setattr(jobs, "_registry", {mail.SEND: jobs.Registered(mail.send_mail, is_long=True)})
    monkeypatch.setattr(jobs, "_periodic", {})
