"""Which worker runs what: each takes the next test, but tests that share something slow to make go to one of them."""

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

#: By what an id begins with. Marks would say it nearer to the tests, but what hands out tests sees ids only.
TOGETHER = {
    # an installation with the sample workspace, a browser
    "tests/journeys/": "journeys",
    # npm's clients and their browser
    "tests/clients/test_browser": "clients",
}


class Together(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        found = (group for beginning, group in TOGETHER.items() if nodeid.startswith(beginning))
        return next(found, nodeid)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """As it is there, and what is done is forgotten: after each test all that a worker was ever given is counted."""
        nodeid = self.registered_collections[node][item_index]
        given, scope = self.assigned_work[node], self._split_scope(nodeid)
        given[scope][nodeid] = True
        if all(given[scope].values()):
            del given[scope]
        self._reschedule(node)
