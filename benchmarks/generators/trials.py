"""Generators by turns against one server, each alone on its core."""

import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from benchmarks import machine
from benchmarks.affinity import on_cores
from benchmarks.failures import LabError
from benchmarks.plan import USERS
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.text import last_line

LOCUSTS = ("lean", "FastHttpUser", "HttpUser")
WRK = "wrk"
# Python and Locust start, users hang up.
_PATIENCE_S = 60
_COUNTED = re.compile(r"^\s*(\d+) requests in ", re.MULTILINE)
_LASTED = re.compile(r"^\s*Requests/sec:\s*([\d.]+)$", re.MULTILINE)


class Trial(NamedTuple):
    """What one generator did in one round."""

    generator: str
    requests: int
    cpu_s: float
    seconds: float

    @property
    def rate_per_s(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds

    @property
    def per_cpu_s(self) -> float:
        """Requests answered for a second of the generator's CPU: what a core of its own would apply."""
        return self.requests / self.cpu_s


Run: TypeAlias = Callable[[str, str, float], Trial]


def present() -> list[str]:
    """The generators that this machine has."""
    return [*LOCUSTS, *([WRK] if shutil.which(WRK) else [])]


def rounds(generators: Sequence[str], url: str, count: int, seconds: float, run: Run) -> Iterator[list[Trial]]:
    """Every generator once a round, in an order that turns from round to round."""
    for number in range(count):
        turned = generators if number % 2 == 0 else generators[::-1]
        yield [run(generator, url, seconds) for generator in turned]


def against(trials: Sequence[Trial], one: str, other: str) -> Ratio:
    """How many times the requests of `other` a CPU second of `one` applies."""
    by_name = {name: [trial.per_cpu_s for trial in trials if trial.generator == name] for name in (one, other)}
    return paired_ratio(by_name[one], by_name[other])


def run(generator: str, url: str, seconds: float) -> Trial:
    """One trial on the generator's core; raises LabError when it fails."""
    _, cores = machine.share_cores(1)
    with on_cores(cores):
        return wrk(f"{url}/books/1", seconds) if generator == WRK else _locust(generator, url, seconds)


def _locust(kind: str, url: str, seconds: float) -> Trial:
    module = "benchmarks.generators.locusts"
    output = _output([sys.executable, "-m", module, kind, url, str(USERS), str(seconds)], seconds)
    said = json.loads(output)
    if said["failures"] or not said["requests"]:
        raise LabError(f"{kind}: {said['failures']} of {said['requests']} requests failed")
    return Trial(kind, said["requests"], said["cpu_s"], said["seconds"])


def wrk(url: str, seconds: float, script: Sequence[str] = (), connections: int = USERS) -> Trial:
    """One trial with wrk, on the cores that this thread has; `script` is a Lua file and what it is told."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = _output(wrk_command(url, seconds, script, connections), seconds)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return of_wrk(output, cpu_s)


def wrk_command(url: str, seconds: float, script: Sequence[str] = (), connections: int = USERS) -> list[str]:
    """How wrk is started, which takes whole seconds only."""
    command = [WRK, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
    return command + (["-s", script[0], url, "--", *script[1:]] if script else [url])


def of_wrk(output: str, cpu_s: float) -> Trial:
    """What wrk printed; raises LabError when that is no count, or when requests failed."""
    requests, rate = _COUNTED.search(output), _LASTED.search(output)
    if not requests or not rate or "Socket errors" in output or "Non-2xx" in output:
        raise LabError(f"{WRK}: {last_line(output)}")
    return Trial(WRK, int(requests[1]), cpu_s, int(requests[1]) / float(rate[1]))


def _output(command: list[str], seconds: float) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + _PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise LabError(f"{command[0]} did not come to an end") from None
    if done.returncode:
        raise LabError(f"{' '.join(command[:4])}: {last_line(done.stderr)}")
    return done.stdout


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that answers everything alike, on the servers' core."""
    cores, _ = machine.share_cores(1)
    with on_cores(cores):
        command = [sys.executable, "-m", "benchmarks.generators.server"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None  # noqa: S101  # a pipe was asked for
        port = server.stdout.readline().strip()
        if not port:
            raise LabError("the server for generators did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.communicate()
