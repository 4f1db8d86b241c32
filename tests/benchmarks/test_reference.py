"""The committed reference runs are raw data that still give the figures and the picture that the README shows."""

import tarfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.analyse import Analysis, analyse
from benchmarks.diff.agreement import agreements, conclusions
from benchmarks.machine import ROOT
from benchmarks.ratios import CONFIDENCE
from benchmarks.records import Run
from benchmarks.report.forest import forest
from benchmarks.report.headline import headline
from benchmarks.results import Results

REFERENCE = ROOT / "benchmarks" / "reference"
README = " ".join((ROOT / "README.md").read_text("utf-8").split())
ACCOUNT = " ".join((REFERENCE / "README.md").read_text("utf-8").split())
ARCHIVES = ("first.tar.xz", "second.tar.xz")


@cache
def reference(name: str) -> tuple[Run, Analysis]:
    with TemporaryDirectory() as folder, tarfile.open(REFERENCE / name) as archive:
        archive.extractall(folder, filter="data")
        run = Results(Path(folder)).load()
    return run, analyse(run)


def test_the_picture_is_that_of_the_raw_data() -> None:
    assert (REFERENCE / "ratios.svg").read_text("utf-8") == forest(*reference("first.tar.xz"))
    assert "benchmarks/reference/ratios.svg" in README


def test_the_readme_gives_the_answer_of_the_run() -> None:
    for sentence in headline(*reference("first.tar.xz")):
        assert sentence in README


@pytest.mark.parametrize("name", ARCHIVES)
def test_machine_and_moment_are_told(name: str) -> None:
    place = reference(name)[0].environment
    assert place.started_at[:16].replace("T", " ") in ACCOUNT
    assert place.revision in ACCOUNT
    assert place.machine["processor"] in ACCOUNT
    assert "dirty" not in place.revision


def test_how_far_the_second_run_reproduces_the_first_is_told() -> None:
    found = agreements(*(reference(name)[0] for name in ARCHIVES))
    for line in conclusions(found):
        assert line in ACCOUNT
    assert sum(one.foreseen for one in found) >= CONFIDENCE * 2 * len(found)


def test_the_raw_data_are_small() -> None:
    assert sum(file.stat().st_size for file in REFERENCE.iterdir()) < 5 * 2**20
