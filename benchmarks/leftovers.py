"""What servers leave behind: processes that left their tree, and sockets that they never closed."""

import time
from contextlib import suppress

import psutil

# Servers carry it in their environment and hand it on, wherever their children move to.
MARK = "LAB_SERVER"
_POLL_S = 0.05


def end_marked(mark: str) -> int:
    """Kill every process that carries the mark; how many there were."""
    found = [process for process in psutil.process_iter() if _mark_of(process) == mark]
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return len(found)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except psutil.Error:
        # Gone meanwhile, or somebody else's.
        return None


def leaked_connections(port: int, patience_s: float) -> int:
    """Connections to a server that its clients have closed and it has not, after a moment to do so."""
    deadline = time.monotonic() + patience_s
    while (left := _half_closed(port)) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return left


def _half_closed(port: int) -> int:
    return sum(
        connection.status == psutil.CONN_CLOSE_WAIT and connection.laddr[1:] == (port,)
        for connection in psutil.net_connections("tcp")
    )
