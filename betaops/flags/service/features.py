"""Offering early access to a flag, moving it from stage to stage, ending it."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from betaops.flags import promotion, queries, stages
from betaops.flags.events import FeatureEdited, FeatureOffered, FeatureRemoved, FeatureStageChanged
from betaops.flags.models import Change, Feature, Flag, FlagProposal, Stage
from betaops.flags.service import driving, revisions
from betaops.flags.service.choosing import forget_choices
from betaops.flags.service.fitting import check_fits
from betaops.flags.service.flags import put
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.payloads import is_storable, without_nul
from betaops.kernel.versions import edit
from betaops.kernel.work import Work
from betaops.programs import service as program_service

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 2_000
LONGEST_URL = 2_000
LARGEST_PAYLOAD = 20_000


@dataclass(frozen=True, kw_only=True)
class FeatureDraft:
    """What people read about a feature."""

    name: str
    description: str = ""
    documentation_url: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def offer(work: Work, flag_id: UUID, draft: FeatureDraft, *, stage: Stage = Stage.CONCEPT) -> Feature:
    """Make a feature of a flag. Which stage it may begin with is asked like a promotion.

    Where a second person has to agree to who gets it, it begins as a concept, which gives nobody anything.
    """
    flag = work.lock(Flag, flag_id)
    driving.refuse_archived(flag)
    if stage is not Stage.CONCEPT and revisions.needs_approval(work, flag.product_id):
        raise Invalid(
            "needs_approval",
            _(
                "Changes to this product's flags need a second person. Begin with a concept, then propose more."
            ),
            field="stage",
        )
    check_fits(flag.key, flag.filters)
    if queries.feature_of(work.session, flag.id) is not None:
        raise _offered_already()
    _admit(work, flag, stage)
    feature = Feature(
        flag_id=flag.id,
        **_cleaned(draft),
        stage=stage,
        created_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.name,
    )
    try:
        with work.session.begin_nested():
            work.add(feature)
    except IntegrityError as error:
        raise _offered_already() from error
    work.record(FeatureOffered(**_about(flag, feature), stage=stage.value))
    program_service.bump_revision(work, flag.product_id)
    return feature


def change_feature(work: Work, feature_id: UUID, draft: FeatureDraft, *, version: int | None) -> Feature:
    """`Stale` where somebody saved meanwhile."""
    flag, feature = _locked(work, feature_id)
    changed = edit(work, feature, version, **_cleaned(draft))
    if changed:
        work.record(FeatureEdited(**_about(flag, feature), changed=changed))
        program_service.bump_revision(work, flag.product_id)
    return feature


def promote(
    work: Work,
    feature_id: UUID,
    to_stage: Stage,
    *,
    for_everybody: bool = False,
    proposal: FlagProposal | None = None,
) -> Feature:
    """To a later stage, where nothing stands in the way (`promotion`). Said twice, it changes nothing.

    `for_everybody`, with general availability: the flag's conditions take everybody from now on.
    """
    flag, feature = _locked(work, feature_id)
    revisions.allow(work, flag.product_id, proposal)
    if stages.is_later(feature.stage, to_stage):
        raise Refused("not_later", _("It is further than that already."))
    if for_everybody and to_stage is not Stage.GENERAL_AVAILABILITY:
        raise Invalid(
            "not_released",
            _("Only general availability switches a feature on for everybody."),
            field="for_everybody",
        )
    if feature.stage is not to_stage:
        _admit(work, flag, to_stage)
        _move(work, flag, feature, to_stage, proposal)
    if for_everybody:
        put(
            work,
            flag,
            {"filters": queries.with_everybody(flag.filters)},
            change=Change.EDITED,
            note=_("“%(name)s” is released for everybody.", name=feature.name),
            proposal=proposal,
        )
    return feature


def demote(work: Work, feature_id: UUID, to_stage: Stage) -> Feature:
    """To an earlier stage; nothing blocks that, and nobody has to agree. Said twice, it changes nothing."""
    flag, feature = _locked(work, feature_id)
    if stages.is_later(to_stage, feature.stage):
        raise Refused("not_earlier", _("It is not that far yet."))
    _move(work, flag, feature, to_stage)
    return feature


def _move(
    work: Work, flag: Flag, feature: Feature, to_stage: Stage, proposal: FlagProposal | None = None
) -> None:
    former = feature.stage
    if edit(work, feature, None, stage=to_stage):
        proposed_by = proposal.proposed_by if proposal else ""
        work.record(
            FeatureStageChanged(
                **_about(flag, feature), former=former.value, stage=to_stage.value, proposed_by=proposed_by
            )
        )
        program_service.bump_revision(work, flag.product_id)


def withdraw_offer(work: Work, feature_id: UUID) -> None:
    """The flag is a plain flag again; what people chose goes with the feature."""
    flag, feature = _locked(work, feature_id)
    forget_choices(work, flag)
    work.record(FeatureRemoved(**_about(flag, feature)))
    work.delete(feature)
    program_service.bump_revision(work, flag.product_id)


def _locked(work: Work, feature_id: UUID) -> tuple[Flag, Feature]:
    """With its flag, that one first: whoever changes both does so in one order."""
    flag, _feature = queries.feature(work.session, feature_id)
    flag = work.lock(Flag, flag.id)
    return flag, work.lock(Feature, feature_id)


def _admit(work: Work, flag: Flag, stage: Stage) -> None:
    blocks = promotion.blocks(work.session, flag.product_id, flag, stage)
    if blocks:
        raise Refused("promotion_blocked", " ".join(blocks))


def _cleaned(draft: FeatureDraft) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": draft.name.replace("\0", "").strip(),
        "description": draft.description.replace("\0", "").strip(),
        "documentation_url": draft.documentation_url.replace("\0", "").strip(),
        "payload": without_nul(draft.payload),
    }
    if not values["name"]:
        raise Invalid("no_name", _("Give it a name that people understand."), field="name")
    for name, most in (
        ("name", LONGEST_NAME),
        ("description", LONGEST_DESCRIPTION),
        ("documentation_url", LONGEST_URL),
    ):
        if len(values[name]) > most:
            raise Invalid("too_long", _("Keep it under %(most)s characters.", most=most), field=name)
    if values["documentation_url"] and not _is_address(values["documentation_url"]):
        raise Invalid(
            "bad_address",
            _("Write a whole address, like https://example.com/help."),
            field="documentation_url",
        )
    if not is_storable(values["payload"], LARGEST_PAYLOAD):
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LARGEST_PAYLOAD), field="payload"
        )
    return values


def _is_address(text: str) -> bool:
    """It stands as a link on testers' pages: nothing but the web."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, text))
    except ValueError:
        return False


def _about(flag: Flag, feature: Feature) -> dict[str, Any]:
    return {
        "feature_id": feature.id,
        "flag_id": flag.id,
        "product_id": flag.product_id,
        "key": flag.key,
    }


def _offered_already() -> Refused:
    return Refused("offered_already", _("This flag has early access already."))
