"""Who may serve: one server to an address, one web process to an embedded installation; and what is said if not."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from betaops import supervisor
from betaops.__main__ import main
from tests.support.processes import free_port, wait_until
from tests.support.tree import ROOT

#: Nobody has it (RFC 5737).
ELSEWHERE = "203.0.113.9"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def taken() -> Iterator[int]:
    """The port of a server that shares it, as ours does."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def typed(instance: Path, *words: str) -> Done:
    """What `python -m betaops …` does, by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "betaops", *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "BETAOPS_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def betaops(instance: Path, *words: str, **settings: str) -> Done:
    """The same in this process: a second less each, for what is refused before anything is served."""
    unset = dict.fromkeys(os.environ, None)
    environ = {**unset, "PATH": "/usr/bin:/bin", "BETAOPS_INSTANCE": str(instance), **settings}
    done = CliRunner().invoke(main, words, env=environ)
    return Done(done.exit_code, done.stdout, done.stderr)


def test_a_free_address_is_served_by_its_number() -> None:
    assert supervisor.address_to_serve("localhost", free_port()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("begin", "command", "host"),
    [(typed, "run", "127.0.0.1"), (betaops, "serve", "127.0.0.1"), (typed, "serve", "0.0.0.0")],
)
def test_a_second_server_on_a_port_says_so_in_one_line(
    tmp_path: Path, taken: int, begin: Callable[..., Done], command: str, host: str
) -> None:
    done = begin(tmp_path, command, "--host", host, "--port", str(taken))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"already listens on {host}:{taken}" in done.stderr
    assert not (tmp_path / "address").exists()


@pytest.mark.parametrize("command", ["run", "serve"])
def test_an_installation_that_is_served_is_not_served_twice(tmp_path: Path, command: str) -> None:
    handle = supervisor.claim(tmp_path)
    done = betaops(tmp_path, command, "--port", str(free_port()))
    os.close(handle)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"already serves {tmp_path}" in done.stderr


@pytest.mark.parametrize("more", [["--workers", "2"], ["--only", "edge"]])
def test_what_needs_several_processes_needs_postgresql(tmp_path: Path, more: list[str]) -> None:
    done = betaops(tmp_path, "serve", "--port", str(free_port()), *more)
    assert (done.returncode, done.stdout) == (1, "")
    assert "SQLite takes one web process" in done.stderr


def test_who_is_killed_lets_go_of_the_installation(tmp_path: Path) -> None:
    code = "import sys, time, pathlib; from betaops import supervisor\n"
    code += "supervisor.claim(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(300)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(supervisor.CannotServe, match="already serves"):
            supervisor.claim(tmp_path)
        holder.kill()
    os.close(supervisor.claim(tmp_path))


@pytest.mark.parametrize("command", ["run", "serve"])
def test_an_address_of_another_machine_is_refused_in_one_line_before_any_link(
    tmp_path: Path, command: str
) -> None:
    done = typed(tmp_path, command, "--host", ELSEWHERE, "--port", str(free_port()))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {ELSEWHERE} is no address of this machine: choose another --host.\n"


def child(*words: str) -> supervisor.Child:
    return supervisor.Child("web", [sys.executable, *words], dict(os.environ))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "PAUSES_SECONDS", (0.0, 0.01, 0.02, 0.04))


@pytest.mark.usefixtures("hurried")
def test_a_child_that_cannot_live_is_given_up_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    restless = child("-c", "raise SystemExit(3)")
    patient = child("-c", "import time; time.sleep(300)")
    restless.start()
    patient.start()
    assert supervisor.keep([restless, patient], []) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition("again")[2] for line in lines[:-1]] == [
        "",
        " in 0.01 s",
        " in 0.02 s",
        " in 0.04 s",
    ]
    assert lines[-1] == "web stopped with code 3, 5 times in a row soon after its start: giving up."


@pytest.mark.usefixtures("hurried")
def test_a_child_that_is_killed_once_is_there_again_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_time = "import pathlib, sys, time, os, signal; seen = pathlib.Path(sys.argv[1])\n"
    first_time += "if not seen.exists(): seen.touch(); os.kill(os.getpid(), signal.SIGKILL)\n"
    first_time += "(seen.parent / 'alive').touch(); time.sleep(300)"
    killed = child("-c", first_time, str(tmp_path / "seen"))
    killed.start()

    class Until(list[int]):
        """Filled once the child is there again."""

        def __bool__(self) -> bool:
            return (tmp_path / "alive").exists()

    assert supervisor.keep([killed], Until()) == 0
    assert capsys.readouterr().err == "web stopped with code -9; starting it again\n"


def test_links_are_shown_once_when_somebody_answers_there() -> None:
    shown: list[str] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        look = supervisor.once_it_answers("127.0.0.1", server.getsockname()[1], lambda: shown.append("links"))
        look()
        assert shown == []
        server.listen()
        look()
        look()
    assert shown == ["links"]


@pytest.mark.slow
def test_an_installation_survives_the_death_of_its_server_and_ends_with_its_supervisor(
    tmp_path: Path,
) -> None:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        whole = subprocess.Popen(
            [sys.executable, "-m", "betaops", "run", "--empty", "--port", str(port)],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "BETAOPS_INSTANCE": str(tmp_path)},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: answers(port), what="serving", seconds=120)
        greeting = f"betaops runs on http://127.0.0.1:{port}"
        wait_until(lambda: greeting in (tmp_path / "log").read_text(), what="the links")
        server = next(pid for pid in children(whole.pid) if b"serve" in words(pid))
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{server}").exists(), what="the server's end")
        wait_until(lambda: any(b"serve" in words(pid) for pid in children(whole.pid)), what="its return")
        wait_until(lambda: answers(port), what="serving again", seconds=120)
    finally:
        whole.kill()
        whole.wait()
    wait_until(lambda: not answers(port), what="the end of an orphaned server")
    told = (tmp_path / "log").read_text()
    assert "starting it again\n" in told
    assert told.count(greeting) == 1
    assert "blocking" not in told
    assert "[WARNING]" not in told


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def words(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("serve",),
        ("migrate",),
        ("setup-link",),
        ("testers", "import", "README.md", "--program", "x"),
        ("flags", "export", "--product", "x"),
    ],
)
def test_every_command_says_all_wrong_settings_at_once(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = betaops(tmp_path, *command, BASE_URL="foo", SECRET_KEY="short")
    assert (done.returncode, done.stdout) == (1, "")
    sentences = done.stderr.splitlines()
    assert len(sentences) == 2
    assert any("SECRET_KEY" in sentence for sentence in sentences)
    assert any("BASE_URL" in sentence for sentence in sentences)


def test_check_lists_wrong_settings_as_findings(tmp_path: Path) -> None:
    done = betaops(tmp_path, "check", BASE_URL="foo", SECRET_KEY="short")
    assert done.returncode == 1
    found = [line.split()[:3] for line in done.stdout.splitlines()]
    assert found == [["BAD", "settings", "SECRET_KEY"], ["BAD", "settings", "BASE_URL"]]


@pytest.mark.parametrize("name", ["link", "proof"])
def test_a_page_names_the_way_back_in_as_it_can_be_typed(name: str) -> None:
    """There is no executable `betaops`."""
    text = (ROOT / "templates" / "accounts" / f"{name}.html").read_text()
    assert text.count("betaops member link") == text.count(".venv/bin/python -m betaops member link") == 1


def test_a_command_on_a_database_without_tables_says_so_in_a_line(tmp_path: Path) -> None:
    done = typed(tmp_path, "readiness", "report", "--program", "lantern")
    assert done.returncode == 1
    assert "The database says: no such table" in done.stderr
    assert "Traceback" not in done.stderr
