"""What `/metrics` says of the flag endpoints, of this process."""

from prometheus_client import Counter

_requests = Counter(
    "betaops_flag_requests_total", "Requests of SDKs, by endpoint and status.", ("endpoint", "status")
)
_people = Counter("betaops_flag_people_total", "People asked about, by where they were found.", ("where",))
_by_route: dict[tuple[str, int], Counter] = {}

#: A person who was met before, and one who had to be looked up.
person_known = _people.labels("memory")
person_looked_up = _people.labels("database")


def answered(endpoint: str, status: int) -> None:
    counter = _by_route.get((endpoint, status))
    if counter is None:
        counter = _by_route[endpoint, status] = _requests.labels(endpoint, str(status))
    counter.inc()
