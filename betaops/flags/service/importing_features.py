"""Taking over early-access features with the flags of a file. PostHog's own files have none and leave ours alone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from betaops.flags import queries
from betaops.flags.models import Flag, Stage
from betaops.flags.service.features import (
    FeatureDraft,
    change_feature,
    demote,
    offer,
    promote,
    withdraw_offer,
)
from betaops.flags.service.fitting import check_fits
from betaops.flags.stages import is_later
from betaops.kernel.errors import DomainError, Invalid
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work


def take_features(work: Work, product_id: UUID, document: Mapping[str, Any], *, replace: bool) -> int:
    """Those under `early_access_features`, found again by their flag; how many there are.

    `replace` ends those that the list does not have. A file without the list changes no feature. Raises `Invalid`.
    """
    work.session.flush()
    loaded = queries.load(work.session, product_id)
    flags = {flag.key: flag for flag in loaded.flags}
    listed = document.get("early_access_features")
    wanted = {} if listed is None else _wanted(listed, flags)
    for key, (draft, stage) in wanted.items():
        present = loaded.features.get(flags[key].id)
        try:
            if present is None:
                offer(work, flags[key].id, draft, stage=stage)
            else:
                change_feature(work, present.id, draft, version=None)
                (promote if is_later(stage, present.stage) else demote)(work, present.id, stage)
        except DomainError as error:
            raise _invalid(key, str(error.message)) from error
    for flag in loaded.flags:
        feature = loaded.features.get(flag.id)
        if feature is None or flag.key in wanted:
            continue
        if replace and listed is not None:
            withdraw_offer(work, feature.id)
            continue
        try:
            check_fits(flag.key, flag.filters)
        except DomainError as error:
            raise _invalid(flag.key, str(error.message)) from error
    return len(wanted)


def _wanted(listed: Any, flags: Mapping[str, Flag]) -> dict[str, tuple[FeatureDraft, Stage]]:
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise Invalid("bad_definitions", _("“%(name)s” must be a list.", name="early_access_features"))
    found: dict[str, tuple[FeatureDraft, Stage]] = {}
    for each in listed:
        key = each.get("flag_key")
        if not isinstance(key, str) or key not in flags:
            raise _invalid(str(key)[:60], _("There is no such flag."))
        if each.get("stage") not in list(Stage):
            raise _invalid(key, _("Its stage is none that we know."))
        texts = [each.get(name) or "" for name in ("name", "description", "documentation_url")]
        payload = each.get("payload") or {}
        if not all(isinstance(text, str) for text in texts) or not isinstance(payload, dict):
            raise _invalid(key, _("A part of it is of the wrong type."))
        draft = FeatureDraft(
            name=texts[0] or key, description=texts[1], documentation_url=texts[2], payload=payload
        )
        found[key] = (draft, Stage(each["stage"]))
    return found


def _invalid(key: str, problem: str) -> Invalid:
    return Invalid(
        "bad_definitions", _("The early access to “%(key)s”: %(problem)s", key=key, problem=problem)
    )
