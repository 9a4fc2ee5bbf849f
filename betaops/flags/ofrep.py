"""OpenFeature's Remote Evaluation Protocol 0.3: what providers ask about flags, and how they want it answered. Pure.

`targetingKey` is the distinct id, `groups` and `groupProperties` are PostHog's, every other attribute is a
property of the person. The protocol does not say which type is wanted, so a flag has one: without
variants it is a boolean; with variants it is the variant's key, or its payload where it carries one, and
whoever gets no variant gets no value, which tells the provider to use the default in the code.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from betaops.flags.evaluation import (
    DISABLED,
    HELD_OUT,
    MISSING_DEPENDENCY,
    OUT_OF_ROLLOUT,
    UNIDENTIFIED,
    Outcome,
)
from betaops.flags.posthog_wire import (
    LARGEST_UNPACKED,
    LONGEST_DISTINCT_ID,
    Facts,
    Question,
    Refusal,
    describe,
)
from betaops.kernel import payloads

#: So long a page may lie hidden before its provider closes the stream.
INACTIVITY_SECONDS = 120
_DEEPEST = 24
_MOST_ATTRIBUTES = 1_000
_REASONS = {
    DISABLED: "DISABLED",
    MISSING_DEPENDENCY: "UNKNOWN",
    UNIDENTIFIED: "UNKNOWN",
    HELD_OUT: "SPLIT",
    OUT_OF_ROLLOUT: "SPLIT",
}
#: What the context says beside properties of the person.
_RESERVED = frozenset({"targetingKey", "groups", "groupProperties", "identityHash"})


class Refused(Refusal):
    """A refusal in OFREP's shape; `key` where one flag was asked for."""

    def __init__(self, status: int, code: str, details: str, key: str = "") -> None:
        super().__init__(status, "", code, details)
        named = {"key": key} if key else {}
        self.body = orjson.dumps({**named, "errorCode": code, "errorDetails": details})


def not_found(key: str) -> Refused:
    return Refused(404, "FLAG_NOT_FOUND", "This product has no such flag that you may see.", key)


def read_question(raw: bytes, *, key: str = "", encoding: str = "") -> Question:
    """The question in a body. Raises `Refused`."""
    try:
        body = payloads.parse(
            payloads.unwrapped(raw, limit=LARGEST_UNPACKED, encoding=encoding), deepest=_DEEPEST
        )
    except payloads.TooLarge as error:
        raise Refused(413, "GENERAL", "The body is too large.", key) from error
    except payloads.Unreadable as error:
        raise Refused(400, "PARSE_ERROR", "The body is not readable JSON.", key) from error
    context = payloads.without_nul(body).get("context") if isinstance(body, dict) else None
    if not isinstance(context, dict) or len(context) > _MOST_ATTRIBUTES:
        raise Refused(400, "INVALID_CONTEXT", "The body needs an object named context.", key)
    target = context.get("targetingKey")
    if not isinstance(target, str) or not target:
        raise Refused(400, "TARGETING_KEY_MISSING", "The context names no targetingKey.", key)
    identity_hash = context.get("identityHash")
    groups, group_properties = _object(context.get("groups")), _object(context.get("groupProperties"))
    return Question(
        "",  # the key stands in a header
        target[:LONGEST_DISTINCT_ID],
        properties={name: value for name, value in context.items() if name not in _RESERVED},
        groups={
            name: str(value)
            for name, value in groups.items()
            if isinstance(value, str | int | float) and not isinstance(value, bool)
        },
        group_properties={name: _object(value) for name, value in group_properties.items()},
        keys=(key,) if key else None,
        identity_hash=identity_hash if isinstance(identity_hash, str) else "",
    )


def evaluation(outcome: Outcome, facts: Facts) -> bytes:
    """One flag as the JSON text of OFREP. Without `value`, the code's own default holds."""
    answer: dict[str, Any] = {"key": outcome.key, "reason": _reason(outcome), "variant": "off"}
    if isinstance(outcome.value, str):
        answer["variant"] = outcome.value
        answer["value"] = outcome.value if outcome.payload is None else _payload(outcome.payload)
    elif outcome.value or not facts.is_multivariate:
        answer["variant"] = "on" if outcome.value else "off"
        answer["value"] = outcome.value
    answer["metadata"] = {"version": facts.version, "description": describe(outcome)}
    return orjson.dumps(answer)


def bulk(evaluations: Iterable[bytes]) -> bytes:
    """All flags of one answer, without the brace that closes it (`with_streams`)."""
    return b'{"flags":[' + b",".join(evaluations) + b"]"


def with_streams(flags: bytes, url: str) -> bytes:
    """The whole bulk answer: `flags`, and where to hear that they may have changed."""
    stream = {"type": "sse", "url": url, "inactivityDelaySec": INACTIVITY_SECONDS}
    return flags + b',"eventStreams":[' + orjson.dumps(stream) + b"]}"


def stream(state: int, since: int | None, retry_ms: int) -> bytes:
    """All that there is to say to somebody who has heard of `since`: server-sent events, and the end.

    The client comes again by itself after `retry_ms`, saying `state` as its Last-Event-ID.
    """
    head = b"retry: %d\nid: %d\n" % (retry_ms, state)
    if since is None or since >= state:
        return head + b"\n"
    said = orjson.dumps({"type": "refetchEvaluation", "etag": etag(state)})
    return head + b"data: " + said + b"\n\n"


def etag(state: int) -> str:
    """What a stream calls the state of a product's flags; it comes back as `flagConfigEtag`."""
    return f'"{state}"'


def state_in(text: str) -> int | None:
    """The state in an `etag`, a Last-Event-ID or the address of a stream; None for anything else."""
    digits = text.removeprefix("W/").strip('" ')
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None


def reshaped(refusal: Refusal, key: str) -> Refused:
    """A refusal that was made for PostHog's SDKs, as OpenFeature's providers read it."""
    if isinstance(refusal, Refused):
        return refusal
    refused = Refused(refusal.status, "GENERAL", str(refusal), key)
    refused.retry_seconds = refusal.retry_seconds
    return refused


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome.value, str) and outcome.code not in _REASONS:
        return "SPLIT"
    return _REASONS.get(outcome.code, "TARGETING_MATCH")


def _payload(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
