"""What the command line refuses, each in one line."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.cli import main
from benchmarks.contenders import CONTENDERS_FILE, load
from benchmarks.machine import ROOT
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.factories import a_run
from tests.benchmarks.test_results import kept


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """The lab hears SIGTERM; the process of the tests takes it back."""
    heard = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, heard)


def complaint(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and the one line that the lab says about it."""
    code = main(arguments)
    output = capsys.readouterr()
    assert output.err.count("\n") == 1
    assert "Traceback" not in output.err + output.out
    return code, output.err


def usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The last line of what argparse says; above it stands only the usage."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    *above, last = capsys.readouterr().err.splitlines()
    assert above[0].startswith("usage: python -m benchmarks")
    return last


@pytest.mark.parametrize("option", ["--only", "--except"])
def test_an_unknown_contender_is_refused_with_the_known_ones(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, line = complaint(["compare", option, "flask-gunicorn,django"], capsys)
    assert code == 2
    assert line.startswith("error: unknown contender 'django'; there are: ")
    assert all(one.name in line for one in load(CONTENDERS_FILE).contender)


def test_an_unknown_workload_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    code, line = complaint(["compare", "--workloads", "read teleport"], capsys)
    assert code == 2
    assert line.startswith("error: unknown workload 'teleport'; there are: ")
    assert all(name in line for name in WORKLOADS)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--rounds", "0"), ("--rounds", "-1"), ("--rounds", "two"), ("--rounds", "1001"), ("--rounds", "1.5"),
        ("--seconds", "0"), ("--seconds", "nan"), ("--seconds", "inf"), ("--seconds", "soon"), ("--seed", "-1"),
        ("--profile", "slow"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["compare", "layers"])
def test_a_number_that_makes_no_sense_is_refused(
    command: str, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    last = usage([command, option, value], capsys)
    assert option in last
    assert repr(value) in last


@pytest.mark.parametrize("arguments", [[], ["measure"], ["report"], ["compare", "--speed", "9"]])
def test_an_unknown_command_or_option_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "error: " in usage(arguments, capsys)


def test_results_that_cannot_be_written_are_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    code, line = complaint(["compare", "--results", str(tmp_path / "file")], capsys)
    assert code == 2
    assert line.startswith(f"error: results cannot be written to {tmp_path}/file/")


def test_a_report_of_a_folder_without_results_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(["report", str(tmp_path)], capsys) == (
        2, f"error: {tmp_path} holds no results: format.json is missing\n",
    )  # fmt: skip


def test_report_prints_the_answer_and_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = kept(a_run(), tmp_path).folder
    assert main(["report", str(folder)]) == 0
    *answers, place = capsys.readouterr().out.splitlines()
    assert place == f"report: {folder / 'report.html'}"
    assert answers[0].startswith("FastAPI on uvicorn against Flask on gunicorn: more CPU per request, 1.50×,")


def test_the_command_line_does_not_load_locust() -> None:
    code = "import sys, benchmarks.cli; sys.exit('locust' in sys.modules or 'gevent' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_port_that_is_taken_is_found_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        code = main(["compare", "--workers", "1", "--bind", bind, "--results", str(tmp_path)])
    assert code == 1
    assert f"{bind} is not free to listen on" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
