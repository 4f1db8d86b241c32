"""A folder of results: every start and every trial is a file, written when it ends."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from benchmarks.failures import LabError, UsageError
from benchmarks.records import Environment, Plan, Record, Run, Start, Trial
from benchmarks.workloads import ALL_WORKLOADS

R = TypeVar("R", bound=Record)


class Results:
    """Where a run is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, parent: Path, name: str) -> "Results":
        """A new folder in `parent`; raises UsageError when it cannot be written."""
        folder = parent / name
        try:
            for part in ("starts", "trials", "logs"):
                (folder / part).mkdir(parents=True)
        except OSError as error:
            raise UsageError(f"results cannot be written to {folder}: {error.strerror}") from None
        return cls(folder)

    def log(self, name: str) -> Path:
        """Where a process's output goes."""
        return self.folder / "logs" / f"{name}.log"

    def save_plan(self, plan: Plan, environment: Environment) -> None:
        """Keep what will be done, and where."""
        self._write("plan.json", plan)
        self._write("environment.json", environment)

    def save_start(self, start: Start) -> None:
        """Keep what a start showed."""
        self._write(f"starts/{_name(start.round, start.contender)}json", start)

    def save_trial(self, trial: Trial) -> None:
        """Keep a trial, valid or not."""
        name = _name(trial.round, trial.contender, trial.workload)
        self._write(f"trials/{name}{trial.attempt}.json", trial)

    def load(self) -> Run:
        """Everything that was kept; raises UsageError when this is no folder of results."""
        plan = self._read(self.folder / "plan.json", Plan)
        if unknown := [name for name in plan.workloads if name not in ALL_WORKLOADS]:
            raise UsageError(f"{self.folder} was measured with the unknown workload {unknown[0]!r}")
        environment = self._read(self.folder / "environment.json", Environment)
        starts = [(one.number, name) for one in plan.rounds for name in one.lineup]
        trials = [(one.number, trial.contender, trial.workload) for one in plan.rounds for trial in one.trials]
        return Run(
            plan=plan,
            environment=environment,
            starts=[start for place in starts for start in self._all("starts", place, Start)],
            trials=[trial for place in trials for trial in self._all("trials", place, Trial)],
        )

    def _all(self, part: str, place: tuple[int, str] | tuple[int, str, str], kind: type[R]) -> list[R]:
        """The records of one place in the plan, by attempt."""
        return [self._read(path, kind) for path in sorted((self.folder / part).glob(f"{_name(*place)}*json"))]

    def _write(self, name: str, record: Record) -> None:
        # Written aside and moved into place: an interruption leaves a whole file or none.
        path = self.folder / name
        draft = path.with_suffix(".part")
        try:
            draft.write_text(record.model_dump_json(indent=1) + "\n", "utf-8")
            draft.replace(path)
        except OSError as error:
            raise LabError(f"{path} cannot be written: {error.strerror}") from None

    @staticmethod
    def _read(path: Path, kind: type[R]) -> R:
        try:
            return kind.model_validate_json(path.read_text("utf-8"))
        except FileNotFoundError:
            raise UsageError(f"{path.parent} holds no results: {path.name} is missing") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from None
        except ValidationError as error:
            raise UsageError(f"{path} was not written by this version of the lab: {_first(error)}") from None


def _name(number: int, *names: str) -> str:
    # The dot at the end keeps a name apart from one that begins with it.
    return ".".join([f"{number:02d}", *names, ""])


def _first(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False)[0]
    # What is wrong with the whole document has no place.
    return ": ".join(filter(None, (".".join(map(str, details["loc"])), details["msg"])))
