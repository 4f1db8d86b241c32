"""A comparison over a network: two load hosts, one server host, one database host, each a namespace of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from benchmarks.machine import ROOT
from benchmarks.postgres import Cluster, NoPostgres
from benchmarks.results import Results
from tests.benchmarks.hosts import PREFIX, Host, NoNamespaces, network

FIRST_CORE, *_, LAST_CORE = sorted(os.sched_getaffinity(0)) * 2
# The lab puts its generator on the last core.
HOSTS = (("load1", LAST_CORE), ("load2", LAST_CORE), ("server", FIRST_CORE), ("database", FIRST_CORE))
SERVERS = {"flask": ("flask_impl", 5000), "fastapi": ("fastapi_impl", 8000)}
MASTER_PORT = 5557
PATIENCE_S = 180


@contextmanager
def postgres(host: Host) -> Iterator[str]:
    """A database server on a host."""
    with tempfile.TemporaryDirectory(prefix="lab-database-") as folder:
        cluster = Cluster(Path(folder), host.address, ["fsync=off"], host.command())
        cluster.allow(f"{PREFIX}.0/24")
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()


@contextmanager
def process(host: Host, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A Python program that runs on a host."""
    running = subprocess.Popen(
        host.command(sys.executable, "-m", *arguments),
        cwd=ROOT, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        running.terminate()
        running.wait(PATIENCE_S)


def run(host: Host, *arguments: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        host.command(sys.executable, "-m", *arguments),
        cwd=ROOT, env=os.environ | (environment or {}), capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def await_port(host: Host, address: str, port: int) -> None:
    """Wait until a server on another host can be reached from this one."""
    probe = f"import socket; socket.create_connection(({address!r}, {port}), 1).close()"
    deadline = time.monotonic() + PATIENCE_S
    while subprocess.run(host.command(sys.executable, "-c", probe), check=False, capture_output=True).returncode:
        assert time.monotonic() < deadline, f"nobody listens on {address}:{port}"
        time.sleep(0.1)


@contextmanager
def twins(hosts: dict[str, Host], database: str) -> Iterator[list[str]]:
    """Both twins on the server host, and the arguments that name them."""
    host = hosts["server"]
    settings = {
        "DATABASE_URL": database, "SECRET_KEY": "the secret of this test, long enough for all", "ACCESS_LOG": "false",
        "ARGON2_MEMORY_KIB": "8", "ARGON2_TIME_COST": "1",
    }  # fmt: skip
    run(host, "shared.seed", environment=settings)
    with ExitStack() as stack:
        for module, port in SERVERS.values():
            address = ["--host", host.address, "--port", str(port)]
            stack.enter_context(process(host, module, *address, environment=settings))
            await_port(hosts["load1"], host.address, port)
        yield [f"--url={name}=http://{host.address}:{port}" for name, (_, port) in SERVERS.items()]


@pytest.mark.timeout(400)
def test_four_hosts_are_compared_like_one(tmp_path: Path) -> None:
    mark = f"lab{os.getpid() % 10_000}"
    try:
        with network(HOSTS, mark) as hosts, postgres(hosts["database"]) as database, twins(hosts, database) as urls:
            master = f"{hosts['load1'].address}:{MASTER_PORT}"
            joining = ["benchmarks.generator", "--join", master]
            with process(hosts["load1"], *joining), process(hosts["load2"], *joining):
                budget = [
                    "--workloads=read,write",
                    "--rounds=2",
                    "--seconds=0.6",
                    "--attempts=1",
                    f"--results={tmp_path}",
                ]
                load = ["--expect-workers=2", f"--bind={master}"]
                output = run(hosts["load1"], "benchmarks", "compare", *urls, *budget, *load)
    except (NoNamespaces, NoPostgres) as error:
        pytest.skip(str(error))
    [folder] = tmp_path.iterdir()
    measured = Results(folder).load()
    assert {trial.contender for trial in measured.trials} >= set(SERVERS)
    assert all(trial.load.ok > 0 and trial.server_cpu_s > 0 for trial in measured.trials if trial.part == "matrix")
    assert (folder / "report.html").exists()
    assert "flask" in output
