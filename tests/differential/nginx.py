"""An nginx of one's own, in a folder, with the files that a document prints."""

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 20
# What a distribution's nginx.conf would say, without its users and folders.
_MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include books.conf;
}}
"""


def binary() -> str | None:
    """Where nginx is, also for those who have no sbin in their path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


class Nginx:
    """A running proxy whose `moved.conf` can be replaced."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self._folder = folder
        self._command = command

    def move(self, moved: str) -> None:
        """Replace what has moved, and return once no worker knows the former file."""
        before = self._reloads()
        (self._folder / "moved.conf").write_text(moved)
        for extra in (["-t", "-q"], ["-s", "reload"]):
            subprocess.run([*self._command, *extra], check=True, capture_output=True, timeout=START_S)
        deadline = time.monotonic() + START_S
        while self._reloads() == before:
            assert time.monotonic() < deadline, (self._folder / "error.log").read_text()
            time.sleep(0.02)

    def _reloads(self) -> int:
        # The last thing that is said of a reload: the workers of before have ended.
        return (self._folder / "error.log").read_text().count("gracefully shutting down")


@contextmanager
def running(folder: Path, books: str, moved: str, health: str) -> Iterator[Nginx]:
    """nginx with these two files, once `health` answers through it."""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
    (folder / "books.conf").write_text(books)
    (folder / "moved.conf").write_text(moved)
    command = [str(binary()), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        _await(health, process, folder / "error.log")
        yield Nginx(folder, command)
    finally:
        process.terminate()
        process.wait(START_S)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # always http
                return
        except OSError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
