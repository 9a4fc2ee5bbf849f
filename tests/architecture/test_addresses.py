"""The URL map: no two routes answer the same address."""

from collections import Counter

from betaops.web.application import Application


def test_no_two_routes_share_an_address_and_a_method(app: Application) -> None:
    seen = Counter(
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
    assert [address for address, times in seen.items() if times > 1] == []
