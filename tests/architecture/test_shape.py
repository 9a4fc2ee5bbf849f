"""The house keeps its shape: what lies where, how long files are, what they may be called, who may do what."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import ROOT, edge_files, name_of, parsed, python_files, room_files, templates

LONGEST = 400
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
TOP_LEVEL = {
    "betaops", "templates", "migrations", "tests", "config.py", "wsgi.py", "requirements.txt",
    "requirements.in", "requirements-dev.in", "requirements-dev.txt", "pyproject.toml", "run", "test", "Makefile",
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "docs", "bench", ".ci",
    ".gitignore", ".git",
}  # fmt: skip
IGNORED = {
    ".venv", "instance", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
    ".import_linter_cache", ".schemathesis", "mutants", ".mutmut-cache",
}  # fmt: skip


def test_nothing_lies_at_the_top_that_does_not_belong_there() -> None:
    present = {path.name for path in ROOT.iterdir()} - IGNORED
    assert present <= TOP_LEVEL


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    long = {
        name_of(path): lines
        for path in [*python_files("betaops", "tests", "bench"), *templates()]
        if (lines := len(path.read_text(errors="replace").splitlines())) > LONGEST
    }
    assert long == {}


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    everything = [*python_files("betaops", "tests", "bench", "migrations"), *templates()]
    vague = [name_of(path) for path in everything if FORBIDDEN_NAMES & set(_words(path))]
    assert vague == []


def _words(path: Path) -> list[str]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return [word for part in parts for word in part.lower().split("_")]


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("arguments", [("check", "."), ("format", "--check", ".")], ids=" ".join)
def test_ruff_is_content(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_edges_ask_queries_and_services_instead_of_the_database() -> None:
    found = []
    for path in edge_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
                names = {alias.name for alias in node.names} & {
                    "select",
                    "insert",
                    "update",
                    "delete",
                    "func",
                }
                found += [f"{name_of(path)}:{node.lineno} imports {name}" for name in sorted(names)]
            if isinstance(node, ast.Attribute) and _is_session(node.value) and node.attr in _STATEMENTS:
                found.append(f"{name_of(path)}:{node.lineno} session.{node.attr}")
    assert found == []


_STATEMENTS = {"add", "add_all", "delete", "execute", "scalar", "scalars", "get", "merge", "flush"}


def _is_session(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "session"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "reading"
    return False


def test_nobody_in_a_room_commits_more_than_a_savepoint() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in room_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("commit", "rollback")
        and not node.args
        and ast.unparse(node.func.value) != "savepoint"
        and "sample" not in path.name
    ]
    assert found == []


def test_what_takes_a_session_reads_and_what_takes_work_writes() -> None:
    """A query that takes `work`, or a service whose first argument is a session, is in the wrong file."""
    found = []
    for path in room_files():
        parts = path.relative_to(ROOT / "betaops").with_suffix("").parts
        kind = parts[1]
        for node in parsed(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or not node.args.args:
                continue
            first = node.args.args[0].arg
            if (kind == "queries" and first == "work") or (kind == "service" and first == "session"):
                found.append(f"{name_of(path)}:{node.lineno} {node.name}({first}, …)")
    assert found == []


_SECRETS = (
    "BEGIN PRIVATE" + " KEY",
    "BEGIN RSA" + " PRIVATE",
    "BEGIN OPENSSH" + " PRIVATE",
    "AKIA" + "IOSF",
    "ghp" + "_",
    "xoxb" + "-",
    "sk_" + "live_",
)


def test_no_secret_lies_among_the_files() -> None:
    everything = [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not IGNORED & set(path.relative_to(ROOT).parts) and ".git" not in path.parts
    ]
    found = []
    for path in everything:
        text = path.read_text(errors="replace")
        found += [f"{name_of(path)}: {mark}" for mark in _SECRETS if mark in text]
    assert found == []


def test_s44_every_package_is_locked_to_its_hashes() -> None:
    for path in ROOT.glob("requirements*.txt"):
        entries = re.split(r"\n(?=[a-z0-9])", path.read_text().strip())
        unlocked = [
            entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry
        ]
        assert unlocked == [], path.name


def test_s44_the_lock_holds_what_the_list_asks_for() -> None:
    for path in ROOT.glob("requirements*.in"):
        wanted = {
            re.split(r"[\[<>=~ ;]", line)[0].lower()
            for line in path.read_text().splitlines()
            if line and line[0] not in "#-"
        }
        locked = {
            line.split("==")[0].split("[")[0]
            for line in path.with_suffix(".txt").read_text().splitlines()
            if "==" in line
        }
        assert wanted - locked == set(), path.name


def test_the_locks_name_no_index_and_no_place_on_a_disk() -> None:
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text().splitlines():
            assert not line.startswith(
                ("--index", "--extra-index", "--find-links", "-e", "-i ", "-f ", "file:", "/")
            ), line
            assert " @ " not in line, line
