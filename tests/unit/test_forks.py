"""A server that is a fork does as one that was started by hand."""

import re
from pathlib import Path

import httpx2
import pytest

from tests import forks
from tests.servers import TWINS, listeners

# What others have loaded of the project must not be what a server takes.
forks.also_load("shared.metrics")


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
