"""Processes that tests start, found again by a mark in their environment."""

import time
import uuid

import psutil

MARK = "BOOKS_TEST_MARK"


def a_mark() -> str:
    """A word that only the processes of one test carry; they hand it on to their children."""
    return uuid.uuid4().hex


def marked(mark: str) -> list[int]:
    """The living processes that carry `mark`."""
    found = psutil.process_iter(["pid", "environ"])
    return [process.pid for process in found if (process.info["environ"] or {}).get(MARK) == mark]


def await_none(mark: str, limit_s: float = 5) -> list[int]:
    """Those that are still there after a moment: what a kill ends takes an instant to go."""
    deadline = time.monotonic() + limit_s
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
