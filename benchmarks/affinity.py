"""Which cores processes may use: those that are about to start, and those that run already."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.process_tree import ProcessGone, members


@contextmanager
def on_cores(cores: list[int]) -> Iterator[None]:
    """Processes started inside are bound to `cores`, from their first instruction on."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def bind(root: int, cores: list[int]) -> None:
    """Bind every thread of a process tree that runs already to `cores`."""
    while strays := [thread for thread in _threads(root) if _bound_to(thread) - set(cores)]:
        for thread in strays:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread, cores)


def _threads(root: int) -> Iterator[int]:
    for pid in members_or_none(root):
        with suppress(FileNotFoundError):
            yield from (int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())


def _bound_to(thread: int) -> set[int]:
    try:
        return os.sched_getaffinity(thread)
    except ProcessLookupError:
        return set()


def members_or_none(root: int) -> list[int]:
    """The processes of a tree; none when it has ended."""
    try:
        return members(root)
    except ProcessGone:
        return []
