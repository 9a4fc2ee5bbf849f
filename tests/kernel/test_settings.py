"""What an operator sets, and what is said when it does not fit."""

import stat
from pathlib import Path

import pytest

import config


def test_the_embedded_size_needs_nothing_and_keeps_its_secret(tmp_path: Path) -> None:
    first = config.load({"BETAOPS_INSTANCE": str(tmp_path)})
    again = config.load({"BETAOPS_INSTANCE": str(tmp_path)})
    assert first.is_embedded
    assert len(first.secret_key) >= 32
    assert first.secret_key == again.secret_key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(config.Misconfigured) as caught:
        config.load(
            {
                "BETAOPS_INSTANCE": str(tmp_path),
                "DATABASE_URL": "postgres://localhost/x",
                "TRUSTED_PROXIES": "two",
            }
        )
    sentences = str(caught.value).splitlines()
    assert len(sentences) == 3
    assert any("SECRET_KEY" in sentence for sentence in sentences)
    assert any("BASE_URL" in sentence for sentence in sentences)
    assert any("TRUSTED_PROXIES" in sentence for sentence in sentences)


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.Misconfigured, match="DATABASE_URL must start with"):
        config.load(
            {
                "BETAOPS_INSTANCE": str(tmp_path),
                "DATABASE_URL": "mysql://x",
                "SECRET_KEY": "s" * 40,
                "BASE_URL": "https://b.example",
            }
        )


def test_a_served_over_tls_installation_is_secure(tmp_path: Path) -> None:
    settings = config.load({"BETAOPS_INSTANCE": str(tmp_path), "BASE_URL": "https://beta.example/"})
    assert settings.is_secure
    assert settings.base_url == settings.origin == "https://beta.example"


def test_commands_typed_beside_a_running_installation_know_where_it_serves(tmp_path: Path) -> None:
    config.keep_address(tmp_path, "http://127.0.0.1:8123")
    assert config.load({"BETAOPS_INSTANCE": str(tmp_path)}).base_url == "http://127.0.0.1:8123"
    given = config.load({"BETAOPS_INSTANCE": str(tmp_path), "BASE_URL": "https://b.example"})
    assert given.base_url == "https://b.example"
