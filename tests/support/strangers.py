"""Somebody else's site: pages of another origin, which a survey of the installation may or may not stand in."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import select

import config
from bench.spine.server import Installation
from betaops import wiring
from betaops.kernel import clock
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import service
from betaops.surveys.models import Survey


@contextmanager
def strange_site(page: Callable[[str], str | None], headers: Mapping[str, str] = {}) -> Iterator[str]:
    """Its origin. `page` gives the HTML of a path ("popover"), None where there is none."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html = page(self.path.partition("?")[0].strip("/"))
            self.send_response(200 if html is not None else 404)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((html or "").encode())

        def log_message(self, *_arguments: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def sample_survey(served: Installation, facts: Mapping[str, Any]) -> Iterator[tuple[Work, Survey]]:
    """The sample's survey in a running installation, to be changed; committed at the end."""
    wiring.load_models()
    platform = Platform.open(config.load(served.environ))
    try:
        with platform.database.writing() as session:
            survey = session.scalars(
                select(Survey).where(Survey.name == facts["survey"]).execution_options(unscoped=True)
            ).one()
            work = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
            work.enter(survey.workspace_id)
            yield work, survey
    finally:
        platform.database.close()


def let_frame(work: Work, survey: Survey, origins: list[str]) -> None:
    """Pages of these origins, and no others, may frame the survey."""
    service.change_settings(work, survey.id, name=survey.name, origins=origins, opens_at=None, closes_at=None)


@contextmanager
def framing(served: Installation, facts: Mapping[str, Any], origin: str) -> Iterator[None]:
    """A test names what uses this before `visit`, so that its pages close before they may not frame any more."""
    with sample_survey(served, facts) as (work, survey):
        let_frame(work, survey, [origin])
    yield
    with sample_survey(served, facts) as (work, survey):
        let_frame(work, survey, [])
