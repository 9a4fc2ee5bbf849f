"""`python -m betaops --help` names every command, and loads none of the rooms for it."""

import importlib
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from betaops import wiring
from betaops.__main__ import OF_ROOMS, main


def test_help_loads_neither_a_room_nor_the_database() -> None:
    asked = (
        "import sys; from betaops.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    loaded = set(said.splitlines()[-1].split())
    assert "testers     People in programs." in said
    assert not loaded & {"sqlalchemy", "flask", "pydantic", *(f"betaops.{room}" for room in wiring.ROOMS)}


@pytest.mark.parametrize("name", OF_ROOMS)
def test_a_room_s_command_is_found_and_begins_as_the_list_says(name: str) -> None:
    module, line = OF_ROOMS[name]
    command = main.get_command(click.Context(main), name)
    assert command in importlib.import_module(module).commands
    assert (command.help or "").startswith(line.rstrip("."))
    assert CliRunner().invoke(main, ["--help"]).output.count(line) == 1


def test_no_command_of_a_room_is_missing_from_the_list() -> None:
    modules = {module for module, _line in OF_ROOMS.values()}
    held = {command.name for module in modules for command in importlib.import_module(module).commands}
    assert held == set(OF_ROOMS)
    rooms = {path.parent.name for path in (wiring.ROOT / "betaops").glob("*/commands.py")}
    assert {module.split(".")[1] for module in modules} == rooms
