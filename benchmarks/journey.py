"""The journey's mix as data: visits by weight, and the requests that each is made of."""

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from benchmarks.failures import UsageError
from benchmarks.records import Record

JOURNEY_FILE = Path(__file__).with_name("journey.toml")

Step: TypeAlias = Literal[
    "list", "next-page", "read", "search", "by-author", "me", "read-own", "log-in", "add", "edit", "replace", "delete"
]
STEPS: tuple[Step, ...] = get_args(Step)
READS: frozenset[Step] = frozenset({"list", "next-page", "read", "search", "by-author", "me", "read-own"})
_OF_AN_OWN_BOOK: frozenset[Step] = frozenset({"read-own", "edit", "replace", "delete"})
_TIMES = re.compile(r"(?:(\d{1,3}) x )?(.*)", re.DOTALL)


def _unrolled(steps: object) -> object:
    """The steps one by one, where the file says how often each is taken."""
    if not isinstance(steps, list):
        return steps
    unrolled: list[object] = []
    for place, entry in enumerate(steps, 1):
        times, step = _TIMES.findall(str(entry))[0]
        if step not in STEPS:
            raise ValueError(f"step {place}, {entry!r}, is none of {', '.join(STEPS)}")
        unrolled += int(times or 1) * [step]
    return unrolled


class Visit(Record):
    """What a user does from coming to leaving."""

    name: Annotated[str, Field(min_length=1)]
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    steps: Annotated[list[Step], BeforeValidator(_unrolled), Field(min_length=1)]

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        own, listed = 0, False
        for step in self.steps:
            if step in _OF_AN_OWN_BOOK and not own:
                raise ValueError(f"{step!r} needs an own book: 'add' comes before it")
            if step == "next-page" and not listed:
                raise ValueError("'next-page' needs a page: 'list' comes before it")
            own += (step == "add") - (step == "delete")
            listed = listed or step == "list"
        if own:
            raise ValueError(f"{own} of the books that it adds are left: each 'add' needs a 'delete'")
        return self


class Journey(Record):
    """All visits."""

    visit: Annotated[list[Visit], Field(min_length=1)]

    @cached_property
    def shares(self) -> dict[Step, float]:
        """How much of all requests each step is, in the long run."""
        counts = {step: sum(visit.weight * visit.steps.count(step) for visit in self.visit) for step in STEPS}
        return {step: count / sum(counts.values()) for step, count in counts.items() if count}

    @property
    def read_share(self) -> float:
        """How many of all requests change nothing."""
        return sum(share for step, share in self.shares.items() if step in READS)


def load(path: Path = JOURNEY_FILE) -> Journey:
    """Read `path`; raises UsageError with the place of the first mistake."""
    try:
        return Journey.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from None
    except ValidationError as error:
        raise UsageError(f"{path.name}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    """The place and the matter of the first mistake; visits are counted from 1, as a reader counts."""
    details = error.errors(include_url=False)[0]
    places: list[str] = []
    for part in details["loc"]:
        if isinstance(part, int):
            places[-1] += f" {part + 1}"
        else:
            places.append(part)
    return f"{', '.join(places)}: {details['msg'].removeprefix('Value error, ')}"
