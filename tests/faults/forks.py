"""Servers with a fault, and runs of pytest, as forks of a process that has loaded what both need."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests import forks
from tests.faults.fault import VARIABLE
from tests.faults.inject import inject

forks.also_load("pytest", "rich.table", "tests.faults.table")


@contextmanager
def serving(twin: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """A twin's own command with the fault that `environment` names, if it names one."""
    with forks.serving(twin, environment, log, _inject) as url:
        yield url


def _inject() -> None:
    if VARIABLE in os.environ:
        inject(os.environ[VARIABLE])


def run_pytest(arguments: Sequence[str], patience_s: float) -> None:
    """Run pytest with these arguments; what it finds is in the report that they ask for."""
    forks.Fork(Path(os.devnull), _pytest, [*arguments]).end_within(patience_s)


def _pytest(arguments: list[str]) -> None:
    # Plugins would take longer to load than most rules take.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest

    pytest.main(arguments)
