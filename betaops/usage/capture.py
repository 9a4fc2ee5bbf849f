"""Events as PostHog's SDKs send them, read into one form. Pure.

The Python and Node SDKs send `{api_key, batch, sent_at}`, the browser SDK that or a bare event or a list
of them, gzipped without saying so or as a form with base64. The newer form has key and time of sending in
headers and wants an answer for each event. Unknown fields are kept as properties or
passed over; one event that makes no sense costs no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from betaops.kernel import payloads
from betaops.kernel.ids import new_id

LARGEST_BODY = 2 << 20
LARGEST_UNPACKED = 10 << 20
MOST_EVENTS = 1_000
LONGEST_NAME = 200
LONGEST_DISTINCT_ID = 200
LARGEST_PROPERTIES = 64 << 10
_DEEPEST = 32
#: Clocks of phones are off; an event from further in the future than this happened when it arrived.
_FUTURE = timedelta(minutes=5)
#: What is left of properties that nobody can keep.
_TOO_LARGE = {"$too_large": True}
_OLDEST = datetime(2010, 1, 1, tzinfo=UTC)


class Refusal(Exception):
    """An answer that is an error, in the shape that the SDKs read."""

    def __init__(self, status: int, code: str, detail: str, *, retry_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.status, self.retry_seconds = status, retry_seconds
        kind = "authentication_error" if status == 401 else "validation_error"
        self.body = orjson.dumps({"type": kind, "code": code, "detail": detail, "attr": None})


@dataclass(frozen=True, slots=True)
class Captured:
    """One event. `uuid` is the SDK's, or a new one where it sent none."""

    uuid: UUID
    distinct_id: str
    name: str
    at: datetime
    properties: dict[str, Any]
    #: What is to prove that it is about whom it says; never kept: who reads it could say it again.
    identity_hash: str = ""

    def set_properties(self) -> dict[str, Any]:
        """What the event says about the person (`$set`, `$set_once`)."""
        once, always = self.properties.get("$set_once"), self.properties.get("$set")
        return {**(once if isinstance(once, dict) else {}), **(always if isinstance(always, dict) else {})}


#: What the newer form is told of each event: that it was kept, kept without what was too much, or passed over.
OK, WARNING, DROP = "ok", "warning", "drop"


@dataclass(frozen=True, slots=True)
class Batch:
    """`results` say what became of each event that came with a uuid, by that uuid as it was sent."""

    token: str
    events: list[Captured]
    results: dict[str, str] = field(default_factory=dict)


def read(
    raw: bytes, received_at: datetime, *, encoding: str = "", token: str = "", sent_at: str = ""
) -> Batch:
    """The events in a body; `token` and `sent_at` where headers say them instead. Raises `Refusal`."""
    try:
        body = payloads.parse(
            payloads.unwrapped(raw, limit=LARGEST_UNPACKED, encoding=encoding), deepest=_DEEPEST
        )
    except payloads.TooLarge as error:
        raise Refusal(413, "payload_too_large", "The body is too large.") from error
    except payloads.Unreadable as error:
        raise Refusal(400, "invalid_input", f"The body is not readable: {str(error)[:100]}") from error
    body = payloads.without_nul(body)
    raw_events = _events(body)
    if len(raw_events) > MOST_EVENTS:
        raise Refusal(413, "payload_too_large", f"A body holds at most {MOST_EVENTS} events.")
    head: Mapping[str, Any] = body if isinstance(body, dict) else {}
    token = token or _token(head, raw_events)
    if not token:
        raise Refusal(401, "not_authenticated", "The request names no project key.")
    skew = _skew(sent_at or head.get("sent_at"), received_at)
    read_events = [(each, _event(each, received_at, skew)) for each in raw_events]
    return Batch(
        token,
        [event for _raw, event in read_events if event],
        {each["uuid"]: _result(event) for each, event in read_events if _names_uuid(each)},
    )


def _names_uuid(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("uuid"), str)


def _result(event: Captured | None) -> str:
    if event is None:
        return DROP
    return WARNING if event.properties == _TOO_LARGE else OK


def _events(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        for name in ("batch", "data"):
            if isinstance(body.get(name), list):
                return list(body[name])
        if "event" in body:
            return [body]
    raise Refusal(400, "invalid_input", "The body holds no events.")


def _token(head: Mapping[str, Any], events: list[Any]) -> str:
    for found in _tokens(head, events):
        if isinstance(found, str) and found:
            return found
    return ""


def _tokens(head: Mapping[str, Any], events: list[Any]) -> Iterator[Any]:
    yield from (head.get("api_key"), head.get("token"))
    for event in events[:1]:
        if isinstance(event, dict):
            yield from (event.get("api_key"), event.get("token"), event.get("$token"))
            yield _object(event.get("properties")).get("token")


def _event(raw: Any, received_at: datetime, skew: timedelta) -> Captured | None:
    """None for what is no event: without a name or a person nobody can use it."""
    if not isinstance(raw, dict):
        return None
    properties = dict(_object(raw.get("properties")))
    name = raw.get("event")
    distinct_id = _distinct_id(raw, properties)
    if not isinstance(name, str) or not name or not distinct_id:
        return None
    for name_of_set in ("$set", "$set_once"):
        if isinstance(raw.get(name_of_set), dict):
            properties.setdefault(name_of_set, raw[name_of_set])
    for place in ("session_id", "window_id"):
        if isinstance(raw.get(place), str):
            properties.setdefault(f"${place}", raw[place])
    properties.pop("token", None)
    identity_hash = properties.pop("$identity_hash", None)
    if not payloads.is_storable(properties, LARGEST_PROPERTIES):
        properties = dict(_TOO_LARGE)
    return Captured(
        _uuid(raw.get("uuid") or properties.get("$insert_id")),
        distinct_id[:LONGEST_DISTINCT_ID],
        name[:LONGEST_NAME],
        _at(raw, received_at, skew),
        properties,
        identity_hash if isinstance(identity_hash, str) else "",
    )


def _distinct_id(raw: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    for value in (raw.get("distinct_id"), raw.get("$distinct_id"), properties.get("distinct_id")):
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value) if isinstance(value, str) else new_id()
    except ValueError:
        return new_id()


def _at(raw: Mapping[str, Any], received_at: datetime, skew: timedelta) -> datetime:
    """When it happened by our clock: what the device says, less what its clock is off by."""
    offset = raw.get("offset")
    told = _moment(raw.get("timestamp"))
    try:
        if told is not None:
            at = told + skew
        elif isinstance(offset, int | float) and not isinstance(offset, bool):
            at = received_at - timedelta(milliseconds=offset)
        else:
            at = received_at
    except OverflowError:
        at = received_at
    return at if _OLDEST <= at <= received_at + _FUTURE else received_at


def _skew(sent_at: Any, received_at: datetime) -> timedelta:
    sent = _moment(sent_at)
    return timedelta() if sent is None else received_at - sent


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
