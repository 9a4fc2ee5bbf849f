from collections.abc import Callable
from typing import Any

import pytest

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Kind, Report
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness.models import Expectation
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import an_expectation


@pytest.fixture
def key(client: Any, work: Work) -> Callable[..., Callable[..., Any]]:
    """`key("readiness:read")("GET", path, json=…)`: a program with those scopes."""
    from betaops.accounts.permissions import Permission
    from betaops.accounts.service import keys

    def of(*scopes: str) -> Callable[..., Any]:
        _row, plain = keys.create_key(work, f"key {scopes}", {Permission(each) for each in scopes})

        def call(method: str, path: str, **options: Any) -> Any:
            headers = {"Authorization": f"Bearer {plain}"}
            return client.open(f"/api/v1{path}", method=method, headers=headers, csrf=False, **options)

        return call

    return of


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def need(work: Work, program: Program) -> Expectation:
    return an_expectation(work, program, need="It works offline")


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, name="Ana Ruiz", mail="ana@example.com")


@pytest.fixture
def report(work: Work, ana: Enrollment) -> Report:
    return a_report(
        work,
        enrollment=ana,
        kind=Kind.IDEA,
        title="Offline",
        body="I <need> it offline, because trains have no net.",
    )
