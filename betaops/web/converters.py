"""`<id(enr):enrollment_id>`: ids in URLs, as UUIDs in views."""

import uuid
from typing import Any

from werkzeug.routing import BaseConverter, Map, ValidationError

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
