"""What a page sent, taken in: runs where small writes are committed together, so it knows no request."""

from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from betaops.kernel import i18n
from betaops.kernel.ids import new_id
from betaops.kernel.work import Actor, Work
from betaops.surveys import queries, respond
from betaops.surveys.models import Response
from betaops.surveys.queries.doors import Door
from betaops.surveys.queries.surveys import Published
from betaops.surveys.rendering import form_for, values_from
from betaops.surveys.visiting import note_left
from betaops.surveys.walking import Step, Walk, merged


@dataclass(frozen=True)
class Sent:
    """One page as it came in. `reader` is the language that messages are in, `language` the survey's, if chosen."""

    token: str
    secret: str
    form: MultiDict[str, str]
    reader: str
    language: str

    @property
    def submission_key(self) -> str:
        """Made by the page that was shown; a caller without one gets a response of its own."""
        key = self.form.get("__submission", "")[: respond.LONGEST_KEY]
        return key if key.isalnum() and key.isascii() else new_id().hex

    @property
    def seen(self) -> str:
        """When the page was shown, as it carried it."""
        return self.form.get("__seen", "")

    @property
    def is_going_back(self) -> bool:
        return self.form.get("__action") == "back"


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


def take_page(work: Work, sent: Sent) -> Taken:
    """On to the next page, back to the one before, or finished."""
    with i18n.speaking(sent.reader):
        taken, asked = _filled_in(work, sent)
        if taken.response.is_finished:
            return taken
        if sent.is_going_back:
            back = taken.walk.back(taken.step.answers, taken.index)
            return _left(work, sent, _kept(work, taken, back, page=None))
        step = taken.walk.forward(taken.step.answers, taken.index, asked)
        if step.problems:
            return _kept(work, taken, step, page=None)
        if step.page is not None:
            return _left(work, sent, _kept(work, taken, step, page=max(taken.response.page, step.page)))
        return _left(work, sent, _finished(work, _kept(work, taken, step, page=taken.index)))


def take_draft(work: Work, sent: Sent) -> Taken:
    """Only keep it."""
    with i18n.speaking(sent.reader):
        taken, _asked = _filled_in(work, sent)
        return _kept(work, taken, taken.step, page=None)


def _filled_in(work: Work, sent: Sent) -> tuple[Taken, frozenset[str]]:
    """The response with what this page sent written over it, and which questions were there to be answered."""
    door = queries.door(work.session, sent.token, sent.secret)
    if door.enrollment is not None:
        work.actor = Actor("tester", door.enrollment.tester_id, door.enrollment.tester.name)
    language = sent.language or sent.reader
    begun = respond.begin(work, door, submission_key=sent.submission_key, language=language)
    response = begun.response
    published = queries.published(work.session, response.version_id)
    walk = Walk(published.definition, work.now, sent.language or response.language, response.submission_key)
    index = _index(published, sent.form.get("__page", "0"))
    page, scene, there = (
        published.definition.pages[index],
        walk.scene(response.answers),
        set(sent.form.getlist("__on")),
    )
    asked = [
        each for each in page.questions if each.is_asked and each.name in there and scene.is_enabled(each)
    ]
    answers = merged(response.answers, values_from(form_for(scene, asked, sent.form), asked))
    taken = Taken(door, response, published, walk, index, Step(answers, index))
    return taken, frozenset(each.name for each in asked)


def _kept(work: Work, taken: Taken, step: Step, *, page: int | None) -> Taken:
    respond.save(work, taken.response, step.answers, page=page)
    return replace(taken, step=step)


def _left(work: Work, sent: Sent, taken: Taken) -> Taken:
    """Note that the page was left, where it was."""
    pages = taken.published.definition.pages
    following = None if taken.response.is_finished else taken.step.page
    if following != taken.index and pages:
        shown = pages[following].name if following is not None else None
        note_left(work, taken.response, pages[taken.index].name, shown, seen=sent.seen)
    return taken


def _finished(work: Work, taken: Taken) -> Taken:
    judged = respond.finish(work, taken.response, taken.published)
    if not judged.problems:
        return taken
    faulty = taken.walk.faulty(taken.response.answers, judged.problems)
    return replace(taken, step=Step(dict(taken.response.answers), faulty), is_faulty_elsewhere=True)


def _index(published: Published, sent: str) -> int:
    index = int(sent) if sent.isdecimal() and len(sent) < 6 else 0
    return min(index, max(0, len(published.definition.pages) - 1))
