"""A server that is a fork does as one that was started by hand."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests import forks
from tests.servers import ROOT, TWINS, listeners

# What others have loaded of the project must not be what a server takes.
forks.also_load("shared.metrics")

# Somebody who starts a server and waits.
TESTS = """
import sys
from pathlib import Path
from tests import forks
if __name__ == "__main__":
    twin, folder = sys.argv[1:]
    environment = {"DATABASE_URL": f"sqlite:///{folder}/books.sqlite3", "FILES_DIR": f"{folder}/files"}
    with forks.serving(twin, environment, Path(folder, "log")) as url:
        print(url, flush=True)
        sys.stdin.read()
"""
ENDED_WITHIN_S = 30


@pytest.mark.parametrize("twin", TWINS)
def test_a_fork_has_its_environment_and_counts_of_its_own_and_leaves_nothing(twin: str, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "FILES_DIR": str(tmp_path / "files"),
        "SECRET_KEY": "a secret of at least thirty-two bytes",
        "TMPDIR": str(temporary),
    }
    log = tmp_path / "log"
    with forks.serving(twin, environment, log) as url:
        # Written by prometheus_client only if it was loaded after the server had made the folder.
        assert [*temporary.glob("books-metrics-*/gauge_*.db")]
        found = re.search(r'process_cpu_seconds_total{pid="(\d+)"}', httpx2.get(f"{url}/metrics").text)
        assert found
        assert int(found[1]) in listeners(url)
    assert [*temporary.iterdir()] == []
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("twin", TWINS)
def test_a_fork_ends_with_the_tests_that_are_killed(twin: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", TESTS, twin, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        url = tests.stdout.readline().strip()
        assert httpx2.get(f"{url}/health/live").status_code == 200
        tests.kill()
    deadline = time.monotonic() + ENDED_WITHIN_S
    while listens(url) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not listens(url)


def listens(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 5).close()
    except ConnectionRefusedError:
        return False
    return True
