"""PostHog's words on the wire: what SDKs ask about flags, and how they want it answered. Pure.

Contract: PostHog's `/flags` (v1, v2, v4), `/decide` v3 and local evaluation, as its Python, Node and
browser SDKs of today and of the last years speak them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import orjson

from betaops.flags.conditions import NOTHING, Properties
from betaops.flags.evaluation import (
    DISABLED,
    ENROLLED,
    HELD_OUT,
    MATCH,
    MISSING_DEPENDENCY,
    NO_GROUP,
    NO_MATCH,
    OUT_OF_ROLLOUT,
    UNIDENTIFIED,
    Outcome,
)
from betaops.kernel import payloads

LARGEST_BODY = 1 << 18
LARGEST_UNPACKED = 1 << 20
LONGEST_DISTINCT_ID = 200
_DEEPEST = 24
_MOST_PROPERTIES = 1_000


class Refusal(Exception):
    """An answer that is an error, in the shape that the SDKs read."""

    def __init__(
        self, status: int, kind: str, code: str, detail: str, *, retry_seconds: float | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.retry_seconds = status, retry_seconds
        self.body = orjson.dumps({"type": kind, "code": code, "detail": detail, "attr": None})


def bad_request(detail: str) -> Refusal:
    return Refusal(400, "validation_error", "invalid_input", detail)


def unauthorized(detail: str) -> Refusal:
    return Refusal(401, "authentication_error", "authentication_failed", detail)


def too_large() -> Refusal:
    return Refusal(413, "validation_error", "payload_too_large", "The body is too large.")


def too_many(retry_seconds: float) -> Refusal:
    detail = "Too many requests. Try again in a moment."
    return Refusal(429, "throttled_error", "rate_limited", detail, retry_seconds=retry_seconds)


class Question(NamedTuple):
    """What an SDK asks: the flags of one person. Everything in it is a claim."""

    token: str
    distinct_id: str
    device_id: str = ""
    properties: Properties = NOTHING
    groups: Mapping[str, str] = NOTHING
    group_properties: Mapping[str, Properties] = NOTHING
    #: Only these flags; None for all.
    keys: tuple[str, ...] | None = None
    contexts: frozenset[str] = frozenset()
    #: "client", "server", or "" where the request does not say.
    runtime: str = ""
    #: What is to prove that the distinct id is the asking person's (`programs.identities`).
    identity_hash: str = ""
    #: The product's secret key, where the body carries it beside the public one.
    secret: str = ""


def read_question(raw: bytes, encoding: str = "") -> Question:
    """The question in a body of `/flags` or `/decide`. Raises `Refusal`."""
    try:
        body = payloads.parse(
            payloads.unwrapped(raw, limit=LARGEST_UNPACKED, encoding=encoding), deepest=_DEEPEST
        )
    except payloads.TooLarge as error:
        raise too_large() from error
    except payloads.Unreadable as error:
        raise bad_request(f"The body is not readable: {str(error)[:100]}") from error
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.")
    token = _text(body, "token", "api_key", "$token")
    if not token:
        raise unauthorized("The request names no project key.")
    distinct_id = _text(body, "distinct_id", "$distinct_id")[:LONGEST_DISTINCT_ID]
    if not distinct_id:
        raise bad_request("The request names no distinct_id.")
    properties = _object(body.get("person_properties"))
    # Taken out: a proof is no property of a person.
    identity_hash = properties.pop("$identity_hash", "")
    keys = body.get("flag_keys_to_evaluate", body.get("flag_keys"))
    return Question(
        token,
        distinct_id,
        _text(body, "device_id", "$device_id") or _text(properties, "$device_id"),
        properties,
        {
            name: str(key)
            for name, key in _object(body.get("groups")).items()
            if isinstance(key, str | int | float) and not isinstance(key, bool)
        },
        {name: _object(inner) for name, inner in _object(body.get("group_properties")).items()},
        () if body.get("disable_flags") is True else None if keys is None else tuple(_texts(keys)),
        frozenset(_texts(body.get("evaluation_contexts", body.get("evaluation_environments")))),
        _text(body, "evaluation_runtime"),
        _text(body, "$identity_hash", "identity_hash")
        or (identity_hash if isinstance(identity_hash, str) else ""),
        _text(body, "secret", "secret_key"),
    )


def _text(body: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds text or a number; ids may be either."""
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, str) and value:
            return value if value.isascii() and "\0" not in value else str(payloads.without_nul(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    if len(value) > _MOST_PROPERTIES:
        raise bad_request("Too many properties.")
    return value


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


class Facts(NamedTuple):
    """What an answer says about a flag beside its value."""

    number: int
    version: int
    description: str
    has_experiment: bool
    is_multivariate: bool = False


_DESCRIPTIONS = {
    ENROLLED: "Super condition value",
    HELD_OUT: "Holdout condition value",
    OUT_OF_ROLLOUT: "Out of rollout bound",
    NO_MATCH: "No matching condition set",
    NO_GROUP: "No group type",
    DISABLED: "Feature flag is disabled",
    MISSING_DEPENDENCY: "Flag cannot be evaluated due to missing dependency",
    UNIDENTIFIED: "The request does not prove who it is about",
}


def describe(outcome: Outcome) -> str:
    """PostHog's sentence for the reason of `outcome`."""
    if outcome.code == MATCH:
        return f"Matched condition set {(outcome.condition or 0) + 1}"
    return _DESCRIPTIONS[outcome.code]


def record(outcome: Outcome, facts: Facts, version: int) -> bytes:
    """`"key":{…}` for one flag: of version 2, or typed from version 3 on."""
    value = outcome.value
    body: dict[str, Any] = {"key": outcome.key}
    metadata: dict[str, Any] = {
        "id": facts.number,
        "version": facts.version,
        "description": facts.description or None,
        "payload": outcome.payload,
        "has_experiment": facts.has_experiment,
    }
    if version >= 3:
        body["value"] = value
        metadata["config_version"] = 1
        if isinstance(value, str):
            metadata["variant_key"] = value
    else:
        body["enabled"] = bool(value)
        body["variant"] = value if isinstance(value, str) else None
    body["reason"] = {
        "code": outcome.code,
        "condition_index": outcome.condition,
        "description": describe(outcome),
    }
    body["metadata"] = metadata
    return orjson.dumps(outcome.key) + b":" + orjson.dumps(body)


def answer(
    records: Iterable[bytes], request_id: str, at_ms: int, more: Mapping[str, Any] | None = None
) -> bytes:
    """The whole answer of versions 2 and up, from ready records; `more` (the remote config) merged at the top."""
    return (
        (b"{" if not more else orjson.dumps(more)[:-1] + b",")
        + b'"errorsWhileComputingFlags":false,"requestId":"%s","evaluatedAt":%d,"flags":{'
        % (request_id.encode(), at_ms)
        + b",".join(records)
        + b"}}"
    )


def legacy_answer(
    outcomes: Iterable[Outcome], request_id: str, more: Mapping[str, Any] | None = None
) -> bytes:
    """Version 1, and `/decide` version 3 with `more` (the remote config) merged at the top."""
    values, payload_texts = {}, {}
    for outcome in outcomes:
        values[outcome.key] = outcome.value
        if outcome.payload is not None:
            payload_texts[outcome.key] = outcome.payload
    return orjson.dumps(
        {
            **(more or {}),
            "featureFlags": values,
            "featureFlagPayloads": payload_texts,
            "errorsWhileComputingFlags": False,
            "requestId": request_id,
        }
    )


class Offered(Protocol):
    """An early-access feature."""

    name: Any
    description: Any
    stage: Any
    documentation_url: Any
    payload: Any


def early_access_feature(key: str, feature_id: str, feature: Offered) -> dict[str, Any]:
    """A feature of the flag `key` as the browser SDK lists it."""
    return {
        "id": feature_id,
        "name": feature.name,
        "description": feature.description,
        "stage": str(feature.stage),
        "documentationUrl": feature.documentation_url or None,
        "payload": feature.payload,
        "flagKey": key,
    }


def remote_config(*, has_flags: bool, has_surveys: bool = False) -> dict[str, Any]:
    """What the browser SDK asks before anything else: flags, surveys, events, and none of PostHog's other parts."""
    return {
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": has_flags,
        "surveys": has_surveys,
        "analytics": {"endpoint": "/i/v0/e/"},
        "sessionRecording": False,
        "heatmaps": False,
        "autocapture_opt_out": True,
        "capturePerformance": False,
        "errorTracking": {"autocaptureExceptions": False, "suppressionRules": []},
        "defaultIdentifiedOnly": True,
        "captureDeadClicks": False,
        "elementsChainAsString": True,
        "isAuthenticated": False,
        "productTours": False,
        "conversations": False,
        "toolbarParams": {},
        "siteApps": [],
        "config": {"enable_collect_everything": False},
    }


def remote_config_script(token: str, config: Mapping[str, Any]) -> bytes:
    """`/array/<key>/config.js`."""
    return (
        b"(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};window._POSTHOG_REMOTE_CONFIG["
        + orjson.dumps(token).replace(b"<", b"\\u003c")
        + b"]={config:"
        + orjson.dumps(config).replace(b"<", b"\\u003c")
        + b",siteApps:[]};})();"
    )
