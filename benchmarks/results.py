"""A folder of results: every start, trial and incident is a file, written when it ends."""

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from benchmarks.failures import LabError, UsageError
from benchmarks.records import Environment, Incident, Plan, Record, Run, Start, Trial
from benchmarks.workloads import ALL_WORKLOADS

# Grows whenever what was written before could no longer be read, or would be read as something else.
FORMAT = 2
_FORMAT_FILE = "format.json"
_PARTS = ("starts", "trials", "incidents", "logs")

R = TypeVar("R", bound=Record)


class Results:
    """Where a run is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # In the order of writing, which is the order of measuring.
        self._serial = count()

    @classmethod
    def create(cls, parent: Path, name: str) -> "Results":
        """A new folder in `parent`; raises UsageError when it cannot be written."""
        folder = parent / name
        try:
            for part in _PARTS:
                (folder / part).mkdir(parents=True)
            (folder / _FORMAT_FILE).write_text(json.dumps({"format": FORMAT}) + "\n", "utf-8")
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
        self._add("starts", start.round, start, start.contender)

    def save_trial(self, trial: Trial) -> None:
        """Keep a trial, valid or not."""
        self._add("trials", trial.round, trial, trial.part, trial.workload, trial.contender, str(trial.attempt))

    def save_incident(self, incident: Incident) -> None:
        """Keep what went wrong beside the trials."""
        self._add("incidents", incident.round, incident, incident.contender)

    def load(self) -> Run:
        """Everything that was kept; raises UsageError when this is no folder of results."""
        self._require_format()
        plan = self._read(self.folder / "plan.json", Plan)
        if unknown := [name for name in plan.workloads if name not in ALL_WORKLOADS]:
            raise UsageError(f"{self.folder} was measured with the unknown workload {unknown[0]!r}")
        return Run(
            plan=plan,
            environment=self._read(self.folder / "environment.json", Environment),
            starts=list(self._all("starts", Start)),
            trials=list(self._all("trials", Trial)),
            incidents=list(self._all("incidents", Incident)),
        )

    def _require_format(self) -> None:
        path = self.folder / _FORMAT_FILE
        if (self.folder / "plan.json").is_file() and not path.exists():
            raise UsageError(f"{self.folder} was written by an older version of the lab, which marked no format")
        try:
            found = json.loads(path.read_text("utf-8"))["format"]
        except FileNotFoundError:
            raise UsageError(f"{self.folder} holds no results: {_FORMAT_FILE} is missing") from None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from None
        if found != FORMAT:
            raise UsageError(f"{self.folder} is in format {found}; this version of the lab reads format {FORMAT}")

    def _all(self, part: str, kind: type[R]) -> Iterator[R]:
        """The records of a kind, in the order in which they were written."""
        # A run that was killed may have left a draft, which ends otherwise.
        return (self._read(path, kind) for path in sorted((self.folder / part).glob("*.json"), key=_serial))

    def _add(self, part: str, number: int, record: Record, *names: str) -> None:
        self._write(f"{part}/{'.'.join([f'{number:02d}', f'{next(self._serial):05d}', *names])}.json", record)

    def _write(self, name: str, record: Record) -> None:
        # Written aside and moved into place: an interruption leaves a whole file or none.
        path = self.folder / name
        draft = path.with_suffix(".part")
        try:
            draft.write_text(record.model_dump_json() + "\n", "utf-8")
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                # On a full disk it would only be in the way.
                draft.unlink()
            raise LabError(f"{path} cannot be written: {error.strerror}") from None

    @staticmethod
    def _read(path: Path, kind: type[R]) -> R:
        try:
            return kind.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise UsageError(f"{path.parent} holds no results: {path.name} is missing") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        except ValidationError as error:
            raise UsageError(f"{path} was not written by this version of the lab: {_first(error)}") from None


def _serial(path: Path) -> int:
    # By name, a hundredth round would come before the eleventh.
    return int(path.name.split(".")[1])


def _first(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False)[0]
    # What is wrong with the whole document has no place.
    return ": ".join(filter(None, (".".join(map(str, details["loc"])), details["msg"])))
