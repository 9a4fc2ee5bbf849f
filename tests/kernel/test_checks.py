"""`betaops check` looks at everything, and one thing that is away does not hide another."""

import dataclasses
import socket
from pathlib import Path

from betaops.kernel import checks, mail
from betaops.kernel.db import Database
from betaops.kernel.work import Platform, Work


def _found(platform: Platform) -> dict[str, checks.Check]:
    return {each.name: each for each in checks.run(platform)}


def test_a_fresh_embedded_installation_is_in_order(platform: Platform) -> None:
    assert all(each.is_good for each in checks.run(platform))


def test_what_does_not_answer_is_said_of_each(platform: Platform) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    settings = dataclasses.replace(
        platform.settings, redis_url=f"redis://127.0.0.1:{port}/0", smtp_url=f"smtp://127.0.0.1:{port}"
    )
    found = _found(Platform(settings, platform.database))
    assert not found["broker"].is_good
    assert not found["mail"].is_good
    assert found["database"].is_good


def test_a_schema_that_is_behind_says_how_to_move_on(tmp_path: Path, platform: Platform) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    found = _found(Platform(platform.settings, empty))
    empty.close()
    assert not found["schema"].is_good
    assert "betaops migrate" in found["schema"].words


def test_another_secret_than_the_data_was_sealed_with_is_found(platform: Platform, work: Work) -> None:
    mail.queue(work, mail.Letter("ana@example.com", "Hello", "A link"), key="one")
    work.session.commit()
    assert _found(platform)["secret"].is_good
    settings = dataclasses.replace(platform.settings, secret_key="another secret, as long as the first")
    found = _found(Platform(settings, platform.database))["secret"]
    assert not found.is_good
    assert "SECRET_KEY is another one" in found.words
    rotated = dataclasses.replace(settings, former_secret_keys=(platform.settings.secret_key,))
    assert _found(Platform(rotated, platform.database))["secret"].is_good
