"""The security statements that surveys keep, each named after its number."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from betaops.surveys import service
from betaops.surveys.cleaning import clean_html, clean_title
from betaops.surveys.service.building import origin_of
from tests.factories.programs import a_program
from tests.factories.surveys import a_public_link, a_response, a_survey
from tests.support.browsers import Browser
from tests.surveys.test_definitions import DEFINITIONS

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="//evil.example">x</a>',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<iframe src="https://evil.example"></iframe>',
    '<div style="background:url(//evil.example)">x</div>',
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }}{% raw %}",
    '<form action="https://evil.example"><input name=x></form>',
    '<img src="https://evil.example/pixel.png">',
]
BAD = re.compile(
    r"<script(?! type=\"module\" src=\"/assets/)|\son\w+\s*=|javascript:|[\"'(]//evil|<iframe|<svg on|style=|https://evil|>49<",
    re.IGNORECASE,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_statement_21_definitions_render_inert_for_testers_and_members(
    work: Work, client: Browser, member_client: Any, attack: str
) -> None:
    program = a_program(work)
    everywhere = {
        "title": attack,
        "description": attack,
        "completedHtml": attack,
        "pages": [
            {
                "title": attack,
                "description": attack,
                "elements": [
                    {"type": "html", "name": "h", "html": attack},
                    {
                        "type": "radiogroup",
                        "name": "r",
                        "title": attack,
                        "description": attack,
                        "choices": [{"value": attack, "text": attack}],
                        "showOtherItem": True,
                        "otherText": attack,
                    },
                    {"type": "rating", "name": "n", "title": attack, "minRateDescription": attack},
                    {
                        "type": "matrix",
                        "name": "m",
                        "title": attack,
                        "rows": [{"value": "r", "text": attack}],
                        "columns": [{"value": "c", "text": attack}],
                    },
                    {"type": "text", "name": "t", "title": "{r}", "placeholder": attack},
                ],
            }
        ],
    }
    survey = a_survey(work, program=program, definition=everywhere, name="Attack")
    token = a_public_link(work, survey)
    response = a_response(work, survey, {"r": attack, "t": attack, "m": {"r": "c"}})
    form = {
        "__page": "0",
        "__on": ["r", "t"],
        "r": attack,
        "t": attack,
        "__action": "next",
        "__submission": "a1",
    }
    done = client.post(f"/s/{token}", data=form, csrf=False)
    pages = [client.get(f"/s/{token}"), client.get(done.location)]
    base = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    browser = member_client("owner")
    paths = ("/build?at=0.1", "/results", "/results?table=1", "/preview", "/publication", "/responses")
    pages += [browser.get(base + path) for path in (*paths, f"/responses/{ids.encode('rsp', response.id)}")]
    for page in pages:
        assert page.status_code == 200
        shown = re.sub(
            r"<(input|textarea|option)[^>]*>|<textarea.*?</textarea>", "", page.text, flags=re.DOTALL
        )
        shown = shown.replace("&#34;", "'").replace("&quot;", "'")
        assert not [found for found in re.findall(r"<[^<>]*>", shown) if BAD.search(found)], page.request.path


@given(
    st.text()
    | st.sampled_from(ATTACKS).flatmap(lambda one: st.sampled_from(ATTACKS).map(lambda other: one + other))
)
def test_statement_21_cleaned_text_has_nothing_that_acts(source: str) -> None:
    for clean in (str(clean_html(source)), str(clean_title(source))):
        assert not [found for found in re.findall(r"<[^<>]*>", clean) if BAD.search(found)]


def test_statement_25_patterns_of_authors_run_in_a_linear_engine() -> None:
    from betaops.surveys.kinds.validators import pattern

    assert pattern("(a+)+$", ignores_case=False).search("a" * 5000 + "!") is None
    assert pattern("(?=lookahead)", ignores_case=False) is None
    assert pattern("a" * 2000, ignores_case=False) is None
    assert pattern("((a{1,999}){1,999}){1,999}", ignores_case=False) is None


def _policy(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts}


def test_statement_28_a_survey_names_exactly_its_own_origins_and_only_in_a_frame(
    work: Work, client: Browser
) -> None:
    survey = a_survey(work)
    token = a_public_link(work, survey)
    assert _policy(client.get(f"/s/{token}?embed=1"))["frame-ancestors"] == "'none'"
    service.change_settings(
        work,
        survey.id,
        name="x",
        origins=["https://App.example.com/page", "http://localhost:3000"],
        opens_at=None,
        closes_at=None,
    )
    framed = client.get(f"/s/{token}?embed=1")
    assert _policy(framed)["frame-ancestors"] == "https://app.example.com http://localhost:3000"
    assert _policy(client.get(f"/s/{token}"))["frame-ancestors"] == "'none'"
    assert "Set-Cookie" not in framed.headers
    other = a_survey(work, name="Other")
    assert _policy(client.get(f"/s/{a_public_link(work, other)}?embed=1"))["frame-ancestors"] == "'none'"


def test_statement_28_an_embedded_answer_stays_embedded_and_sets_no_cookie(
    work: Work, client: Browser
) -> None:
    survey = a_survey(work)
    service.change_settings(
        work, survey.id, name="x", origins=["https://app.example.com"], opens_at=None, closes_at=None
    )
    sent = client.submit(
        f"/s/{a_public_link(work, survey)}?embed=1", {"used_import": "no", "__action": "next"}
    )
    assert "embed=1" in sent.location
    following = client.get(sent.location)
    assert _policy(following)["frame-ancestors"] == "https://app.example.com"
    assert "Set-Cookie" not in sent.headers
    assert "Set-Cookie" not in following.headers
    assert 'data-embed="https://app.example.com"' in following.text


def test_statement_29_the_loader_checks_origin_source_and_shape(client: Browser) -> None:
    script = client.get("/embed.js")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "event.origin !== address.origin" in script.text
    assert "event.source !== frame.contentWindow" in script.text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.com",
        "http://example.com",
        "https://",
        "javascript:alert(1)",
        "https://a b",
        "*",
        "https://*.example.com",
        "https://u:p@example.com",
        "https://example.com:99999",
        "data:text/html,x",
        "https://ex;ample.com",
        "'self'",
    ],
)
def test_statement_28_only_secure_plain_origins_may_frame(address: str) -> None:
    with pytest.raises(Invalid):
        origin_of(address)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=DEFINITIONS)
def test_no_definition_gives_a_500(work: Work, member_client: Any, source: dict[str, Any]) -> None:
    program = a_program(work)
    survey = a_survey(work, program=program, is_published=False)
    try:
        service.edit_draft(work, survey.id, lambda _draft: source)
    except Invalid:
        return
    browser = member_client("owner")
    base = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    for path in ("/build", "/build?at=0.0", "/build?at=0", "/publication", "/preview", "/build/json"):
        assert browser.get(base + path).status_code == 200, path
    sent = browser.post(
        f"{base}/preview",
        data={"__page": "0", "__on": ["a", "b", "c"], "a": "1", "b": "x", "__action": "next"},
    )
    assert sent.status_code in (200, 422)
    assert browser.post(f"{base}/build/element?at=0.0", data={"version": "", "title": "T"}).status_code in (
        303,
        404,
        422,
    )
    published = browser.post(f"{base}/publication", data={"note": ""})
    assert published.status_code in (303, 422)
    assert browser.get(f"{base}/placement").status_code == 200
    if published.status_code == 303:
        shown = browser.get(f"/s/{a_public_link(work, survey)}")
        assert shown.status_code == 200
