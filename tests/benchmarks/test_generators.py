"""The comparison of load generators."""

import socket
import subprocess
import sys

import pytest

from benchmarks.failures import LabError
from benchmarks.generators.trials import Trial, against, of_wrk, rounds, serving

WRK_SAID = """Running 1s test @ http://127.0.0.1:1/books/1
  1 threads and 8 connections
  40000 requests in 1.10s, 7.33MB read
Requests/sec:  36363.64
Transfer/sec:      6.66MB
"""


def test_what_wrk_says_is_counted() -> None:
    trial = of_wrk(WRK_SAID, cpu_s=0.5)
    assert (trial.requests, trial.per_cpu_s) == (40_000, 80_000)
    assert trial.rate_per_s == pytest.approx(36_363.64)


@pytest.mark.parametrize("trouble", ["  Socket errors: connect 0, read 3", "  Non-2xx or 3xx responses: 12"])
def test_requests_of_wrk_that_failed_are_no_result(trouble: str) -> None:
    with pytest.raises(LabError, match="wrk"):
        of_wrk(f"{WRK_SAID}{trouble}\n", cpu_s=0.5)
    with pytest.raises(LabError, match="unable to connect"):
        of_wrk("unable to connect to 127.0.0.1:1 Connection refused\n", cpu_s=0.5)


def test_the_order_turns_from_round_to_round() -> None:
    asked = list(rounds(["a", "b", "c"], "", 3, 1.0, lambda name, _url, seconds: Trial(name, 1, 1.0, seconds)))
    assert ["".join(trial.generator for trial in held) for held in asked] == ["abc", "cba", "abc"]


def test_generators_are_compared_within_their_round() -> None:
    # The machine is half as fast in the second round; the ratio does not notice.
    seen = [Trial("a", 600, 1.0, 1.0), Trial("b", 200, 1.0, 1.0), Trial("b", 100, 1.0, 1.0), Trial("a", 300, 1.0, 1.0)]
    ratio = against(seen, "a", "b")
    assert (ratio.estimate, ratio.low, ratio.high) == pytest.approx((3, 3, 3))


def test_the_server_answers_requests_however_they_are_cut() -> None:
    with serving() as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r")
            connection.sendall(b"\n")
            connection.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert said.count(b"HTTP/1.1 200 OK") == 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5).close()


@pytest.mark.parametrize("kind", ["lean", "FastHttpUser", "HttpUser"])
def test_each_user_of_locust_is_answered(kind: str) -> None:
    with serving() as url:
        # Long enough to get a turn of the processor beside other tests.
        command = [sys.executable, "-m", "benchmarks.generators.locusts", kind, url, "2", "2"]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert '"failures": 0' in said
    assert '"requests": 0,' not in said
