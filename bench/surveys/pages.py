"""Claim: a page that people answer is at most 60 kB as sent, in at most six requests, with nothing from elsewhere.

The page of ten questions with everything that it asks for: style sheets, scripts, and the modules that those import.
"""

import gzip
import re
import urllib.request
from urllib.parse import urljoin

from bench.spine.server import installation
from bench.spine.surveys import plant
from bench.surveys.limits import most

MOST_KB, MOST_REQUESTS = 60.0, 6
_ASKED = re.compile(
    r'<(?:link rel="(?:stylesheet|icon)"[^>]* href|link[^>]* href|script[^>]* src|img[^>]* src)="([^"]+)"'
)
_IMPORTED = re.compile(r"""(?:import|from)\s*["']([^"']+)["']|url\(["']?([^"')]+)["']?\)""")


def main() -> None:
    with installation(with_sample=False) as found:
        planted = plant(found, people=50)
        planted.platform.database.close()
        sizes = sent(found.url + planted.paths[0])
    for address, size in sizes.items():
        print(
            f"{size:8,} bytes  {re.sub('/assets/[^/]+', '/assets/…', address.removeprefix(found.url))[:70]}"
        )
    most("sent", sum(sizes.values()) / 1000, MOST_KB, "kB")
    most("requests", len(sizes), MOST_REQUESTS, "requests")


def sent(address: str) -> dict[str, int]:
    """Bytes of bodies as sent, by address, of a page and all that comes with it."""
    waiting, sizes = [address], dict[str, int]()
    while waiting:
        each = waiting.pop(0)
        if each in sizes or each.startswith("data:"):
            continue
        request = urllib.request.Request(each, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
            is_packed = answer.headers.get("Content-Encoding") == "gzip"
            kind = answer.headers.get_content_type()
        sizes[each] = len(body)
        text = (gzip.decompress(body) if is_packed else body).decode("utf-8", "replace")
        if kind == "text/html":
            waiting += [urljoin(each, path) for path in _ASKED.findall(text)]
        elif kind in ("text/css", "text/javascript", "application/javascript"):
            waiting += [urljoin(each, one or other) for one, other in _IMPORTED.findall(text)]
    return sizes


if __name__ == "__main__":
    main()
