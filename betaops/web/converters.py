"""Addresses: `<id(enr):enrollment_id>` is an id in a URL and a UUID in a view; what builds one is made when needed."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from werkzeug.routing import BaseConverter, Map, ValidationError
from werkzeug.routing import Rule as _Rule

from betaops.kernel import ids
from betaops.kernel.errors import NotFound


class IdConverter(BaseConverter):
    """Text like `enr_01j…` outside, a UUID inside; anything else is a 404."""

    regex = r"[a-z]{3}_[0-9A-Za-z]{26}"
    part_isolating = True

    def __init__(self, url_map: Map, prefix: str) -> None:
        super().__init__(url_map)
        self.prefix = prefix

    def to_python(self, value: str) -> uuid.UUID:
        try:
            return ids.decode(self.prefix, value)
        except NotFound as error:
            raise ValidationError from error

    def to_url(self, value: Any) -> str:
        return value if isinstance(value, str) else ids.encode(self.prefix, value)


class Rule(_Rule):
    """A rule whose code to build its address is compiled when the address is first built: most never are."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder

        def build(rule: "Rule", /, **values: Any) -> tuple[str, str]:
            builder = compiled(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", builder)
            return cast(tuple[str, str], builder(**values))

        return build
