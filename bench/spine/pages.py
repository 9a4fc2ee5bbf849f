"""Claims: a console page on the sample takes at most 50 ms of the server's time; portal and survey pages weigh at most
60 kB in at most 6 requests. Times are medians over one keep-alive connection, against an empty page of the same server.
"""

import http.cookiejar
import re
import statistics
import time
import urllib.parse
import urllib.request

from bench.spine.server import Installation, installation

MOST_MS = 50.0
MOST_BYTES, MOST_REQUESTS = 60_000, 6
TIMES = 15


class Visitor:
    """Keeps cookies and follows redirects, like a browser without scripts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        self._opener.addheaders = [("Accept-Encoding", "gzip"), ("Accept", "text/html")]

    def get(self, path: str) -> tuple[bytes, str]:
        with self._opener.open(urllib.parse.urljoin(self.url, path)) as answer:
            return answer.read(), answer.url

    def post(self, path: str, **fields: str) -> None:
        data = urllib.parse.urlencode(fields).encode()
        self._opener.open(urllib.parse.urljoin(self.url, path), data).close()


def main() -> None:
    with installation() as found:
        facts = found.facts()
        member = sign_in(found, facts["console_url"])
        base = median_ms(member, "/healthz")
        print(f"an empty answer {base:.1f} ms; below, ms above that, as a share of {MOST_MS:.0f} ms")
        for path in console_pages(member):
            above = max(0.0, median_ms(member, path) - base)
            print(f"  {above:6.1f} ms  {above / MOST_MS:5.2f}{'  OVER' if above > MOST_MS else ''}  {path}")
        print(f"\nportal and survey pages, as shares of {MOST_BYTES // 1000} kB and {MOST_REQUESTS} requests")
        for name in ("portal_url", "survey_url"):
            size, requests = weight(Visitor(found.url), facts[name])
            print(
                f"  {size / 1000:6.1f} kB {size / MOST_BYTES:5.2f}   {requests} requests {requests / MOST_REQUESTS:5.2f}  {name}"
            )


def sign_in(found: Installation, link: str) -> Visitor:
    """The console of the sample's owner."""
    visitor = Visitor(found.url)
    page, _ = visitor.get(link)
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    visitor.post(link, csrf_token=token[1].decode())
    return visitor


def console_pages(member: Visitor) -> list[str]:
    """Every page that the navigation leads to, from the first one on."""
    page, _ = member.get("/console")
    found = re.findall(rb'href="(/console[^"#]*)"', page)
    return sorted({path.decode().replace("&amp;", "&") for path in found})


def median_ms(visitor: Visitor, path: str) -> float:
    spent = []
    for _time in range(TIMES):
        started = time.perf_counter()
        visitor.get(path)
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


def weight(visitor: Visitor, url: str) -> tuple[int, int]:
    """Bytes sent and requests made by a browser with an empty cache: the page, its styles, scripts and pictures."""
    page, _ = visitor.get(url)
    links = set(re.findall(rb'(?:href|src)="(/assets/[^"]+)"', page))
    total, seen = len(page), set()
    waiting = [link.decode() for link in links]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        request = urllib.request.Request(
            urllib.parse.urljoin(visitor.url, path), headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
            packed = answer.headers.get("Content-Encoding") == "gzip"
        total += len(body)
        if path.endswith(".js"):
            import gzip

            source = gzip.decompress(body) if packed else body
            waiting += [
                urllib.parse.urljoin(path, found.decode())
                for found in re.findall(rb'(?:import|from)\s*["\'](\.[^"\']+)["\']', source)
            ]
    return total, 1 + len(seen)


if __name__ == "__main__":
    main()
