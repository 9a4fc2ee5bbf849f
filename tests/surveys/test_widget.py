"""The widget's script and the console's pages about it."""

import gzip
import re
from collections.abc import Callable

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.surveys import links, queries, service
from betaops.surveys.models import LinkKind, Survey
from tests.factories.surveys import a_public_link, a_survey
from tests.support.browsers import Browser

MOST_BYTES = 15_000


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work)


def base(work: Work, survey: Survey) -> str:
    program = queries.survey(work.session, survey.id).program
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"


def test_the_widget_is_small_and_does_nothing_that_a_strict_policy_forbids(client: Browser) -> None:
    script = client.get("/embed.js")
    assert len(gzip.compress(script.data, 9)) <= MOST_BYTES
    assert "adoptedStyleSheets" in script.text
    for forbidden in (
        "eval(",
        "new Function",
        "innerHTML",
        ".style",
        '"style"',
        "document.write",
        "postMessage(",
    ):
        assert forbidden not in script.text


@pytest.mark.parametrize("form", ["inline", "popover", "tab"])
def test_each_form_can_be_copied_and_looked_at(
    work: Work, member_client: Callable[..., Browser], survey: Survey, form: str
) -> None:
    token = a_public_link(work, survey)
    links.public_link(work, survey.id, kind=LinkKind.TEST)
    service.change_settings(
        work, survey.id, name="x", origins=["https://app.example.com"], opens_at=None, closes_at=None
    )
    pm = member_client("manager")
    page = pm.get(f"{base(work, survey)}/share/widget?form={form}").text
    assert f"data-survey=&#34;{token}&#34;" in page
    looked_at = re.search(r'<iframe[^>]+src="([^"]+)"', page)
    assert looked_at is not None
    shown = pm.get(looked_at[1].replace("&amp;", "&"))
    assert f'data-form="{form}"' in shown.text
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert token not in shown.text


def test_a_trial_may_stand_in_the_console_and_other_links_may_not(
    work: Work, client: Browser, survey: Survey
) -> None:
    trial = links.public_link(work, survey.id, kind=LinkKind.TEST).token
    ours = client.get(f"/s/{trial}?embed=1").headers["Content-Security-Policy"]
    theirs = client.get(f"/s/{a_public_link(work, survey)}?embed=1").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in ours
    assert "frame-ancestors 'none'" in theirs


def test_a_public_link_has_a_qr_code(
    work: Work, member_client: Callable[..., Browser], survey: Survey
) -> None:
    link = links.public_link(work, survey.id)
    pm = member_client("manager")
    drawn = pm.get(f"{base(work, survey)}/links/{link.id}/code.svg?download=1")
    assert drawn.content_type == "image/svg+xml"
    assert drawn.text.startswith("<?xml")
    assert "attachment" in drawn.headers["Content-Disposition"]
    links.revoke_link(work, link.id, survey_id=survey.id)
    assert pm.get(f"{base(work, survey)}/links/{link.id}/code.svg").status_code == 404


def test_sites_are_named_where_the_line_to_paste_stands_and_nothing_else_changes(
    work: Work, member_client: Callable[..., Browser], survey: Survey
) -> None:
    survey.response_limit, survey.origins = 40, []
    a_public_link(work, survey)
    pm = member_client("manager")
    page = f"{base(work, survey)}/share/widget?form=tab"
    assert "data-survey=" not in pm.get(page).text
    refused = pm.submit(page, {"origins": "http://app.example.com"}, action="/sites")
    assert refused.status_code == 422
    assert "is not the address of a site" in refused.text
    assert "http://app.example.com</textarea>" in refused.text
    saved = pm.submit(
        page, {"origins": "https://app.example.com/page\nhttps://b.example.com"}, action="/sites"
    )
    assert saved.location.endswith("/share/widget?form=tab")
    assert (survey.origins, survey.response_limit) == (
        ["https://app.example.com", "https://b.example.com"],
        40,
    )
    assert "data-survey=" in pm.get(page).text
    assert (
        'action="' not in member_client("viewer").get(page).text.partition("<main")[2].partition("</main")[0]
    )
