"""The stand-in for a language model, for as long as servers may ask it."""

import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext

import httpx2

from benchmarks.affinity import on_cores
from benchmarks.failures import LabError
from benchmarks.launch import HOST, free_port, stop_tree
from benchmarks.machine import ROOT
from benchmarks.workloads import LANGUAGE_MODEL, settings_for

_PATIENCE_S = 10


@contextmanager
def speaking(cores: list[int], *options: str) -> Iterator[str]:
    """The address of benchmarks.chat_upstream with these options."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.chat_upstream", "--port", str(port), *options]
    with on_cores(cores):
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise LabError("the stand-in for a language model does not start")
            time.sleep(0.05)
        yield f"http://{HOST}:{port}/v1"
    finally:
        stop_tree(process)


@contextmanager
def settings_during(workloads: Collection[str], cores: list[int]) -> Iterator[Mapping[str, str]]:
    """The settings that servers need for these workloads, with a language model that speaks if one of them asks it."""
    settings = settings_for(workloads)
    needed = LANGUAGE_MODEL in settings.values()
    with speaking(cores) if needed else nullcontext("") as address:
        yield {name: address if value == LANGUAGE_MODEL else value for name, value in settings.items()}


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://{HOST}:{port}/stats").is_success
    except httpx2.HTTPError:
        return False
