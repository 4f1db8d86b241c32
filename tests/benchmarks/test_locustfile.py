"""Every workload in plain Locust, against both twins as users start them."""

import json
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.language_model import speaking
from tests.conftest import CHEAP_HASHES, PATIENCE, SECRET
from tests.forks import serving
from tests.servers import ROOT, TWINS

LOCUST = [sys.executable, "-m", "locust", "-f", "benchmarks/locustfile.py", "--headless", "--only-summary"]
# At least one request of each class.
MEASURED = {
    "read one", "list", "next page", "search", "by author", "me", "log in", "add", "read own", "edit", "cover",
    "static", "export", "echoes", "events", "chat", "chat: first token",
}  # fmt: skip


def locust(url: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LOCUST, "--host", url, *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def catalogue(folder: Path) -> Path:
    """A database with the project's own books."""
    file = folder / "books.sqlite3"
    environment = {"DATABASE_URL": f"sqlite:///{file}", "SECRET_KEY": SECRET}
    subprocess.run([sys.executable, "-m", "shared.seed"], cwd=ROOT, env=environment, check=True, capture_output=True)
    return file


def started(stack: ExitStack, twin: str, books: Path, language_model: str) -> str:
    """The URL of a twin with a copy of these books."""
    folder = books.with_name(twin)
    folder.mkdir()
    copy = shutil.copy(books, folder)
    environment = {
        "DATABASE_URL": f"sqlite:///{copy}",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": SECRET,
        "CHAT_UPSTREAM_URL": language_model,
        **CHEAP_HASHES,
        **PATIENCE,
    }
    return stack.enter_context(serving(twin, environment, folder / "log"))


def test_both_twins_answer_every_workload_as_they_should(tmp_path: Path) -> None:
    with ExitStack() as stack:
        language_model, books = stack.enter_context(speaking([0])), catalogue(tmp_path)
        urls = [started(stack, twin, books, language_model) for twin in TWINS]
        # On a busy machine a few seconds are not enough for all.
        for run_time in ("6s", "40s"):
            missing = MEASURED - answered(urls, run_time)
            if not missing:
                break
    assert missing == set()


def answered(urls: list[str], run_time: str) -> set[str]:
    """What was answered by all servers, which are asked at once, for time is short; nothing may fail."""
    command = ["--users", "13", "--spawn-rate", "100", "--run-time", run_time, "--json"]
    running = [locust(url, *command) for url in urls]
    ends = [process.communicate(timeout=100) for process in running]
    found = []
    for (output, errors), process in zip(ends, running, strict=True):
        assert process.returncode == 0, errors
        entries = {entry["name"]: entry for entry in json.loads(output)}
        assert {name: entry["num_failures"] for name, entry in entries.items() if entry["num_failures"]} == {}
        found.append(set(entries))
    return set.intersection(*found)


def test_a_journey_with_a_mistake_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[visit]]\nname = "x"\nweight = 1\nsteps = ["raed"]\n')
    process = locust("http://127.0.0.1:9", "--run-time", "1s", "--journey", str(file))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "mine.toml: visit 1, steps: step 1, 'raed', is none of list, " in errors
