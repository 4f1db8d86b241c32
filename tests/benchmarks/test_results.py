"""What is kept of a run, and what is refused as one."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.failures import LabError, UsageError
from benchmarks.records import Run
from benchmarks.results import Results
from tests.benchmarks.factories import a_busy_run, a_plan, a_run, a_trial, an_open_trial


def kept(run: Run, folder: Path) -> Results:
    results = Results.create(folder, "run")
    results.save_plan(run.plan, run.environment)
    for start in run.starts:
        results.save_start(start)
    for trial in run.trials:
        results.save_trial(trial)
    for incident in run.incidents:
        results.save_incident(incident)
    return results


def test_what_is_saved_is_read_back_equal_and_in_the_order_of_measuring(tmp_path: Path) -> None:
    run = a_busy_run(workloads=("read", "list", "write"))
    assert kept(run, tmp_path).load() == run


def test_a_hundredth_round_comes_behind_the_eleventh(tmp_path: Path) -> None:
    trials = [a_trial(number=number) for number in (11, 99, 100, 101)]
    run = a_run().model_copy(update={"trials": trials})
    assert kept(run, tmp_path).load().trials == trials


def test_every_attempt_is_kept_in_its_order(tmp_path: Path) -> None:
    trials = [a_trial(attempt=1, invalid=["answers: 3 × 500 <b>"]), a_trial(attempt=2)]
    run = a_run().model_copy(update={"trials": trials})
    assert kept(run, tmp_path).load().trials == trials


def test_the_same_rate_twice_in_a_round_is_two_trials(tmp_path: Path) -> None:
    trials = [an_open_trial(rate_per_s=300), an_open_trial(rate_per_s=300)]
    run = a_run().model_copy(update={"trials": trials})
    assert kept(run, tmp_path).load().trials == trials


def test_an_interrupted_run_is_read_as_far_as_it_came(tmp_path: Path) -> None:
    whole = a_run()
    run = whole.model_copy(update={"starts": whole.starts[:2], "trials": whole.trials[:1]})
    assert kept(run, tmp_path).load() == run


def test_nothing_but_whole_files_is_left(tmp_path: Path) -> None:
    results = kept(a_run(), tmp_path)
    assert {path.suffix for path in results.folder.rglob("*") if path.is_file()} == {".json"}


def test_a_run_that_was_killed_while_it_wrote_is_read_as_far_as_it_came(tmp_path: Path) -> None:
    run = a_run()
    results = kept(run, tmp_path)
    (results.folder / "trials" / "03.00099.matrix.read.part").write_text('{"part": "mat')
    assert results.load() == run


def test_a_full_disk_is_one_clear_line_and_earlier_trials_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run()
    results = kept(run, tmp_path)

    def full(path: Path, text: str, encoding: str) -> int:
        path.write_bytes(text.encode(encoding)[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(LabError, match=r"trials/00\..*\.json cannot be written: No space left on device$"):
            results.save_trial(a_trial())
    assert not list(results.folder.rglob("*.part"))
    assert results.load() == run


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"^results cannot be written to .*/file/run: Not a directory$"):
        Results.create(tmp_path / "file", "run")


def test_a_run_never_writes_into_the_folder_of_another(tmp_path: Path) -> None:
    Results.create(tmp_path, "run")
    with pytest.raises(UsageError, match="File exists"):
        Results.create(tmp_path, "run")


def test_a_folder_that_disappears_during_the_run_is_one_clear_line(tmp_path: Path) -> None:
    results = Results.create(tmp_path, "run")
    (results.folder / "trials").rmdir()
    with pytest.raises(LabError, match=r"trials/00\..*\.json cannot be written: No such file or directory$"):
        results.save_trial(a_trial())


def _older(folder: Path) -> None:
    (folder / "format.json").unlink()


def _newer(folder: Path) -> None:
    (folder / "format.json").write_text('{"format": 99}')


def _no_format(folder: Path) -> None:
    (folder / "format.json").write_text("[]")


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _no_plan(folder: Path) -> None:
    (folder / "plan.json").unlink()


def _no_environment(folder: Path) -> None:
    (folder / "environment.json").unlink()


def _torn(folder: Path) -> None:
    (folder / "plan.json").write_text('{"kind": "comp')


def _list(folder: Path) -> None:
    (folder / "environment.json").write_text("[]")


def _not_text(folder: Path) -> None:
    (folder / "plan.json").write_bytes(b"\xff\xfe")


def _other_trial(folder: Path) -> None:
    next(folder.glob("trials/*.json")).write_text('{"speed": 1}')


def _no_rounds(folder: Path) -> None:
    (folder / "plan.json").write_text(a_plan().model_copy(update={"rounds": []}).model_dump_json())


def _unknown_workload(folder: Path) -> None:
    (folder / "plan.json").write_text(a_plan().model_copy(update={"workloads": ["teleport"]}).model_dump_json())


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_older, "was written by an older version of the lab, which marked no format"),
        (_newer, "is in format 99; this version of the lab reads format 2"),
        (_no_format, "format.json cannot be read: "),
        (_empty, "holds no results: format.json is missing"),
        (_no_plan, "holds no results: plan.json is missing"),
        (_no_environment, "holds no results: environment.json is missing"),
        (_torn, "was not written by this version of the lab: Invalid JSON"),
        (_list, "was not written by this version of the lab: Input should be an object"),
        (_not_text, "was not written by this version of the lab: Invalid JSON"),
        (_other_trial, "was not written by this version of the lab: part: Field required"),
        (_no_rounds, "was not written by this version of the lab: rounds: List should have at least 1 item"),
        (_unknown_workload, "unknown workload 'teleport'"),
    ],
)
def test_a_folder_of_another_shape_is_one_clear_line(
    tmp_path: Path, spoil: Callable[[Path], None], complaint: str
) -> None:
    results = kept(a_run(), tmp_path)
    spoil(results.folder)
    with pytest.raises(UsageError) as caught:
        results.load()
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_in_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be read: "):
        Results(tmp_path / "file").load()
