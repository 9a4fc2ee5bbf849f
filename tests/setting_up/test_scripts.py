"""`./run`, `./test` and `.ci/run`: plain sh that sets up what is missing, once, and says what it cannot do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.tree import ROOT

SETUP = ROOT / ".ci" / "setup.sh"


def sh(folder: Path, script: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run `script` in `folder` with the functions of setup.sh, and nothing of our own environment."""
    return subprocess.run(
        ["sh", "-euc", f". '{SETUP}'\n{script}"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["run", "test", ".ci/run", ".ci/setup.sh"])
def test_scripts_are_valid_in_the_shell_that_runs_them(name: str) -> None:
    shell = "bash" if name == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", ROOT / name], check=False).returncode == 0


@pytest.mark.parametrize("name", ["run", "test", ".ci/run"])
def test_scripts_can_be_started(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python that notes what it is asked, in front of the real ones."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "python3"
    script.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >>"{tmp_path}/asked"\n'
        'if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; fi\n'
    )
    script.chmod(0o755)
    return script


def asked(folder: Path) -> list[str]:
    path = folder / "asked"
    return (
        [line for line in path.read_text().splitlines() if not line.startswith("-c")] if path.exists() else []
    )


def test_the_lock_is_installed_when_it_changed_and_only_then(tmp_path: Path, python: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("one\n")
    environ = {"PATH": f"{python.parent}:/usr/bin:/bin"}
    for _time in range(2):
        done = sh(tmp_path, "install_lock requirements.txt", **environ)
        assert done.returncode == 0, done.stderr
    install = (
        "-m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt"
    )
    assert asked(tmp_path) == ["-m venv .venv", install]
    lock.write_text("two\n")
    assert sh(tmp_path, "install_lock requirements.txt", **environ).returncode == 0
    assert asked(tmp_path) == ["-m venv .venv", install, install]


def test_an_installation_that_failed_is_tried_again(tmp_path: Path, python: Path) -> None:
    (tmp_path / "requirements.txt").write_text("one\n")
    environ = {"PATH": f"{python.parent}:/usr/bin:/bin"}
    broken = python.read_text() + 'case "$*" in *"pip install"*) exit 1 ;; esac\n'
    whole = python.read_text()
    python.write_text(broken)
    done = sh(tmp_path, "install_lock requirements.txt", **environ)
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    shutil.rmtree(tmp_path / ".venv")
    python.write_text(whole)
    assert sh(tmp_path, "install_lock requirements.txt", **environ).returncode == 0


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("id", "cut", "mkdir", "cat", "rm", "sha256sum"):
        (tools / name).symlink_to(shutil.which(name) or "")
    (tools / "id").unlink()
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    (tmp_path / "requirements.txt").write_text("one\n")
    done = subprocess.run(
        ["/bin/sh", "-euc", f". '{SETUP}'\ninstall_lock requirements.txt"],
        cwd=tmp_path, env={"PATH": str(tools)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr


def test_without_the_venv_module_it_says_what_to_install(tmp_path: Path, python: Path) -> None:
    python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\n')
    identity = python.parent / "id"
    identity.write_text("#!/bin/sh\necho 1000\n")
    identity.chmod(0o755)
    (tmp_path / "requirements.txt").write_text("one\n")
    done = sh(tmp_path, "install_lock requirements.txt", PATH=f"{python.parent}:/usr/bin:/bin")
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
