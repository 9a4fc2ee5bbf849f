"""What every REST endpoint shares: strict models, the list form, and handlers that return them."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import orjson
from flask import Response
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
)

from betaops.kernel import ids
from betaops.kernel.paging import Page

Item = TypeVar("Item")


Text = StrictStr
Int = StrictInt
Bool = StrictBool


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # the first hours of the year 1, the last of 9999
        raise ValueError("is no moment in UTC") from error


#: With its time zone.
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class _Described(BaseModel):
    """Names its schemas after its room: `State` of enrollment is not `State` of feedback.

    What checks a body is built when the first one comes: few processes are asked by every endpoint, a worker by none.
    """

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        schema = super().model_json_schema(*args, **options)
        room = cls.__module__.split(".")[1].capitalize()
        text = orjson.dumps(schema).decode()
        for name in schema.get("$defs", {}):
            text = text.replace(f'/{name}"', f'/{room}{name}"')
        named: dict[str, Any] = orjson.loads(text)
        named["title"] = room + cls.__name__
        if "$defs" in named:
            named["$defs"] = {
                room + name: {**each, "title": room + name} for name, each in named["$defs"].items()
            }
        return named


class Body(_Described):
    """Base of what callers send: unknown fields are refused, so a typo is never a silent no-op."""

    model_config = ConfigDict(extra="forbid")


class Shown(_Described):
    """Base of what callers get: a list of fields that they may see."""

    model_config = ConfigDict(from_attributes=True)


class Paging(Body):
    """Query of every list."""

    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


#: For `abp_responses` of every API blueprint.
PROBLEMS: Any = {
    code: {
        "description": description,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for code, description in (
        ("400", "Unreadable"), ("401", "No or unknown key"), ("403", "The key lacks the scope"), ("404", "Not found"),
        ("409", "Well formed, but refused by the rules"),
        ("413", "Too large"), ("415", "Not JSON"), ("422", "Not of the form described here"), ("429", "Too often"),
        ("503", "Away for the moment"),
    )
}  # fmt: skip


def listed(page: Page[Any], show: Any) -> dict[str, Any]:
    """`{"items": […], "next": cursor}`."""
    return {"items": [show(item) for item in page.items], "next": page.next}


def shown(model: BaseModel, status: int = 200) -> Response:
    """`model` as a JSON answer."""
    return Response(model.model_dump_json(), status, content_type="application/json")


def path_id(prefix: str) -> Any:
    """Type for ids in path models: `enr_…` outside. Unknown forms are a 404 like unknown ids."""
    return Annotated[
        str,
        Field(pattern=rf"^{prefix}_[0-9a-z]{{26}}$"),
        AfterValidator(lambda text: ids.decode(prefix, text)),
    ]


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with Z."""
    return value.isoformat().replace("+00:00", "Z") if value else None
