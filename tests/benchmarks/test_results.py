"""What is kept of a run, and what is refused as one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.failures import LabError, UsageError
from benchmarks.records import Run
from benchmarks.results import Results
from tests.benchmarks.factories import a_load, a_plan, a_run, a_trial


def kept(run: Run, folder: Path) -> Results:
    results = Results.create(folder, "run")
    results.save_plan(run.plan, run.environment)
    for start in run.starts:
        results.save_start(start)
    for trial in run.trials:
        results.save_trial(trial)
    return results


def test_what_is_saved_is_read_back_equal_and_in_the_order_of_the_plan(tmp_path: Path) -> None:
    run = a_run(a_plan(rounds=11, workloads=("read", "list", "journey")))
    assert kept(run, tmp_path).load() == run


def test_every_attempt_is_kept_in_its_order(tmp_path: Path) -> None:
    failed = a_load(requests=0, failures={"500 <b>": 3})
    trials = [a_trial(attempt=1, load=failed, invalid=["3 failures: 500 <b>"]), a_trial(attempt=2)]
    run = a_run().model_copy(update={"trials": trials})
    assert kept(run, tmp_path).load().trials == trials


def test_an_interrupted_run_is_read_as_far_as_it_came(tmp_path: Path) -> None:
    whole = a_run()
    run = whole.model_copy(update={"starts": whole.starts[:2], "trials": whole.trials[:1]})
    assert kept(run, tmp_path).load() == run


def test_nothing_but_whole_files_is_left(tmp_path: Path) -> None:
    results = kept(a_run(), tmp_path)
    assert {path.suffix for path in results.folder.rglob("*") if path.is_file()} == {".json"}


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
    (folder / "plan.json").write_text(a_plan(workloads=("teleport",)).model_dump_json())


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_no_plan, "holds no results: plan.json is missing"),
        (_no_environment, "holds no results: environment.json is missing"),
        (_torn, "was not written by this version of the lab: Invalid JSON"),
        (_list, "was not written by this version of the lab: Input should be an object"),
        (_not_text, "cannot be read"),
        (_other_trial, "was not written by this version of the lab: round: Field required"),
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
