"""Whom the limits of SDKs take for one client."""

from betaops.web.gates import Gate


def test_all_addresses_of_one_ipv6_network_are_one() -> None:
    gate = Gate("test", 2, 0)
    asked = (
        "2001:db8:1:2::1",
        "2001:db8:1:2:ffff::9",
        "2001:db8:1:2::3%eth0",
        "2001:db8:1:3::1",
        "nonsense:",
        "",
    )
    waits = [gate.address_wait({"REMOTE_ADDR": address}) > 0 for address in asked]
    assert waits == [False, False, True, False, False, False]
