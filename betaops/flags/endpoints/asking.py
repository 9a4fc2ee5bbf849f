"""`/flags` and `/decide`: which flags one person gets."""

import re
import time
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from betaops.flags import posthog_wire as wire
from betaops.flags.definitions import SURVEY_PREFIX
from betaops.flags.endpoints.frame import Answer, Call, request_id
from betaops.flags.evaluation import Outcome
from betaops.flags.keyring import Caller
from betaops.flags.snapshot import Snapshot

_VERSION = re.compile(r"(?:^|&)v=(\d{1,3})(?:&|$)")
_WITH_CONFIG = re.compile(r"(?:^|&)config=(?:true|1)(?:&|$)")
_ONLY_SURVEYS = re.compile(r"(?:^|&)only_evaluate_survey_feature_flags=(?:true|1)(?:&|$)")


class Options(NamedTuple):
    """What an address says about the answer."""

    version: int
    with_config: bool
    only_surveys: bool


@lru_cache(maxsize=200)
def _options(query: str) -> Options:
    """SDKs write the same few queries again and again."""
    found = _VERSION.search(query)
    return Options(
        int(found[1]) if found else 1,
        _WITH_CONFIG.search(query) is not None,
        _ONLY_SURVEYS.search(query) is not None,
    )


def flags(call: Call) -> Answer:
    """In the form of the version that the address names: 1, 2, or typed from 3 on."""
    options = _options(call.environ.get("QUERY_STRING", ""))
    snapshot, outcomes = _asked(call, options)
    config = snapshot.config if options.with_config else None
    if options.version < 2:
        body = wire.legacy_answer(outcomes, request_id(), config)
    else:
        records = snapshot.records(outcomes, min(options.version, 4))
        body = wire.answer(records, request_id(), int(time.time() * 1000), config)
    return Answer(200, body, call.cors(snapshot))


def decide(call: Call) -> Answer:
    """What browsers' SDKs up to 1.200 or so ask instead: flags and remote config in one."""
    snapshot, outcomes = _asked(call, _options(call.environ.get("QUERY_STRING", "")))
    config = snapshot.config
    return Answer(200, wire.legacy_answer(outcomes, request_id(), config), call.cors(snapshot))


def _asked(call: Call, options: Options) -> tuple[Snapshot, Collection[Outcome]]:
    question = wire.read_question(call.body(), call.environ.get("HTTP_CONTENT_ENCODING", ""))
    snapshot, caller = _by_key(call, question)
    call.admit(snapshot)
    outcomes = snapshot.outcomes(question, caller)
    if options.only_surveys:
        outcomes = [outcome for outcome in outcomes if outcome.key.startswith(SURVEY_PREFIX)]
    return snapshot, outcomes


def _by_key(call: Call, question: wire.Question) -> tuple[Snapshot, Caller]:
    """The product whose public key the body names. A server may send the secret key: in its place, beside it in the
    body, or as a Bearer."""
    snapshot = call.snapshots.by_project_key(question.token)
    if snapshot is None:
        snapshot = call.snapshots.by_secret_key(question.token)
        if snapshot is None:
            raise wire.unauthorized("The project key is not known here.")
        return snapshot, call.caller(has_secret=True)
    secret = question.secret or call.bearer()
    if not secret or secret == question.token:
        return snapshot, call.caller(has_secret=False)
    by_secret = call.snapshots.by_secret_key(secret)
    if by_secret is None or by_secret.key.product_id != snapshot.key.product_id:
        raise wire.unauthorized("The secret key is not this product's.")
    return snapshot, call.caller(has_secret=True)
