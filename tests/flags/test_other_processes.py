"""The kill switch reaches every process, not only the one that answered the click."""

import subprocess
import sys

from betaops.flags import service
from betaops.flags.keyring import POLL_SECONDS
from betaops.kernel.work import Work
from tests.factories.flags import a_flag
from tests.factories.programs import a_product
from tests.support.processes import die_with_parent
from tests.support.tree import ROOT

#: Another server: says what it would answer for the flag "new-editor", each time that changes.
WATCHING = """
import sys, time
from betaops import wiring
from betaops.flags.posthog_wire import Question
from betaops.flags.snapshot import Snapshots
from betaops.kernel.db import Database

wiring.load_models()
snapshots, said = Snapshots(Database(sys.argv[1])), None
while True:
    outcomes = snapshots.by_project_key(sys.argv[2]).outcomes(Question(sys.argv[2], "somebody"))
    value = next((outcome.value for outcome in outcomes if outcome.key == "new-editor"), "nothing")
    if value != said:
        said = value
        print(said, flush=True)
    time.sleep(0.02)
"""


def test_a_flag_that_is_switched_off_here_is_off_in_another_process(work: Work) -> None:
    """Within a second: it looks again each POLL_SECONDS, so nothing here is timed."""
    assert POLL_SECONDS < 1
    product = a_product(work)
    flag = a_flag(work, product=product, key="new-editor")
    work.session.commit()
    url = work.platform.database.engine.url.render_as_string(hide_password=False)
    watching = subprocess.Popen(
        [sys.executable, "-c", WATCHING, url, product.project_key],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509  # one system call, no lock taken
    )
    assert watching.stdout is not None
    try:
        assert watching.stdout.readline() == "True\n"
        service.kill(work, flag.id)
        work.session.commit()
        assert watching.stdout.readline() == "nothing\n", "an inactive flag is left out"
        service.revive(work, flag.id)
        work.session.commit()
        assert watching.stdout.readline() == "True\n"
    finally:
        watching.kill()
        watching.wait()
        watching.stdout.close()
