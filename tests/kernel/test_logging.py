"""Logs: one JSON line each, which nobody can forge and which tells no secrets."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from betaops.kernel import logging, tokens


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logging.configure("info")
    return written


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_s39_a_line_break_in_a_value_stays_inside_its_line(lines: io.StringIO) -> None:
    structlog.get_logger().info("request", route='x"\n{"event": "forged"}\r\n')
    (line,) = lines.getvalue().splitlines()
    assert json.loads(line)["route"] == 'x"\n{"event": "forged"}\r\n'


def test_a_line_says_what_when_and_how_bad(lines: io.StringIO) -> None:
    structlog.get_logger().warning("database_away", route="programs.list")
    line = json.loads(lines.getvalue())
    assert (line["event"], line["level"], line["route"]) == ("database_away", "warning", "programs.list")
    assert line["at"].endswith("Z")


def test_quieter_than_the_level_is_not_written(lines: io.StringIO) -> None:
    structlog.get_logger().debug("nothing")
    assert lines.getvalue() == ""


@pytest.mark.parametrize("name", ["password", "token", "answers", "mail", "authorization", "cookie"])
def test_s39_values_under_telling_names_are_left_out(lines: io.StringIO, name: str) -> None:
    structlog.get_logger().info("x", **{name: "hunter2", "data": {name: "hunter2"}})
    assert "hunter2" not in lines.getvalue()


def test_s39_mail_addresses_and_tokens_are_blotted_out_of_texts_and_tracebacks(lines: io.StringIO) -> None:
    token = tokens.mint().plain
    signed = tokens.sign("secret", "purpose", {"a": 1, "person": "0" * 32})
    try:
        raise ValueError(f"mara.o'neil+beta@example.co.uk used {token} and {signed}")
    except ValueError:
        structlog.get_logger().exception("crash", path=f"/s/{token}?next=/x")
    written = lines.getvalue()
    assert "example.co.uk" not in written
    assert token not in written
    assert signed not in written
    assert "ValueError" in written


def test_ids_and_paths_can_still_be_read() -> None:
    text = "enr_01jc4w7m9q2s6v8x0z3b5d7f9h 018f4e9c-7d3a-7b2c-9f1e-0a1b2c3d4e5f betaops/kernel/work.py:104"
    assert logging.blot(text) == text
