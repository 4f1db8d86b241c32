"""Several hosts on one machine: network namespaces joined by a bridge, each with an address of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

PREFIX = "10.91.7"


class NoNamespaces(Exception):
    """This machine lets nobody make network namespaces; the text says why."""


class Host(NamedTuple):
    """A host by its namespace and its address in the network of the test."""

    namespace: str
    address: str
    # A host has cores of its own, as far as this machine has more than one.
    core: int

    def command(self, *arguments: str) -> list[str]:
        """The command that runs `arguments` on this host."""
        return ["ip", "netns", "exec", self.namespace, "taskset", "--cpu-list", str(self.core), *arguments]


@contextmanager
def network(names: Sequence[tuple[str, int]], mark: str) -> Iterator[dict[str, Host]]:
    """Hosts by name and core, that reach each other and nobody else; raises NoNamespaces."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise NoNamespaces("network namespaces need root and the program ip")
    # The switch has a namespace of its own too: a link that appears in ours tells every browser on this machine that
    # its network has changed, and browsers then give up what they were loading.
    switch = f"{mark}-switch"
    hosts = {name: Host(f"{mark}-{name}", f"{PREFIX}.{number}", core) for number, (name, core) in enumerate(names, 1)}
    try:
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge", "up")
        for number, host in enumerate(hosts.values(), 1):
            _join(host, f"port{number}", switch)
        yield hosts
    finally:
        for namespace in (*(host.namespace for host in hosts.values()), switch):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def _join(host: Host, port: str, switch: str) -> None:
    _ip("netns", "add", host.namespace)
    _ip("-n", switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
    _ip("-n", switch, "link", "set", port, "master", "bridge", "up")
    for arguments in (
        ["addr", "add", f"{host.address}/24", "dev", "eth0"],
        ["link", "set", "eth0", "up"],
        ["link", "set", "lo", "up"],
    ):
        _ip("-n", host.namespace, *arguments)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNamespaces(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
