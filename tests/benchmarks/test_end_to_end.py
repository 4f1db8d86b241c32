"""A comparison with real servers, once to its end and once interrupted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.machine import ROOT
from benchmarks.results import Results
from tests.benchmarks.processes import MARK, a_mark, await_none, marked

LIMIT_S = 90
COMPARE = ["compare", "--only", "fastapi-uvicorn", "--workloads", "read", "--rounds", "2", "--seconds", "0.3"]
RENDERED = ("report.html", "summary.md", "summary.json")


def hear_ctrl_c() -> None:
    """Whoever runs tests in the background of a shell makes their children deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def lab(arguments: list[str], mark: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, env=os.environ | {MARK: mark}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=hear_ctrl_c,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        output, errors = process.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        process.terminate()
        output, errors = process.communicate()
    return process.returncode, output, errors


def only_folder(parent: Path) -> Path:
    [folder] = parent.iterdir()
    return folder


def waits(process: subprocess.Popen[str]) -> Iterator[None]:
    """Short pauses, for as long as the process runs and has time."""
    deadline = time.monotonic() + LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
        yield


def test_a_comparison_measures_reports_renders_again_and_leaves_no_process(tmp_path: Path) -> None:
    mark = a_mark()
    code, output, errors = finish(lab([*COMPARE, "--results", str(tmp_path)], mark))
    assert (code, errors) == (0, "")
    assert await_none(mark) == []
    folder = only_folder(tmp_path)
    assert output.splitlines()[-1] == f"report: {folder / 'report.html'}"

    run = Results(folder).load()
    assert [(trial.contender, trial.round) for trial in run.trials] == [
        (trial.contender, one.number) for one in run.plan.rounds for trial in one.trials
    ]
    assert [trial.invalid for trial in run.trials] == [[]] * 4
    assert all(trial.load.requests > 10 and 0 < trial.server_cpu_s < 2 * trial.load.window_s for trial in run.trials)
    assert all(start.checks == 17 for start in run.starts)
    assert json.loads((folder / "summary.json").read_text())["trust"]["noise"] is not None

    before = [(folder / name).read_bytes() for name in RENDERED]
    for name in RENDERED:
        (folder / name).unlink()
    assert finish(lab(["report", str(folder)], mark))[0] == 0
    assert [(folder / name).read_bytes() for name in RENDERED] == before


def test_ctrl_c_stops_every_process_and_reports_what_there_is(tmp_path: Path) -> None:
    mark = a_mark()
    process = lab([*COMPARE, "--rounds", "50", "--results", str(tmp_path)], mark)
    for _ in waits(process):
        if list(tmp_path.glob("*/trials/01.*.json")):
            break
    assert len(marked(mark)) >= 3
    process.send_signal(signal.SIGINT)
    code, output, errors = finish(process)
    assert (code, errors) == (130, "")
    assert await_none(mark) == []
    assert "interrupted; this is what there is:" in output
    assert "trials were not carried out" in output
    folder = only_folder(tmp_path)
    assert len(Results(folder).load().trials) >= 2
    assert (folder / "report.html").stat().st_size > 1000
