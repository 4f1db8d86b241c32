"""Who a request comes from when proxies stand between: only those that the operator named are believed.

A proxy adds the address that it sees at the end of X-Forwarded-For, so the list is read from its end, as far as the
proxies are ours; what stands before that, the client may have made up.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address


class Origin(NamedTuple):
    """Where a request comes from, and by which scheme."""

    address: str
    scheme: str


class TrustedProxies:
    """The addresses and networks of our own proxies, separated by commas; raises ValueError for anything else."""

    def __init__(self, text: str) -> None:
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(part.strip()) for part in text.split(",")]

    def origin(self, peer: Origin, forwarded_for: str | None, forwarded_proto: str | None) -> Origin:
        """Where a request of `peer` comes from in truth, as far as that can be known."""
        if not self._trusts(peer.address):
            return peer
        scheme = (forwarded_proto or "").rpartition(",")[2].strip().lower()
        return Origin(self._client(peer.address, forwarded_for), scheme if scheme in {"http", "https"} else peer.scheme)

    def _client(self, nearest: str, forwarded_for: str | None) -> str:
        for hop in reversed((forwarded_for or "").split(",")):
            address = parsed_address(hop.strip())
            if address is None:
                return nearest
            nearest = str(address)
            if not self._trusts(nearest):
                return nearest
        return nearest

    def _trusts(self, text: str) -> bool:
        address = parsed_address(text)
        return address is not None and any(address in network for network in self._networks)


def parsed_address(text: str) -> Address | None:
    """An address as servers and proxies write it, with or without a port; one of IPv4 within IPv6 is of IPv4."""
    bracketed, _, _ = text.removeprefix("[").partition("]")
    bare = text.partition(":")[0] if text.count(":") == 1 else bracketed
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
