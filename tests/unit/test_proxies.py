"""Which address and scheme are believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.logins import client_network
from shared.proxies import Origin, TrustedProxies

PROXIES = TrustedProxies("127.0.0.1, 10.0.0.0/8,2001:db8::/32")
NEAREST = Origin("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("forwarded_for", "address"),
    [
        (None, "127.0.0.1"),
        ("", "127.0.0.1"),
        ("203.0.113.1", "203.0.113.1"),
        ("203.0.113.1:50000", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("[2001:db9::1]:50000", "2001:db9::1"),
        ("2001:DB9:0::1", "2001:db9::1"),
        ("192.0.2.1, 203.0.113.1", "203.0.113.1"),
        ("192.0.2.1,203.0.113.1 , 10.9.9.9,2001:db8::1", "203.0.113.1"),
        # Nobody but our proxies: the farthest of them asks for itself.
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("203.0.113.1, unknown, 10.2.2.2", "10.2.2.2"),
        ("203.0.113.1, 999.1.1.1", "127.0.0.1"),
        ("203.0.113.1,", "127.0.0.1"),
    ],
)
def test_the_client_is_the_last_address_that_is_not_ours(forwarded_for: str | None, address: str) -> None:
    assert PROXIES.origin(NEAREST, forwarded_for, None).address == address


@pytest.mark.parametrize(
    ("sent", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("http", "http"), ("http, https", "https"), ("https,http", "http"),
     (None, "http"), ("", "http"), ("ftp", "http"), ("https://", "http")],
)  # fmt: skip
def test_the_scheme_is_what_the_nearest_proxy_says(sent: str | None, scheme: str) -> None:
    assert PROXIES.origin(NEAREST, None, sent).scheme == scheme


@pytest.mark.parametrize("peer", ["203.0.113.1", "127.0.0.2", "11.0.0.1", "2001:db9::1", "", "unix:"])
@given(forwarded_for=st.text() | st.none(), proto=st.text() | st.none())
def test_nobody_else_is_believed(peer: str, forwarded_for: str | None, proto: str | None) -> None:
    assert PROXIES.origin(Origin(peer, "http"), forwarded_for, proto) == Origin(peer, "http")


@given(forwarded_for=st.text(), proto=st.text())
def test_no_header_breaks_anything(forwarded_for: str, proto: str) -> None:
    assert PROXIES.origin(NEAREST, forwarded_for, proto).scheme in {"http", "https"}


def test_a_proxy_of_ours_is_known_by_its_address_of_ipv4_within_ipv6() -> None:
    assert PROXIES.origin(Origin("::ffff:127.0.0.1", "http"), "203.0.113.1", None).address == "203.0.113.1"


@pytest.mark.parametrize("text", ["*", "localhost", "127.0.0.1;10.0.0.1", "127.0.0.1,", "10.0.0.1/8", ""])
def test_what_is_no_list_of_addresses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|has host bits set"):
        TrustedProxies(text)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db9:1:2:3:4:5:6", "2001:db9:1:2::/64"),
        ("2001:db9:1:2::", "2001:db9:1:2::/64"),
        ("", ""),
    ],
)
def test_failed_logins_are_counted_for_what_one_client_holds(address: str, network: str) -> None:
    assert client_network(address) == network
