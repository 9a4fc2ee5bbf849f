"""What an operator sets, and what is said when it does not fit."""

import importlib.util
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


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("BASE_URL", "foo"),
        ("BASE_URL", "ftp://b.example"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://b.example:web"),
        ("BASE_URL", "https://b.example/?x=1"),
        ("BASE_URL", "https://b example"),
        ("OUTGOING_ALLOWED", "10.0.0.0/8, intranet"),
        ("OUTGOING_ALLOWED", "10.0.0.1/8"),
        ("BLOCKING_THREADS", "0"),
        ("BLOCKING_THREADS", "many"),
        ("TRUSTED_PROXIES", "-1"),
        ("LOG_LEVEL", "loud"),
        ("MAIL_FROM", "betaops"),
        ("MAIL_FROM", "betaops <nobody>"),
        ("MAIL_FROM", "a@b.example\nBcc: c@d.example"),
        ("FORMER_SECRET_KEYS", "k" * 40 + ",short"),
        ("FILES_URL", "/srv/files"),
        ("FILES_URL", "sftp://files.example/a"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path: Path, name: str, wrong: str) -> None:
    with pytest.raises(config.Misconfigured, match=name) as caught:
        config.load({"BETAOPS_INSTANCE": str(tmp_path), name: wrong})
    assert len(str(caught.value).splitlines()) == 1


def test_all_that_is_wrong_is_said_at_once_and_no_secret_is_repeated(tmp_path: Path) -> None:
    wrong = {
        "BASE_URL": "foo",
        "SECRET_KEY": "short",
        "OUTGOING_ALLOWED": "x",
        "BLOCKING_THREADS": "0",
        "LOG_LEVEL": "loud",
        "MAIL_FROM": "x",
        "FORMER_SECRET_KEYS": "brief",
        "FILES_URL": "x",
    }
    with pytest.raises(config.Misconfigured) as caught:
        config.load({"BETAOPS_INSTANCE": str(tmp_path), **wrong})
    sentences = str(caught.value).splitlines()
    assert sorted(sentence.split()[0].rstrip(":") for sentence in sentences) == sorted(wrong)
    assert "brief" not in str(caught.value)


def test_object_storage_without_its_package_names_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(config.Misconfigured, match="pip install obstore"):
        config.load({"BETAOPS_INSTANCE": str(tmp_path), "FILES_URL": "s3://bucket"})


def test_what_operators_mean_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    settings = config.load(
        {
            "BETAOPS_INSTANCE": str(tmp_path),
            "BASE_URL": "http://[::1]:8000",
            "OUTGOING_ALLOWED": "10.0.0.0/8, fd00::/8, 192.168.1.7",
            "BLOCKING_THREADS": "1",
            "LOG_LEVEL": "WARNING",
            "MAIL_FROM": '"Beta, team" <beta@localhost>',
            "FORMER_SECRET_KEYS": "k" * 32,
            "FILES_URL": "s3://bucket/prefix",
        }
    )
    assert (settings.log_level, settings.blocking_threads) == ("warning", 1)
    assert settings.outgoing_allowed == ("10.0.0.0/8", "fd00::/8", "192.168.1.7")


def test_limits_are_whole_numbers_and_none_is_a_limit_of_nothing(tmp_path: Path) -> None:
    given = {
        "FLAGS_PER_ADDRESS": "0",
        "FLAGS_PER_PRODUCT": "5",
        "EVENTS_PER_ADDRESS": "6",
        "EVENTS_PER_PRODUCT": "7",
    }
    settings = config.load({"BETAOPS_INSTANCE": str(tmp_path), **given})
    assert (settings.flags_per_address, settings.flags_per_product) == (0, 5)
    assert (settings.events_per_address, settings.events_per_product) == (6, 7)
    with pytest.raises(config.Misconfigured) as caught:
        config.load(
            {"BETAOPS_INSTANCE": str(tmp_path), "FLAGS_PER_ADDRESS": "-1", "EVENTS_PER_PRODUCT": "many"}
        )
    assert len(str(caught.value).splitlines()) == 2


def test_the_browser_sdks_folder_must_hold_it(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    environ = {"BETAOPS_INSTANCE": str(tmp_path), "POSTHOG_JS": str(folder)}
    with pytest.raises(config.Misconfigured, match=r"POSTHOG_JS .* no array\.js"):
        config.load(environ)
    folder.mkdir()
    (folder / "array.js").write_text("")
    assert config.load(environ).posthog_js == folder
