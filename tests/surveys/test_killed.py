"""A server that is killed while somebody answers."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.flags.http import serving
from bench.spine.server import installation, wait_for
from tests.support.browsers import forms_of
from tests.support.sample import Sample

ANSWERS = {
    **{f"satisfaction[{row}]": "4" for row in ("speed", "sync", "editor", "search")},
    "used_import": "no",
    "platforms": "Web",
}


def page_of(answer: httpx.Response) -> dict[str, Any]:
    """What the fields of its page hold."""
    return next(form.fields for form in forms_of(answer.text) if "__page" in form.fields)


@pytest.mark.slow
def test_nothing_that_was_saved_is_lost_when_the_server_is_killed_between_pages(
    sample: Sample, tmp_path: Path
) -> None:
    sample.copy(tmp_path / "instance").close()
    with installation(tmp_path / "instance", with_sample=False) as served, httpx.Client() as client:
        address = served.facts()["survey_url"]
        first = page_of(client.get(address))
        sent = client.post(address, data={**first, **ANSWERS, "__action": "next"})
        assert sent.status_code == 303
        for pid in serving(served):
            os.kill(pid, signal.SIGKILL)
        wait_for(f"{served.url}/healthz", served.process)
        second = page_of(client.get(f"{served.url}{sent.headers['location']}"))
        assert (second["__page"], second["__submission"]) == ("1", first["__submission"])
        back = client.post(address, data={**second, "__action": "back"})
        again = page_of(client.get(f"{served.url}{back.headers['location']}"))
        assert again["__page"] == "0"
        assert {name: again[name] for name in ANSWERS} == ANSWERS
