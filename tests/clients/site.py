"""A product's own site: another origin than ours, with the browser clients as their packages ship them."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Template
from typing import Any

_FEATURE = "@openfeature/ofrep-web-provider"
#: Where a browser finds what bundlers look up by name.
_IMPORTS = {
    "imports": {
        "@openfeature/core": "/packages/@openfeature/core/dist/esm/index.js",
        "@openfeature/web-sdk": "/packages/@openfeature/web-sdk/dist/esm/index.js",
        "@openfeature/ofrep-core": f"/packages/{_FEATURE}/node_modules/@openfeature/ofrep-core/index.esm.js",
        _FEATURE: f"/packages/{_FEATURE}/index.esm.js",
    }
}

_POSTHOG = Template("""<!doctype html><title>The product</title><h1>The product</h1>
<script src="/packages/posthog-js/dist/array.full.no-external.js"></script>
<script>
  window.ready = new Promise((resolve) => {
    posthog.init($key, { api_host: $host, persistence: "memory", request_batching: false,
      opt_out_useragent_filter: true, // it takes a headless browser for a robot and stays silent
      ...$options });
    posthog.onFeatureFlags(() => resolve(true));
  });
</script>""")

_OPENFEATURE = Template("""<!doctype html><title>The product</title><h1>The product</h1>
<script type="importmap">$imports</script>
<script type="module">
  import { OpenFeature } from "@openfeature/web-sdk";
  import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
  window.events = [];
  window.openFeature = OpenFeature;
  OpenFeature.addHandler("PROVIDER_CONFIGURATION_CHANGED", () => window.events.push("changed"));
  OpenFeature.addHandler("PROVIDER_STALE", () => window.events.push("stale"));
  OpenFeature.addHandler("PROVIDER_ERROR", () => window.events.push("error"));
  const provider = new OFREPWebProvider({
    baseUrl: $host,
    headers: [["Authorization", "Bearer " + $key]],
    ...$options,
  });
  window.ready = OpenFeature.setContext({ targetingKey: $person })
    .then(() => OpenFeature.setProviderAndWait(provider))
    .then(() => true);
</script>""")

_TYPES = {".js": "text/javascript; charset=utf-8"}


def posthog_page(host: str, key: str, **options: Any) -> bytes:
    """A page with PostHog's browser SDK; `await window.ready` comes with the first flags."""
    values = {"host": json.dumps(host), "key": json.dumps(key), "options": json.dumps(options)}
    return _POSTHOG.substitute(values).encode()


def openfeature_page(host: str, key: str, person: str, **options: Any) -> bytes:
    """A page with OpenFeature's web SDK and its OFREP provider; what the provider reports stands in `events`."""
    values = {name: json.dumps(value) for name, value in (("host", host), ("key", key), ("person", person))}
    return _OPENFEATURE.substitute(values, imports=json.dumps(_IMPORTS), options=json.dumps(options)).encode()


def site(page: bytes, packages: Path) -> Callable[..., Iterable[bytes]]:
    """`page` at every address but those of packages."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/packages/"):
            file = packages / path.removeprefix("/packages/")
            start_response("200 OK", [("Content-Type", _TYPES.get(file.suffix, "text/plain"))])
            return [file.read_bytes()]
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page]

    return answer
