"""A comparison with real servers, once to its end and once interrupted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.machine import ROOT
from benchmarks.results import Results
from tests.benchmarks.processes import MARK, a_mark, await_none, marked

LIMIT_S = 90
COMPARE = ["compare", "--only", "fastapi-uvicorn", "--workloads", "read", "--rounds", "2"]
COMPARE += ["--seconds", "0.4", "--attempts", "1"]
# What a machine that has other things to do may be reproached with.
CIRCUMSTANCES = ("host: ", "warm-up: ", "generator: ", "rate: ")


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
    matrix = [trial for trial in run.trials if trial.part == "matrix"]
    assert sorted((trial.contender, trial.round) for trial in matrix) == sorted(
        (name, one.number) for one in run.plan.rounds for name in one.lineup
    )
    reasons = [reason for trial in run.trials for reason in trial.invalid]
    assert [reason for reason in reasons if not reason.startswith(CIRCUMSTANCES)] == []
    assert all(trial.requests > 10 and 0 < trial.server_cpu_s < 2 * trial.window_s for trial in matrix)
    assert {len(trial.slices) for trial in matrix} == {2}
    assert all(one.pace_us > 0 for trial in matrix for one in trial.slices)
    assert any(trial.part == "ladder" and trial.arrivals for trial in run.trials)
    assert len({(start.checks, start.sample_bytes) for start in run.starts}) == 1

    rendered = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".html", ".md"}}
    assert {"report.html", "summary.md", "decision-record.html"} <= rendered.keys()
    for name in rendered:
        (folder / name).unlink()
    assert finish(lab(["report", str(folder)], mark))[0] == 0
    assert {name: (folder / name).read_bytes() for name in rendered} == rendered


CONTENDERS = """
control = "good"
[[contender]]
name = "good"
framework = "FastAPI"
server = "uvicorn"
profiles = ["quick"]
command = ["{python}", "-m", "fastapi_impl", "--host", "{host}", "--port", "{port}", "--workers", "{workers}"]
[[contender]]
name = "missing"
framework = "Flask"
server = "nothing"
profiles = ["quick"]
command = ["no-such-server", "{port}"]
[[contender]]
name = "wrong"
framework = "Flask"
server = "http.server"
profiles = ["quick"]
command = ["{python}", "-m", "tests.benchmarks.yes_man", "{port}"]
"""


def test_contenders_that_cannot_be_measured_are_told_of_and_the_others_go_on(tmp_path: Path) -> None:
    mark, entries = a_mark(), tmp_path / "contenders.toml"
    entries.write_text(CONTENDERS)
    budget = ["--workloads=read", "--rounds=1", "--seconds=0.4", "--attempts=1", f"--results={tmp_path / 'results'}"]
    code, output, errors = finish(lab(["compare", f"--contenders={entries}", *budget], mark))
    assert (code, errors) == (1, "")
    assert await_none(mark) == []
    assert "round 1  missing: missing does not start: no-such-server: No such file or directory\n" in output
    assert "round 1  wrong: wrong breaks the contract" in output
    run = Results(only_folder(tmp_path / "results")).load()
    assert {trial.contender for trial in run.trials} == {"good", "good-again"}
    assert {incident.contender for incident in run.incidents} == {"missing", "wrong"}


@pytest.mark.timeout(3 * LIMIT_S)
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
    assert "incomplete: " in output
    folder = only_folder(tmp_path)
    assert len(Results(folder).load().trials) >= 2
    assert (folder / "report.html").stat().st_size > 1000
