"""What tests of surveys inside the product share."""

from collections.abc import Callable

import pytest

from betaops.enrollment.models import Enrollment
from betaops.enrollment.service import testers
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Product, Program
from betaops.surveys.models import Survey
from betaops.web.application import Application
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import SHORT, a_survey
from tests.support.browsers import Browser
from tests.support.edges import look_again
from tests.support.survey_sdk import LAPTOP, PHONE, Sdk


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def product(work: Work, program: Program) -> Product:
    return program_queries.product(work.session, program.product_id)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    """Known on two devices."""
    place = an_enrollment(work, program=program, mail="ana@example.com")
    for device in (LAPTOP, PHONE):
        testers.link_identity(work, place.tester_id, device)
    return place


@pytest.fixture
def survey(work: Work, program: Program) -> Survey:
    return a_survey(work, program=program, definition=SHORT, name="In short")


@pytest.fixture
def soon(app: Application, work: Work) -> Callable[[], None]:
    """Lets the time pass after which a process looks at revisions again, and sees what the test has done."""

    def pass_time() -> None:
        work.session.commit()
        look_again(app)

    return pass_time


@pytest.fixture
def sdk(client: Browser, product: Product, soon: Callable[[], None]) -> Sdk:
    return Sdk(client, product, soon)
