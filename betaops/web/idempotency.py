"""`Idempotency-Key` on API writes: the answer is kept in the transaction of what it speaks of."""

import hashlib
from collections.abc import Callable

from flask import Response, request

from betaops.kernel import idempotency
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.vault import CannotOpen
from betaops.kernel.work import Work

LONGEST_KEY = 255


def once(work: Work, answer: Callable[[], Response]) -> Response:
    """`answer()`, or what an earlier request with the same key and content was told."""
    key = request.headers.get("Idempotency-Key")
    if not key or "workspace_id" not in work.session.info or work.session.info["workspace_id"] is None:
        return answer()
    if len(key) > LONGEST_KEY:
        raise Invalid(
            "bad_idempotency_key",
            _("An Idempotency-Key has at most %(longest)s letters.", longest=LONGEST_KEY),
        )
    fingerprint = hashlib.sha256(
        b"\0".join([request.method.encode(), request.full_path.encode(), request.get_data(cache=True)])
    ).digest()
    earlier = idempotency.given(work.session, key)
    if earlier is not None:
        if earlier.fingerprint != fingerprint:
            raise Invalid("idempotency_key_reused", _("This Idempotency-Key was used for another request."))
        return _again(work, earlier)
    response = answer()
    if response.status_code < 500:
        work.add(
            idempotency.GivenAnswer(
                key=key,
                fingerprint=fingerprint,
                status=response.status_code,
                content_type=response.content_type or "application/json",
                location=response.headers.get("Location"),
                # It may hold a secret that is shown once.
                body=work.vault.seal(response.get_data()).encode(),
                given_at=work.now,
            )
        )
    return response


def _again(work: Work, earlier: idempotency.GivenAnswer) -> Response:
    try:
        body = work.vault.open(earlier.body.decode())
    except CannotOpen as error:
        raise Refused(
            "idempotency_key_expired",
            _("This request was answered before; its answer cannot be read any more."),
        ) from error
    response = Response(body, earlier.status, content_type=earlier.content_type)
    if earlier.location:
        response.headers["Location"] = earlier.location
    response.headers["Idempotent-Replayed"] = "true"
    return response
