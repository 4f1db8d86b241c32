"""What processes cost."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.process_tree import ProcessGone, cpu_ns, cpu_s_between, members, pss_bytes, read_cpu

# Burns CPU in a thread that ends, then says what the process has used, and waits.
BURN = """
import json, sys, threading, time
def burn():
    while time.thread_time() < 0.3: pass
thread = threading.Thread(target=burn); thread.start(); thread.join()
print(json.dumps(time.process_time_ns()), flush=True)
sys.stdin.read()
"""
# The same in a child, while the parent sleeps.
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {BURN!r}], stdin=subprocess.PIPE)
sys.stdin.read()
child.communicate()
"""


@contextmanager
def waiting(code: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        yield process
        process.communicate(timeout=10)


def said(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(json.loads(process.stdout.readline()))


def a_dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_cpu_is_what_the_process_says_itself_ended_threads_included() -> None:
    with waiting(BURN) as process:
        own_ns = said(process)
        assert own_ns > 0.3e9
        assert cpu_ns(process.pid) == pytest.approx(own_ns, rel=0.10)


def test_the_cpu_of_a_child_belongs_to_the_tree() -> None:
    with waiting(PARENT) as parent:
        before = {parent.pid: cpu_ns(parent.pid)}
        child_ns = said(parent)
        after = read_cpu(parent.pid)
        assert len(after) == 2
        parent_ns = after[parent.pid] - before[parent.pid]
        assert cpu_s_between(before, after) == pytest.approx((child_ns + parent_ns) / 1e9, rel=0.10)


def test_an_idle_process_costs_nothing_between_two_readings() -> None:
    with waiting(BURN) as process:
        said(process)
        time.sleep(0.05)
        before = read_cpu(process.pid)
        time.sleep(0.2)
        assert cpu_s_between(before, read_cpu(process.pid)) < 0.005


def test_a_difference_is_the_sum_over_processes_new_ones_included() -> None:
    assert cpu_s_between({1: 5 * 10**9}, {1: 7 * 10**9, 2: 10**9}) == 3


def test_a_process_that_ended_between_two_readings_is_not_passed_over() -> None:
    with pytest.raises(ProcessGone, match="process 2 ended"):
        cpu_s_between({1: 5, 2: 5}, {1: 9})


@pytest.mark.parametrize("reading", [members, cpu_ns, read_cpu, pss_bytes])
def test_a_process_that_is_gone_is_said_to_be_gone(reading: object) -> None:
    pid = a_dead_process()
    assert callable(reading)
    with pytest.raises(ProcessGone, match=f"process {pid} ended"):
        reading(pid)


def test_memory_of_a_tree_is_more_than_that_of_its_child_alone() -> None:
    with waiting(PARENT) as parent:
        said(parent)
        _, child = members(parent.pid)
        assert 2**20 < pss_bytes(child) < pss_bytes(parent.pid) < 2**30


def test_this_process_has_memory() -> None:
    assert pss_bytes(os.getpid()) > 2**20
