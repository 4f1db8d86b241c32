"""Threads of a server share one arena of the C library, in both twins."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.test_garbage import FASTAPI, FLASK, ROOT

# How many arenas there are after eight threads at once, with blocks that are too large for Python's own allocator.
COUNT_ARENAS = """
import ctypes, sys, tempfile, threading
together = threading.Barrier(8)
def work():
    together.wait()
    blocks = [bytes(1000) for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    assert libc.malloc_info(0, stream) == 0
    libc.fclose(stream)
    print(file.read().count(b"<heap nr="))
"""

pytestmark = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="only glibc has arenas")


@pytest.mark.parametrize("start", [FLASK, FASTAPI], ids=["flask", "fastapi"])
@pytest.mark.parametrize(("asked", "most"), [({}, 1), ({"MALLOC_ARENA_MAX": "4"}, 4)], ids=["default", "asked"])
def test_threads_share_one_arena_unless_asked_otherwise(
    start: str, asked: dict[str, str], most: int, tmp_path: Path
) -> None:
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "FILES_DIR": str(tmp_path),
        "SECRET_KEY": "k" * 32,
        **asked,
    }
    for command in (["-m", "shared.migrate"], ["-c", f"{start}\n{COUNT_ARENAS}"]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert int(done.stdout) == most
