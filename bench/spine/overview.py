"""Claim: the overview of the sample's program, the page a PM opens each morning, takes at most 50 ms of the server's
time and a bounded number of queries. Requests per second, p50 and p99 over kept-alive connections, beside an empty
page of the same server in the same run; queries counted in this process on the same database.
"""

import http.client
import logging
import statistics
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import event

import config
from bench.spine.pages import MOST_MS, Visitor, sign_in
from bench.spine.server import Installation, installation
from betaops.app import create_app

SECONDS = 5.0
WARM_UP = 20


@dataclass(frozen=True)
class Load:
    """What came of asking for one path as fast as the answers came."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    with installation() as found:
        facts = found.facts()
        member = sign_in(found, facts["console_url"])
        path = f"/console/programs/{facts['program']}"
        cookies = cookies_of(member)
        print(f"{'':44}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}")
        for connections in (1, 8):
            empty = load(found.url, "/healthz", cookies, connections)
            page = load(found.url, path, cookies, connections)
            for name, result in (("an empty answer", empty), ("the overview", page)):
                print(
                    f"{name + ', ' + str(connections) + ' at a time':44}{result.requests_per_second:8.0f}"
                    f"{result.p50_ms:9.1f}{result.p99_ms:9.1f}"
                )
            if connections == 1:
                above = page.p50_ms - empty.p50_ms
                print(
                    f"  {above:.1f} ms above the empty answer: {above / MOST_MS:.2f} of the limit of {MOST_MS:.0f} ms"
                )
        print(f"queries for one overview: {queries_for(found, path, cookies)}")
        print(f"queries for the readiness page: {queries_for(found, path + '/readiness', cookies)}")


def cookies_of(visitor: Visitor) -> str:
    """What the visitor's browser would send."""
    jar = next(
        handler.cookiejar
        for handler in getattr(visitor._opener, "handlers", [])
        if isinstance(handler, urllib.request.HTTPCookieProcessor)
    )
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def load(url: str, path: str, cookies: str, connections: int, seconds: float = SECONDS) -> Load:
    """Each connection asks again as soon as it was answered; every answer must be a 200."""
    host = urllib.parse.urlsplit(url).netloc
    spent: list[list[float]] = [[] for _ in range(connections)]
    failed: list[str] = []

    def ask(connection: http.client.HTTPConnection) -> float:
        started = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return (time.perf_counter() - started) * 1000

    def run(mine: list[float]) -> None:
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            for _ in range(WARM_UP // connections + 1):
                ask(connection)
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                mine.append(ask(connection))
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            failed.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(mine,)) for mine in spent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(failed[0])
    times = sorted(each for mine in spent for each in mine)
    return Load(len(times) / seconds, statistics.median(times), times[int(len(times) * 0.99)])


def queries_for(found: Installation, path: str, cookies: str) -> int:
    """Statements that one request sends, the signed-in member's own included."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    app = create_app(config.load(found.environ))
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    def counted(ask: Callable[[], int]) -> int:
        seen.clear()
        event.listen(app.platform.database.engine, "before_cursor_execute", note)
        status = ask()
        event.remove(app.platform.database.engine, "before_cursor_execute", note)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return len([each for each in seen if not each.startswith(("PRAGMA", "BEGIN"))])

    client = app.test_client(use_cookies=False)
    try:
        client.get(path, headers={"Cookie": cookies})
        return counted(lambda: client.get(path, headers={"Cookie": cookies}).status_code)
    finally:
        app.platform.database.close()


if __name__ == "__main__":
    main()
