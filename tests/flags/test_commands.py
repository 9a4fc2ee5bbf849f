"""`betaops flags import` and `export`, as an operator types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import config
from betaops.accounts.models import Workspace
from betaops.flags import queries
from betaops.flags.commands import flags
from betaops.kernel.settings import Settings
from betaops.kernel.work import Work
from tests.factories.flags import a_flag
from tests.factories.programs import a_product

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DOCUMENT = {
    "flags": [{"id": 1, "key": "beta", "active": True, "filters": {"groups": [{"rollout_percentage": 100}]}}]
}


@pytest.fixture
def run(settings: Settings, work: Work, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(config, "load", lambda: settings)

    def run(*words: str, given: str | None = None) -> Result:
        work.session.commit()
        result = CliRunner().invoke(flags, list(words), input=given, catch_exceptions=False)
        work.session.expire_all()
        return result

    return run


def test_a_file_comes_in_and_goes_out(work: Work, run: Any, tmp_path: Path) -> None:
    product = a_product(work)
    file = tmp_path / "flags.json"
    file.write_text("\ufeff" + json.dumps(DOCUMENT))
    result = run("import", str(file), "--product", product.slug, "--json")
    assert (result.exit_code, json.loads(result.output)["created"]) == (0, 1)
    assert [flag.key for flag in queries.flags(work.session, product.id)] == ["beta"]
    exported = run("export", "--product", product.project_key)
    assert json.loads(exported.output)["flags"][0]["key"] == "beta"
    out = tmp_path / "out.json"
    assert run("export", "--product", product.slug, "-o", str(out)).exit_code == 0
    again = run("import", "-", "--product", product.slug, "--replace", given=out.read_text())
    assert "0 created, 0 changed, 1 unchanged, 0 deleted" in again.output


@pytest.mark.parametrize("text", ["", "[]", '{"flags": 7}', "[" * 5000, '{"flags": [{"key": "x"}]}'])
def test_a_bad_file_changes_nothing_and_says_why(work: Work, run: Any, tmp_path: Path, text: str) -> None:
    product = a_product(work)
    a_flag(work, product=product, key="own")
    file = tmp_path / "flags.json"
    file.write_text(text)
    result = run("import", str(file), "--product", product.slug, "--replace")
    assert result.exit_code == 1
    assert result.stderr.strip()
    assert [flag.key for flag in queries.flags(work.session, product.id)] == ["own"]


def test_an_unknown_product_is_named(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    file.write_text(json.dumps(DOCUMENT))
    result = run("import", str(file), "--product", "nothing")
    assert (result.exit_code, "nothing" in result.stderr) == (1, True)
    assert run("export", "--product", "nothing").exit_code == 1
    assert run("import", str(file)).exit_code == 2


def test_where_a_product_is_unknown_those_that_there_are_are_named(work: Work, run: Any) -> None:
    assert "There is none yet." in run("export", "--product", "lantern").stderr
    here = a_product(work, name="Aurora")
    elsewhere = another_workspace(work)
    there = a_product(elsewhere, name="Borealis")
    result = run("export", "--product", "lantern")
    assert result.exit_code == 1
    assert result.stderr == f"There is no product “lantern”. There are: {here.slug}, {there.slug}.\n"


def test_of_two_products_with_one_name_the_keys_are_named(work: Work, run: Any) -> None:
    products = [a_product(work, name="Aurora"), a_product(another_workspace(work), name="Aurora")]
    result = run("export", "--product", products[0].slug)
    assert result.exit_code == 1
    assert all(product.project_key in result.stderr for product in products)


def another_workspace(work: Work) -> Work:
    """The same work, from here on in a workspace of its own."""
    workspace = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(workspace)
    work.enter(workspace.id)
    return work
