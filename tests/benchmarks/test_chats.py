"""Open chats beside plain requests: the command, and what it says when there is nothing to measure."""

import asyncio
import subprocess
import sys

import pytest

from benchmarks.chats import HEADINGS, Seen, row
from benchmarks.failures import LabError
from benchmarks.listeners import listening
from tests.servers import ROOT, free_port


def test_both_twins_are_measured_without_and_with_open_streams() -> None:
    command = [sys.executable, "-m", "benchmarks", "chats", "--streams", "3", "--rate", "10", "--seconds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
    lines = [line.split("│") for line in done.stdout.splitlines() if line.startswith("│")]
    assert [(cells[1].strip(), cells[2].strip()) for cells in lines] == [
        ("Flask on gunicorn", "0"),
        ("Flask on gunicorn", "3"),
        ("FastAPI on uvicorn", "0"),
        ("FastAPI on uvicorn", "3"),
    ]
    assert [int(cells[3]) > 0 for cells in lines] == [False, True, False, True]
    assert [int(cells[6]) for cells in lines] == [20] * 4


def test_a_line_has_a_cell_for_each_heading() -> None:
    seen = Seen("Flask on gunicorn", 200, [float(number) for number in range(1, 101)], 399.6, 210, 2**27)
    assert row(seen) == ["Flask on gunicorn", "200", "400", "50.5 ms", "96.0 ms", "100", "210", "128.0 MiB"]
    assert len(row(seen)) == len(HEADINGS)


def test_nobody_to_listen_to_is_an_error() -> None:
    with (
        pytest.raises(LabError, match="could not listen: ConnectionRefusedError"),
        listening(f"http://127.0.0.1:{free_port()}", "token", 2),
    ):
        pass


def test_streams_that_break_are_counted() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.write(b"event: token\nevent: token\n")
        writer.close()

    async def count() -> tuple[int, int]:
        async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return await asyncio.to_thread(_heard, url)

    assert asyncio.run(count()) == (2, 2)


def _heard(url: str) -> tuple[int, int]:
    with listening(url, "token", 2) as listeners:
        tokens, broken = listeners.heard()
        return tokens, broken
