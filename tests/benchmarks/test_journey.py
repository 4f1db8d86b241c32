"""The journey's file: what it means, and what is said of mistakes in it."""

from pathlib import Path

import pytest

from benchmarks import journey
from benchmarks.failures import UsageError


def written(folder: Path, *steps: str, weight: str = "1") -> Path:
    """A file with one visit."""
    file = folder / "journey.toml"
    file.write_text(f'[[visit]]\nname = "only"\nweight = {weight}\nsteps = {list(steps)!r}\n', "utf-8")
    return file


def test_four_of_five_requests_read_as_it_is_shipped() -> None:
    assert journey.load().read_share == pytest.approx(0.8)


def test_every_step_is_taken_as_it_is_shipped() -> None:
    assert set(journey.load().shares) == set(journey.STEPS)


def test_shares_count_visits_by_their_weight(tmp_path: Path) -> None:
    file = written(tmp_path, "list", "3 x read", weight="3")
    file.write_text(file.read_text() + '[[visit]]\nname = "other"\nweight = 2\nsteps = ["add", "delete"]\n')
    shares = journey.load(file).shares
    assert shares == pytest.approx({"list": 3 / 16, "read": 9 / 16, "add": 2 / 16, "delete": 2 / 16})


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["read", "raed"], "visit 1, steps: step 2, 'raed', is none of list, "),
        (["2 x raed"], "step 1, '2 x raed', is none of"),
        (["0 x read"], "visit 1, steps: "),
        ([], "visit 1, steps: "),
        (["edit", "add", "delete"], "visit 1: 'edit' needs an own book"),
        (["add", "delete", "replace"], "'replace' needs an own book"),
        (["next-page"], "'next-page' needs a page"),
        (["2 x add", "delete"], "1 of the books that it adds are left"),
    ],
)
def test_a_visit_that_nobody_can_make_is_refused_with_its_place(tmp_path: Path, steps: list[str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        journey.load(written(tmp_path, *steps))
    assert str(refused.value).startswith("journey.toml: visit 1")
    assert said in str(refused.value)


@pytest.mark.parametrize("weight", ["0", "-1", "inf", "nan", '"much"'])
def test_a_weight_that_is_no_positive_number_is_refused(tmp_path: Path, weight: str) -> None:
    with pytest.raises(UsageError, match=r"visit 1, weight"):
        journey.load(written(tmp_path, "read", weight=weight))


@pytest.mark.parametrize("text", ["", "visit = 3", "[[visit]", '[[visit]]\nname = "x"\ncolour = "red"'])
def test_a_file_that_is_no_journey_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "journey.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"^journey\.toml"):
        journey.load(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        journey.load(tmp_path / "journey.toml")
