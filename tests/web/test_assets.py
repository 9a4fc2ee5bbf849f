"""Our own files: one address for all, style sheets in one piece, small enough."""

import gzip
from pathlib import Path

import pytest
from flask import Flask

from betaops.web import assets as web_assets
from betaops.web.assets import Assets, assets

KB = 1000


def test_a_style_sheet_contains_what_it_imports() -> None:
    body = assets["css/console.css"].body.decode()
    assert "@import" not in body
    assert "--accent:" in body


def test_another_content_has_another_address(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    file.write_text("a { color: red }")
    before = Assets(tmp_path).url("a.css")
    file.write_text("a { color: blue }")
    assert Assets(tmp_path).url("a.css") != before


def test_a_missing_file_is_found_when_the_page_is_written() -> None:
    with pytest.raises(KeyError):
        assets.url("css/none.css")


def _packed(*names: str) -> int:
    return sum(len(gzip.compress(assets[name].body, 9)) for name in names)


def test_the_console_stays_within_thirty_kilobytes_of_css_and_of_scripts() -> None:
    scripts = [path.relative_to(web_assets.FOLDER).as_posix() for path in web_assets.FOLDER.glob("js/*.js")]
    assert _packed("css/console.css") <= 30 * KB
    assert _packed(*scripts) <= 30 * KB


def test_a_testers_page_leaves_most_of_its_sixty_kilobytes_to_content() -> None:
    assert _packed("css/portal.css", "js/portal.js", "js/forms.js", "js/report.js", "mark.svg") <= 25 * KB


def _client() -> "Flask":
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(web_assets.blueprint)
    return app


def test_files_are_kept_for_ever_under_their_digest_and_briefly_under_an_older_one() -> None:
    client = _client().test_client()
    now = client.get(assets.url("css/portal.css"), headers={"Accept-Encoding": "gzip"})
    assert now.headers["Cache-Control"] == web_assets.FOR_EVER
    assert gzip.decompress(now.data) == assets["css/portal.css"].body
    older = client.get("/assets/000000000000/css/portal.css")
    assert older.headers["Cache-Control"] == "public, max-age=60"
    assert older.data == assets["css/portal.css"].body


@pytest.mark.parametrize("name", ["css/none.css", "../assets.py", "css/../../assets.py", ""])
def test_nothing_outside_the_folder_is_served(name: str) -> None:
    assert _client().test_client().get(f"/assets/{assets.digest}/{name}").status_code == 404
