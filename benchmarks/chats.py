"""What plain requests feel of many chats that are open, and what these cost in threads and memory.

Streams are listened to in a process of their own; readers ask at a set pace, so that a latency is not that of a server
at its limit but of one that also has something else to do.
"""

import http.client
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2
import psutil

from benchmarks import contenders
from benchmarks.catalogue import opened
from benchmarks.failures import LabError
from benchmarks.language_model import speaking
from benchmarks.launch import Server, running
from benchmarks.lineup import READY_PATH
from benchmarks.listeners import Heard, listening
from benchmarks.machine import share_cores
from benchmarks.records import Contender
from benchmarks.text import mebibytes, significant

# Each framework on the server that most of its users have.
TWINS = ("flask-gunicorn", "fastapi-uvicorn")
READERS = 4
READS_PER_S = 5
_ROWS = 1000
_SPARE_PLACES = 20
_PATIENCE_S = 10


class Seen(NamedTuple):
    """A server with a number of open streams."""

    contender: str
    streams: int
    latencies_ms: list[float]
    tokens_per_s: float
    threads: int
    pss_bytes: int


def measure(streams: int, token_rate: float, seconds: float) -> Iterator[Seen]:
    """Both twins, without and with open streams."""
    field = contenders.load(contenders.CONTENDERS_FILE)
    chosen = [contender for contender in field.contender if contender.name in TWINS]
    with opened(chosen, _ROWS) as catalogue, tempfile.TemporaryDirectory() as logs, _speaking(token_rate) as upstream:
        for contender in chosen:
            environment = catalogue.fresh_copy(contender) | {
                "CHAT_UPSTREAM_URL": upstream,
                "MAX_STREAMS": str(streams + _SPARE_PLACES),
            }
            cores, _ = share_cores(contender.workers)
            log = Path(logs, f"{contender.name}.log")
            with running(contender, environment, cores, log, READY_PATH) as server:
                yield from _of_server(contender, server, streams, seconds)


def _of_server(contender: Contender, server: Server, streams: int, seconds: float) -> Iterator[Seen]:
    token = _log_in(server.url)
    yield _seen(contender, server, 0, _read(server.url, seconds), Heard(0, 0), seconds)
    with listening(server.url, token, streams) as listeners:
        listeners.heard()
        began = time.perf_counter()
        latencies_ms = _read(server.url, seconds)
        heard = listeners.heard()
        if heard.broken:
            raise LabError(f"{heard.broken} streams of {contender.label} ended early")
        yield _seen(contender, server, streams, latencies_ms, heard, time.perf_counter() - began)


def _seen(
    contender: Contender, server: Server, streams: int, latencies_ms: list[float], heard: Heard, seconds: float
) -> Seen:
    threads = sum(psutil.Process(pid).num_threads() for pid in server.meter.read())
    rate = heard.tokens / seconds
    return Seen(contender.label, streams, latencies_ms, rate, threads, server.meter.pss_bytes())


def _speaking(token_rate: float) -> AbstractContextManager[str]:
    """A language model that speaks at `token_rate` for as long as anybody listens."""
    _, cores = share_cores(1)
    return speaking(cores, "--rate", str(token_rate), "--tokens", str(10**9))


def _log_in(url: str) -> str:
    account = {"username": f"load-{secrets.token_hex(8)}", "password": secrets.token_hex(16)}
    with httpx2.Client(base_url=url, timeout=_PATIENCE_S) as client:
        client.post("/auth/register", json=account).raise_for_status()
        token: str = client.post("/auth/login", data=account).raise_for_status().json()["access_token"]
        return token


def _read(url: str, seconds: float) -> list[float]:
    """Latencies in milliseconds of GET /books/1, from a few clients at a set pace."""
    with ThreadPoolExecutor(READERS) as readers:
        found = readers.map(_reader, [url] * READERS, [seconds] * READERS)
        return [latency_ms for latencies_ms in found for latency_ms in latencies_ms]


def _reader(url: str, seconds: float) -> list[float]:
    latencies_ms = []
    began = time.perf_counter()
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=_PATIENCE_S)) as connection:
        for number in range(round(seconds * READS_PER_S)):
            # From when it is due: an answer that holds the next request up counts against that one too.
            due = began + number / READS_PER_S
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.request("GET", "/books/1")
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise LabError(f"GET /books/1 answered {response.status}")
            latencies_ms.append((time.perf_counter() - due) * 1000)
    return latencies_ms


def row(seen: Seen) -> list[str]:
    """A line of the table that is printed."""
    ninety_fifth = statistics.quantiles(seen.latencies_ms, n=20)[-1]
    return [
        seen.contender,
        str(seen.streams),
        f"{seen.tokens_per_s:.0f}",
        f"{significant(statistics.median(seen.latencies_ms))} ms",
        f"{significant(ninety_fifth)} ms",
        str(len(seen.latencies_ms)),
        str(seen.threads),
        f"{mebibytes(seen.pss_bytes)} MiB",
    ]


HEADINGS = ["server", "streams", "tokens/s", "GET median", "p95", "reads", "threads", "memory (PSS)"]
