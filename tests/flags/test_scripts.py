"""The browser SDK's own files: those of the operator's folder, or none."""

import dataclasses
import gzip
from pathlib import Path

import pytest

from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from tests.support import applications
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

VERSION = "1.449.2"
CODE = b"/* somebody else's */" * 100


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What npm unpacks, made small."""
    folder = tmp_path_factory.mktemp("npm") / "posthog-js" / "dist"
    folder.mkdir(parents=True)
    for name in ("array.js", "surveys.js", "array.js.map", "array.d.ts", ".hidden.js"):
        (folder / name).write_bytes(CODE)
    (folder / "inner.js").mkdir()
    (folder.parent / "package.json").write_text(f'{{"version": "{VERSION}"}}')
    (folder.parent / "secret.js").write_text("no")
    return folder


@pytest.fixture
def settings(settings: Settings, dist: Path) -> Settings:
    return dataclasses.replace(settings, posthog_js=dist)


def test_the_folders_files_are_served_to_any_page_for_long(client: Browser) -> None:
    for path, lasts in (
        ("/static/array.js", "public, max-age=86400"),
        ("/static/surveys.js?v=1.200.0", "public, max-age=86400"),
        (f"/static/{VERSION}/surveys.js", "public, max-age=31536000, immutable"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.data) == (200, CODE), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == lasts
        assert answer.content_type == "application/javascript; charset=utf-8"
    packed = client.get("/static/array.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == CODE
    again = client.get("/static/array.js", headers={"If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/1.448.0/surveys.js",  # the SDK then asks without a version
        "/static/recorder.js",
        "/static/array.js.map",
        "/static/array.d.ts",
        "/static/.hidden.js",
        "/static/inner.js",
        "/static/../secret.js",
        "/static/..%2fsecret.js",
        f"/static/{VERSION}/../../secret.js",
        f"/static/{VERSION}/..%2f..%2fsecret.js",
        "/static//etc/passwd",
        "/static/array.js%00",
        "/static/",
        "/static/%ff",
    ],
)
def test_nothing_else_is(client: Browser, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.data) == (404, b""), path
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_file_that_comes_later_is_not_served_before_the_next_start(client: Browser, dist: Path) -> None:
    (dist / "later.js").write_bytes(CODE)
    (dist / "link.js").symlink_to("/etc/passwd")
    assert client.get("/static/later.js").status_code == 404
    assert client.get("/static/link.js").status_code == 404
    (dist / "later.js").unlink(), (dist / "link.js").unlink()


def test_without_a_folder_there_is_none(platform: Platform) -> None:
    bare = Platform(dataclasses.replace(platform.settings, posthog_js=None), platform.database)
    answer = applications.new_application(bare).test_client().get("/static/array.js")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, "*")
