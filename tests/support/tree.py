"""The project's own files, for tests that read code."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROOMS = (
    "accounts", "programs", "enrollment", "cohorts", "flags", "usage", "surveys", "tasks", "feedback", "messaging",
    "integrations", "readiness",
)  # fmt: skip
EDGES = ("views", "portal", "api", "commands", "jobs", "handlers")


def python_files(*folders: str) -> list[Path]:
    """Every Python file below these folders, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def templates() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name_of(path: Path) -> str:
    """As shown in failures: relative to the project."""
    return str(path.relative_to(ROOT))


def edge_files() -> Iterator[Path]:
    """The modules that parse, authorise and render."""
    for path in python_files("betaops"):
        parts = path.relative_to(ROOT / "betaops").with_suffix("").parts
        if len(parts) > 1 and parts[0] in ROOMS and parts[1] in EDGES:
            yield path


def room_files() -> Iterator[Path]:
    for path in python_files("betaops"):
        if path.relative_to(ROOT / "betaops").parts[0] in ROOMS:
            yield path
