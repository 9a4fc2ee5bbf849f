"""`/flags` and `/decide`: which flags one person gets."""

import re
import time
from dataclasses import replace

from betaops.flags import posthog_wire as wire
from betaops.flags.endpoints.frame import Answer, Call, request_id
from betaops.flags.snapshot import Snapshot
from betaops.web import cors

_VERSION = re.compile(r"(?:^|&)v=(\d{1,3})(?:&|$)")


def flags(call: Call) -> Answer:
    """In the form of the version that the address names: 1, 2, or typed from 3 on."""
    snapshot, question = _asked(call)
    found = _VERSION.search(call.environ.get("QUERY_STRING", ""))
    version = int(found[1]) if found else 1
    outcomes = snapshot.outcomes(question)
    if version < 2:
        body = wire.legacy_answer(outcomes, request_id())
    else:
        body = wire.answer(snapshot.records(outcomes, min(version, 4)), request_id(), int(time.time() * 1000))
    return Answer(200, body, call.cors(snapshot))


def decide(call: Call) -> Answer:
    """What browsers' SDKs up to 1.200 or so ask instead: flags and remote config in one."""
    snapshot, question = _asked(call)
    config = wire.remote_config(has_flags=bool(snapshot.flags.active))
    body = wire.legacy_answer(snapshot.outcomes(question), request_id(), config)
    return Answer(200, body, call.cors(snapshot))


def _asked(call: Call) -> tuple[Snapshot, wire.Question]:
    question = wire.read_question(call.body(), call.environ.get("HTTP_CONTENT_ENCODING", ""))
    snapshot = call.snapshots.by_project_key(question.token)
    if snapshot is None:
        raise wire.unauthorized("The project key is not known here.")
    # A browser is one whatever it says of itself: server flags are not for it.
    if cors.is_browser(call.environ):
        question = replace(question, runtime="client")
    return snapshot, question
