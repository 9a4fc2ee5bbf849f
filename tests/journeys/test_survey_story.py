"""A survey from its first question to a file for SPSS: built, framed, mailed, answered, read, changed while it is live."""

import email
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from pathlib import Path

import pyotp
import pyreadstat
import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

import config
from bench.spine.server import Installation, installation
from betaops import wiring
from betaops.accounts.models import Workspace
from betaops.kernel import clock
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs.models import Phase
from tests.factories.accounts import PASSWORD, SECRET, a_user
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support import processes
from tests.support.databases import Source
from tests.support.mail_server import MailServer, mail_server
from tests.support.strangers import strange_site

OFTEN, WHY, WHERE, NOTES = (
    "How often do you open the editor?",
    "What keeps you from it?",
    "Where do you write?",
    "How many notes did you write this week?",
)
RECOMMEND = "How likely is it that you would recommend Aurora Notes to somebody you know?"
SEARCH = "What did you search for last?"


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def served(
    chromium: str, sqlite: Source, post: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One of its own, empty, whose mails go out."""
    database = sqlite.lend()
    database.close()
    own = {"DATABASE_URL": database.url, "SMTP_URL": post.url}
    with installation(tmp_path_factory.mktemp("story") / "instance", with_sample=False, more=own) as found:
        yield found
    sqlite.drop_for_good(database.url)


@pytest.fixture(scope="module")
def beta(served: Installation) -> str:
    """A program that is under way: its owner, three testers, two of them in a cohort. Gives its address in the console."""
    wiring.load_models()
    platform = Platform.open(config.load(served.environ))
    try:
        with platform.database.writing() as session:
            work = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
            workspace = Workspace(name="Acme", slug="acme", created_at=work.now)
            work.add(workspace)
            work.enter(workspace.id)
            a_user(work)
            program = a_program(work, phase=Phase.RUNNING)
            seats = [
                an_enrollment(work, program=program, name=name) for name in ("Bo Berg", "Cy Cruz", "Di Day")
            ]
            a_cohort(work, program=program, name="First wave", members=seats[:2])
            return f"/console/programs/{program.slug}"
    finally:
        platform.database.close()


@dataclass
class Site:
    """Somebody else's: where it is, and what its one page has pasted in."""

    origin: str = ""
    pasted: str = ""


@pytest.fixture
def site(served: Installation) -> Iterator[Site]:
    """It allows the installation's scripts and frames, and nothing else."""
    rule = f"default-src 'none'; script-src {served.url}; frame-src {served.url}"
    head = '<!doctype html><html lang="en"><title>A page</title><h1>Our app</h1>'
    found = Site()
    with strange_site(lambda _path: head + found.pasted, {"Content-Security-Policy": rule}) as found.origin:
        yield found


def test_a_survey_is_built_framed_mailed_answered_changed_and_exported(
    site: Site,
    post: MailServer,
    beta: str,
    visit: Callable[..., Page],
    pm: Page,
    tmp_path: Path,
) -> None:
    _build(pm, beta)
    survey = pm.url.partition("/build")[0]
    _publish(pm)
    site.pasted = _frame_on(pm, survey, site.origin)
    _answer_in_the_frame(visit(height=480), site.origin)
    results = visit(state=pm.context.storage_state())
    results.goto(f"{survey}/results")
    expect(results.locator("#answers")).to_contain_text("Too many clicks")
    _mail(pm, survey)
    _answer_on_a_phone(visit(width=360, height=740, scripts=False), _mailed_link(post))
    expect(results.locator(".card", has_text=OFTEN).first).to_contain_text("2 answers")
    assert not any("Di Day" in each for each in post.messages), "she is not in the cohort"
    _change_while_live(pm, survey)
    _answer_the_new_one(visit(), site.origin)
    results.goto(f"{survey}/results")
    for words in ("Too many clicks", SEARCH, "Where do you write your notes?"):
        expect(results.locator("#answers")).to_contain_text(words)
    _read_file(_exported(pm, survey, tmp_path))


@pytest.fixture
def pm(visit: Callable[..., Page], beta: str) -> Page:
    page = visit()
    page.goto("/sign-in")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill(pyotp.TOTP(SECRET).now())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console**")
    return page


def _build(pm: Page, program: str) -> None:
    """By the builder alone."""
    pm.goto(f"{program}/surveys/new")
    pm.get_by_label("Name").fill("Editor week")
    pm.get_by_role("button", name="Make the survey").click()
    _add(pm, "One of several answers", OFTEN)
    _save(pm, {"Answers": "Every day\nEvery week\nNever"}, must_be_answered=True)
    _add(pm, "Long text", WHY)
    _properties(pm).get_by_label("Depends on").select_option(label=OFTEN)
    assert pm.locator("#condition-answers option").evaluate_all("(all) => all.map((each) => each.value)") == [
        "Every day", "Every week", "Never",
    ]  # fmt: skip
    _save(pm, {"Answer": "Never"})
    expect(pm.locator(".maker-item", has_text=WHY)).to_contain_text(f"Shown if “{OFTEN}” is Never")
    pm.get_by_text("Add a measure").click()
    pm.get_by_role("button", name="Net Promoter Score").click()
    _save(pm, {"Name of the product": "Aurora Notes"}, must_be_answered=True)
    expect(pm.locator(".maker-item").last).to_contain_text(RECOMMEND)
    _add(pm, "Several answers", WHERE)
    _save(pm, {"Answers": "On a phone\nAt a desk\nOn the train"})
    _add(pm, "Short text or number", NOTES)
    _properties(pm).get_by_label("What is typed").select_option(label="Number")
    _save(pm, {"At least": "0"})


def _add(pm: Page, kind: str, title: str) -> None:
    box = pm.locator(".maker-add")
    box.get_by_label("Type").select_option(label=kind)
    box.get_by_label("Question").fill(title)
    box.get_by_role("button", name="Add", exact=True).click()
    expect(pm.locator(".maker-item.chosen")).to_contain_text(title)


def _properties(pm: Page) -> Locator:
    return pm.locator(".maker-panel")


def _save(pm: Page, fields: dict[str, str], *, must_be_answered: bool = False) -> None:
    panel = _properties(pm)
    for label, words in fields.items():
        panel.get_by_label(label, exact=True).fill(words)
    if must_be_answered:
        panel.get_by_label("Must be answered").check()
    panel.get_by_role("button", name="Save").click()
    pm.wait_for_load_state()


def _publish(pm: Page) -> None:
    pm.get_by_role("link", name="Publish…").click()
    pm.get_by_role("button", name=re.compile("Publish version")).click()
    expect(pm.get_by_text("is live")).to_be_visible()


def _frame_on(pm: Page, survey: str, origin: str) -> str:
    """The line to paste into pages of `origin`."""
    pm.goto(f"{survey}/share")
    pm.get_by_role("button", name="Make a public link").click()
    pm.get_by_role("link", name="Name the sites and copy it").click()
    pm.get_by_label("Sites that may show it").fill(origin)
    pm.get_by_role("button", name="Save the sites").click()
    return pm.locator("pre code").inner_text()


def _answer_in_the_frame(page: Page, origin: str) -> None:
    page.goto(origin)
    frame = page.frame_locator("iframe")
    why = frame.get_by_label(WHY)
    expect(why).to_be_hidden()
    _choose(frame, "Never")
    why.fill("Too many clicks")
    _choose(frame, "6")
    _choose(frame, "At a desk")
    frame.get_by_label(NOTES).fill("0")
    _send(frame)


def _choose(page: Page | FrameLocator, words: str) -> None:
    page.get_by_label(words, exact=True).check()


def _send(page: Page | FrameLocator) -> None:
    page.locator('.survey-actions [value="next"]').click()
    thanks = page.get_by_role("heading", name="Thank you")
    expect(thanks).to_be_visible()
    expect(thanks).to_be_in_viewport()


def _mail(pm: Page, survey: str) -> None:
    """To one cohort."""
    pm.goto(f"{survey}/share")
    pm.get_by_label("To whom").select_option(label="First wave")
    pm.get_by_role("button", name="Mail it").click()
    expect(pm.get_by_text(re.compile("on (its|their) way"))).to_be_visible()


def _mailed_link(post: MailServer) -> str:
    """From the first mail that came: the personal link, without an answer chosen."""

    def arrived() -> list[str]:
        return [each for each in post.messages if "Editor week" in each]

    processes.wait_until(lambda: bool(arrived()), what="a mail with the survey")
    mail = email.message_from_string(arrived()[0], policy=policy.default)
    words = mail.get_body(("plain",))
    assert words is not None
    found = re.search(r"https?://\S+/s/[\w-]+(?=\s)", words.get_content())
    assert found is not None, words.get_content()
    return found[0]


def _answer_on_a_phone(page: Page, link: str) -> None:
    """With JavaScript switched off."""
    page.goto(link)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    _choose(page, "Every day")
    _choose(page, "10")
    _choose(page, "On a phone")
    _choose(page, "On the train")
    page.get_by_label(NOTES).fill("12")
    _send(page)


def _change_while_live(pm: Page, survey: str) -> None:
    """One question is worded anew, one comes besides; what that means is read before it is published."""
    pm.goto(f"{survey}/build")
    pm.locator(".maker-outline").get_by_role("link", name=WHERE).click()
    _save(pm, {"Question": "Where do you write your notes?"})
    _add(pm, "Long text", SEARCH)
    pm.get_by_role("link", name="Publish…").click()
    changes = pm.locator(".card", has_text="What differs from version 1")
    expect(changes.locator("li", has_text=WHERE)).to_contain_text("answers are counted together")
    expect(changes.locator("li", has_text=SEARCH)).to_contain_text("earlier answers stay as they are")
    pm.get_by_role("button", name="Publish version 2").click()
    expect(pm.get_by_text("Version 2 is live")).to_be_visible()


def _answer_the_new_one(page: Page, origin: str) -> None:
    page.goto(origin)
    frame = page.frame_locator("iframe")
    _choose(frame, "Every week")
    _choose(frame, "9")
    frame.get_by_label(SEARCH).fill("The grocery list")
    _send(frame)


def _exported(pm: Page, survey: str, folder: Path) -> Path:
    pm.goto(f"{survey}/results")
    pm.get_by_role("link", name="Export…").click()
    pm.get_by_label("SPSS").check()
    with pm.expect_download() as waiting:
        pm.get_by_role("button", name="Export").click()
    path = folder / "answers.sav"
    waiting.value.save_as(path)
    return path


def _read_file(path: Path) -> None:
    """As a statistician would, by the library that they use."""
    answers, about = pyreadstat.read_sav(path, output_format="dict")
    labels = about.column_names_to_labels
    often, why, nps, notes, search = (
        next(name for name, label in labels.items() if label == question)
        for question in (OFTEN, WHY, RECOMMEND, NOTES, SEARCH)
    )
    assert list(answers["version"]) == [1, 1, 2]
    assert list(answers["door"]) == ["embedded", "personal", "embedded"]
    assert answers["tester"][1] in ("Bo Berg", "Cy Cruz")
    assert about.variable_value_labels[often] == {1: "Every day", 2: "Every week", 3: "Never"}
    assert list(answers[often]) == [3, 1, 2]
    assert list(answers[why]) == ["Too many clicks", "", ""]
    assert list(answers[nps]) == [6, 10, 9]
    assert list(answers[notes]) == [0, 12, None]
    assert list(answers[search]) == ["", "", "The grocery list"]
    places = {
        label: name for name, label in labels.items() if label.startswith("Where do you write your notes?: ")
    }
    chosen = {label.partition(": ")[2]: list(answers[name]) for label, name in places.items()}
    assert chosen == {"On a phone": [0, 1, None], "At a desk": [1, 0, None], "On the train": [0, 1, None]}
