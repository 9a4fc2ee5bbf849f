"""What a page sent, taken in: runs where small writes are committed together, so it knows no request."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from betaops.kernel import i18n, tokens
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Actor, Work
from betaops.surveys import queries, respond
from betaops.surveys.analysis.quality import Doubt
from betaops.surveys.engine.quotas import early_ending
from betaops.surveys.engine.walking import Step, Walk
from betaops.surveys.models import Response
from betaops.surveys.portal.stopping import UNKNOWN, Stop, stop_at
from betaops.surveys.queries.doors import SHOWN, Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import sent_values
from betaops.surveys.service import filing
from betaops.surveys.visiting import note_left


@dataclass(frozen=True)
class Sent:
    """One page as it came in. `reader` is the language that messages are in, `language` the survey's, if chosen."""

    token: str
    secret: str
    form: MultiDict[str, str]
    reader: str
    language: str
    #: The page stood in a frame on somebody's page.
    is_embedded: bool = False
    #: Files that came with it and lie in the store already; and what was wrong with others, by field.
    files: tuple[filing.Incoming, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> str:
        return self.form.get("__action", "")

    @property
    def uploads(self) -> dict[str, list[Any]]:
        """What came, by field, as answers have it; a refused one leaves its sentence there."""
        found: dict[str, list[Any]] = {name: [{"problem": why}] for name, why in self.refused.items()}
        for each in self.files:
            found[each.field] = [*found.get(each.field, []), each.item]
        return found

    @property
    def submission_key(self) -> str:
        """Made by the page that was shown; a caller without one gets a response of its own."""
        key = self.form.get("__submission", "")[: respond.LONGEST_KEY]
        return key if key.isalnum() and key.isascii() else secrets.token_hex(16)

    @cached_property
    def shown_at(self) -> float | None:
        """When the page was shown, in seconds since 1970, as it carried it, signed."""
        shown = tokens.read(self.secret, SHOWN, self.form.get("__shown", ""))
        return shown / 1000 if isinstance(shown, int) else None

    @property
    def is_going_back(self) -> bool:
        return self.form.get("__action") == "back"

    @property
    def is_completing(self) -> bool:
        """From the page on which everything is looked at once more."""
        return self.form.get("__action") == "complete"


@dataclass(frozen=True)
class Taken:
    """What became of it: the response as it stands now, and the page to show next (`step`)."""

    door: Door
    response: Response
    published: Published
    walk: Walk
    index: int
    step: Step
    #: Another page has problems, found when everything was judged at the end.
    is_faulty_elsewhere: bool = False
    #: Everything is right so far, and the author wants people to look at it before they send it.
    is_to_review: bool = False


@dataclass(frozen=True)
class Barred:
    """Nothing was taken in: why (`stop`), or None where all of it was answered before. `door` is None for no address of ours."""

    door: Door | None
    stop: Stop | None


def met_at(session: Session, sent: Sent, now: datetime) -> Door | Barred:
    """The door at which something may be sent in. No error says why not: it would undo what is written together with it."""
    try:
        door = queries.door(session, sent.token, sent.secret)
    except NotFound:
        return Barred(None, UNKNOWN)
    if door.response is not None and door.response.is_finished:
        return Barred(door, None)
    stop = stop_at(door, now)
    return door if stop is None else Barred(door, stop)


def take_page(work: Work, sent: Sent) -> Taken | Barred:
    """On to the next page, back to the one before, or finished."""
    door = met_at(work.session, sent, work.now)
    if isinstance(door, Barred):
        return door
    with i18n.speaking(sent.reader):
        taken, asked = _filled_in(work, door, sent)
        if taken.response.is_finished:
            return taken
        _note_care(taken.response, sent)
        if sent.is_completing and taken.walk.definition.wants_review:
            return _finished(work, _kept(work, taken, taken.step, page=None))
        if sent.is_going_back:
            _spend(work, taken.response, sent)
            back = taken.walk.back(taken.step.answers, taken.index)
            return _left(work, sent, _kept(work, taken, back, page=None))
        changed = taken.walk.arranged(taken.step.answers, sent.action)
        if changed is not None:
            return _kept(work, taken, Step(changed, taken.index), page=None)
        step = _shown_first(_forward(taken, asked), sent)
        if step.problems:
            return _kept(work, taken, step, page=None)
        _spend(work, taken.response, sent)
        if step.page is not None:
            kept = _left(work, sent, _kept(work, taken, step, page=max(taken.response.page, step.page)))
            return _ended(work, kept)
        kept = _kept(work, taken, step, page=taken.index)
        if taken.walk.definition.wants_review:
            return _left(work, sent, replace(kept, is_to_review=True))
        return _left(work, sent, _finished(work, kept))


def _forward(taken: Taken, asked: frozenset[str]) -> Step:
    """What was on the page is judged, by what was right before where nothing in the survey hangs on anything else."""
    pages, plain = taken.published.definition.pages, taken.published.plain
    is_whole = all(each.name in asked for each in pages[taken.index].questions if each.is_asked)
    if plain is not None and is_whole:
        answers = plain.judge_page(taken.step.answers, asked, now=taken.walk.now)
        if answers is not None:
            return Step(answers, taken.index + 1 if taken.index + 1 < len(pages) else None)
    return taken.walk.forward(taken.step.answers, taken.index, asked)


def _spend(work: Work, response: Response, sent: Sent) -> None:
    """How long the page took, from when it was first shown: one with mistakes is shown again as it was."""
    if sent.shown_at is not None:
        respond.spend(response, work.now.timestamp() - sent.shown_at)


def _note_care(response: Response, sent: Sent) -> None:
    """Signs that nobody read the page."""
    if sent.form.get("__website"):
        response.doubt(Doubt.HONEYPOT)
    if sent.form.get("__pasted"):
        response.doubt(Doubt.PASTED)


def _shown_first(step: Step, sent: Sent) -> Step:
    """What an answer inside a panel brought up there is shown before it is asked for."""
    there = set(sent.form.getlist("__on"))
    names = {problem.name.removesuffix("-Comment") for problem in step.problems}
    is_inside = all("[" in name and name not in there for name in names)
    return Step(step.answers, step.page, is_revealing=True) if names and is_inside else step


def take_draft(work: Work, sent: Sent) -> Taken | Barred:
    """Only keep it."""
    door = met_at(work.session, sent, work.now)
    if isinstance(door, Barred):
        return door
    with i18n.speaking(sent.reader):
        taken, _asked = _filled_in(work, door, sent)
        return _kept(work, taken, taken.step, page=None)


def _filled_in(work: Work, door: Door, sent: Sent) -> tuple[Taken, frozenset[str]]:
    """The response with what this page sent written over it, and which questions were there to be answered."""
    if door.enrollment is not None and not door.survey.is_anonymous:
        work.actor = Actor("tester", door.enrollment.tester_id, door.enrollment.tester.name)
    language = sent.language or sent.reader
    begun = _begun(work, door, sent, language)
    response = begun.response
    published = queries.published(work.session, response.version_id, response.arm)
    walk = Walk(
        published.definition,
        work.now,
        sent.language or response.language,
        response.submission_key,
        _files(work, response, published, sent),
    )
    index = _index(published, sent.form.get("__page", "0"))
    page, scene, there = (
        published.definition.pages[index],
        walk.scene(response.answers),
        set(sent.form.getlist("__on")),
    )
    asked = [
        each for each in page.questions if each.is_asked and each.name in there and scene.is_enabled(each)
    ]
    values = sent_values(scene, asked, sent.form, sent.uploads, published.read_by)
    answers = walk.answered(response.answers, values)
    taken = Taken(door, response, published, walk, index, Step(answers, index))
    return taken, frozenset(each.name for each in asked)


def take_opening(work: Work, sent: Sent) -> tuple[Door, Response] | Barred:
    """Somebody begins a survey with arms: they are put into one, and everything they see is of it."""
    door = met_at(work.session, sent, work.now)
    if isinstance(door, Barred):
        return door
    return door, _begun(work, door, sent, sent.language or sent.reader).response


def _begun(work: Work, door: Door, sent: Sent, language: str) -> respond.Begun:
    arm = sent.form.get("__arm", "")
    begun = respond.begin(work, door, submission_key=sent.submission_key, language=language, arm=arm)
    if begun.is_new and sent.is_embedded:
        begun.response.is_embedded = True
    return begun


def _files(work: Work, response: Response, published: Published, sent: Sent) -> frozenset[str]:
    """Addresses of the files that are this response's: those that came just now as well."""
    if not published.definition.has_files:
        return frozenset()
    if not response.is_finished:
        filing.note(work, response, sent.files)
    return filing.addresses(work, response)


def _kept(work: Work, taken: Taken, step: Step, *, page: int | None) -> Taken:
    respond.save(work, taken.response, step.answers, page=page)
    if taken.published.definition.has_files:
        # However often a page is sent, no more lies in the store than the answers speak of.
        filing.tidy(work, taken.response)
    return replace(taken, step=step)


def _ended(work: Work, taken: Taken) -> Taken:
    """Done, where what is known by now ends the survey before its last page."""
    quotas = queries.quotas(work.session, taken.response.survey_id)
    ending = early_ending(taken.walk.scene(taken.step.answers), quotas)
    if ending is not None:
        respond.end_early(work, taken.response, ending, enrollment=taken.door.enrollment)
    return taken


def _left(work: Work, sent: Sent, taken: Taken) -> Taken:
    """Note that the page was left, where it was."""
    pages = taken.published.definition.pages
    following = None if taken.response.is_finished else taken.step.page
    if following != taken.index and pages:
        shown = pages[following].name if following is not None else None
        note_left(work, taken.response, pages[taken.index].name, shown, shown_at=sent.shown_at)
    return taken


def _finished(work: Work, taken: Taken) -> Taken:
    judged = respond.finish(work, taken.response, taken.published, door=taken.door)
    if not judged.problems:
        return taken
    faulty = taken.walk.faulty(taken.response.answers, judged.problems)
    return replace(taken, step=Step(dict(taken.response.answers), faulty), is_faulty_elsewhere=True)


def _index(published: Published, sent: str) -> int:
    index = int(sent) if sent.isdecimal() and len(sent) < 6 else 0
    return min(index, max(0, len(published.definition.pages) - 1))
